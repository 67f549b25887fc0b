"""What an entry jumps to is compiled to jumps, which leave the stack's arguments and the registers of floating point alone
(CALL_JUMPS of shim/call/call.h): of these a body reads the first one, which may be a scalar, and nothing more.

usage: test_jumps.py LIBRARY"""
import re
import subprocess
import sys

text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", sys.argv[1]], capture_output=True, text=True, check=True).stdout
functions = dict(re.findall(r"^[0-9a-f]+ <(\w+)>:\n(.*?)^$", text, re.M | re.S))
names = [name for name in functions if name.startswith("other_") and "body_" + name[6:] in functions]
READS = re.compile(r"mov[dq] +%xmm0,%[er]\w+")
bad = [f"{name} has {found[0]}" for other in names for name in (other, "inner_" + other[6:], "body_" + other[6:])
       if (found := re.search(r"\bcall\b|[xyz]mm\d+", READS.sub("", functions[name])))]
print("\n".join(bad[:20]), f"{len(names)} bodies, {len(bad)} of them bad")
sys.exit(bool(bad) or len(names) < 1000)

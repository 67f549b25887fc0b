"""What an entry jumps to is compiled to jumps, which leave the stack's arguments and the registers of floating point alone
(CALL_JUMPS of shim/call/call.h): of these a body reads the first one, which may be a scalar, and nothing more. Bodies of small
LAPACK calls call the provider instead, once, with all arguments, and are no longer in a call then (calls_on of scripts/fast.py).
And what costs nothing is counted in the entry itself, which ends within the 64 bytes that it begins at (CALL_FREE).

usage: test_jumps.py LIBRARY"""
import re
import subprocess
import sys

text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", sys.argv[1]], capture_output=True, text=True, check=True).stdout
functions = dict(re.findall(r"^[0-9a-f]+ <(\w+)>:\n(.*?)^$", text, re.M | re.S))
names = [name for name in functions if name.startswith("other_") and "body_" + name[6:] in functions]
READS = re.compile(r"mov[dq] +%xmm0,%[er]\w+")
CALLS = re.compile(r"\bcall +\*(0x10\(%r11\)|%rax)\n *[0-9a-f]+:\s+movq +\$0x0,\(%rbx\)\n")
bodies = [name for name in functions if name.startswith(("body_", "wide_"))]
calling = [name for name in bodies if CALLS.search(functions[name])]
keeping = [name for name in functions if name.startswith("keep_") and "body_" + name[5:] in functions]
jumping = [*names, *("inner_" + other[6:] for other in names), *("seek_" + name[5:] for name in keeping),
           *(name for name in bodies if "other_" + name[5:] in names)]
bad = [f"{name} has {found[0]}" for name in jumping
       if (found := re.search(r"\bcall\b|[xyz]mm\d+", READS.sub("", CALLS.sub("", functions[name], count=1))))]
bad += [f"{name} does not jump to its body" for name in keeping
        if not re.search(rf"\bjmp +[0-9a-f]+ <body_{name[5:]}>", functions[name])]
if len(calling) < 80 or not {"wide_dgemm_c", "wide_ddot_f", "wide_dpotrf_f"} <= set(bodies):
    bad.append(f"only {len(calling)} bodies call a provider")
FREE = re.compile(r"^ *([0-9a-f]+):\s+endbr64 *\n(?:.*\n){4,9}? *[0-9a-f]+:\s+addq +\$0xfffef,\(%r11\)\n"
                  r" *[0-9a-f]+:\s+jmp +\*0x[0-9a-f]+\(%rip\) +# [0-9a-f]+ <ways_on(?:\+0x[0-9a-f]+)?>\n *([0-9a-f]+):")
free = {name: [int(a, 16) for a in found.groups()] for name, body in functions.items() if (found := FREE.search(body))}
bad += [f"{name} is counted in {end - begin} bytes from {begin:x}" for name, (begin, end) in free.items()
        if end - begin > 64 or begin % 64]
if not {"dcopy_", "dswap_64_", "cblas_zcopy", "idamax_"} <= free.keys() or len(keeping) < 24:
    bad.append("entries count nothing")
print("\n".join(bad[:20]), f"{len(names)} bodies, {len(calling)} call, {len(free)} in entries, {len(bad)} bad")
sys.exit(bool(bad) or len(names) < 1000)

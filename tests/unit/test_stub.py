"""The stubs of one routine, and entries, as the generator writes them, pinned: a change of the generator shows here.

usage: test_stub.py GENERATED GOLDEN [--update]"""
import pathlib
import re
import sys

generated, golden = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
shards = "".join(p.read_text() for p in sorted(generated.glob("stubs_*.c")))
bodies = re.findall(r"^(?:__attribute__\(\(|CALL_JUMPS)[^\n]* (?:slow|first|other|inner|marked|body)_dscal_[fc]\(.*?^}\n", shards,
                    re.M | re.S)
text = (generated / "entries.c").read_text()
entries = [re.search(rf'"(?:\.balign 64\\n)?\.globl {name}\\n.*?\.size {name}, .*?\n', text, re.S)[0]
           for name in ("dscal_", "dscal", "dgetri_", "dgetri", "dcopy_", "dcopy")]
text = "\n".join([*bodies, *entries])
if "--update" in sys.argv:
    golden.write_text(text)
if text != golden.read_text():
    print(f"the stubs of dscal are not those of {golden}; if that is meant, run this test's command with --update\n{text}")
    sys.exit(1)

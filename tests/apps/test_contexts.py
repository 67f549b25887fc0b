"""A call in a later context without a limit takes the fast body as well: what was granted must not wrap around."""
import re

from harness import BUILD, LIBS, SANITIZED, Run, expect, skip

MOST = 150  # instructions a call, its loop and the reference's ddot included; about 95, and 740 where each takes the lock


def instructions(calls):
    run = Run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", BUILD / "contexts", str(calls)],
              {"LD_LIBRARY_PATH": f"{LIBS}/blas"})
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def main():
    if SANITIZED:
        skip("instructions of a sanitized library are not the library's")
    each = (instructions(30_000) - instructions(10_000)) / 20_000
    print(f"{each:.0f} instructions a call")
    expect(f"at most {MOST} of {each:.0f} instructions a call", each <= MOST, True)


main()

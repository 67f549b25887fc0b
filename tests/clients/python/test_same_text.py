"""The package's text of a session is, to the byte, the library's of the process (report/text.c), where both have seen the same:
sessions that grow by random steps, compared after each."""
import os
import subprocess
import sys

import pytest

STEPS = 40
PROGRAM = '''
import ctypes, os, pathlib, random, re, sys
import flopshim
if "ENGINE" in os.environ:
    ctypes.CDLL(os.environ["ENGINE"])
seed, steps, limited, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "limited", sys.argv[4]
write_summary = ctypes.CDLL(None).flopshim_write_summary
dice = random.Random(seed)
BOTH = ("flopshim FLOP Budget Summary\\n", "  By operation:\\n", "  By namespace:", "  Refused calls:", "  Not covered:")
ALPHABET = "abzABZ019-_ /:%[]\\"'<&" + "\\x01\\t\\n\\x1b\\x7f" + "\\xe9\\u0416\\u4e2d\\U0001f600"


def name(length):
    return "".join(dice.choice(ALPHABET) for _ in range(length))


OPERATIONS = [name(length) for length in (1, 1, 5, 8, 15, 16, 17, 40)] + ["dgemm", "op\\u0085"]
SCOPES = ["s" + name(length) for length in (0, 3, 12, 30)] + ["s", "s t", "s-t"]
CONTEXTS = ["c" + name(length) for length in (0, 2, 13, 20)]


def deduct():
    digits = dice.choice((0, 1, 2, 3, 4, 6, 7, 9, 12))
    flopshim.deduct(dice.choice(OPERATIONS[:-1]), flop_cost=dice.randrange(10**digits))


def refuse():
    try:
        flopshim.deduct(dice.choice(OPERATIONS), flop_cost=10**17 + dice.randrange(10**6))
    except flopshim.BudgetExhaustedError:
        pass


def in_scopes(act):
    depth = dice.randrange(4)
    scopes = [flopshim.namespace(dice.choice(SCOPES)) for _ in range(depth)]
    for scope in scopes:
        scope.__enter__()
    act()
    for scope in reversed(scopes):
        scope.__exit__(None, None, None)


def in_a_context(act):
    with flopshim.BudgetContext(10**15 + dice.randrange(10**4), namespace=dice.choice(CONTEXTS), quiet=True):
        for _ in range(dice.randrange(4)):
            in_scopes(act)


def written():
    """The sections of the library's text that the package has too."""
    assert write_summary(path.encode()) == 0
    sections = pathlib.Path(path).read_bytes().decode().removesuffix("\\n").split("\\n\\n")
    return "\\n\\n".join(section for section in sections if section.startswith(BOTH))


def session():
    """FLOP_BUDGET is of the session's unlabelled context; to the library it is nobody's but the process's."""
    text = str(flopshim.render_budget_summary())
    return re.sub(r"^(    \\(unlabelled\\) .*\\])  of [0-9,]+, [0-9,]+ left$", r"\\1", text, flags=re.M)


deduct()
for step in range(steps):
    act = dice.choice((deduct, deduct, deduct, refuse if limited else deduct))
    if limited or dice.randrange(2):
        in_scopes(act)
    else:
        in_a_context(dice.choice((deduct, deduct, refuse)))
    own, library = session(), written()
    assert own == library, f"step {step}\\n{own}\\n-- and the library:\\n{library}"
    # How much of it there was to compare
    sections = own.count("\\n\\n")
print(sections)
'''


def sections_of(folder, seed, limit, more):
    """How many sections both had at the end."""
    env = {**os.environ, "FLOP_OUTPUT": "none", **more} | ({"FLOP_BUDGET": str(10**16)} if limit == "limited" else {})
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(seed), str(STEPS), limit, str(folder / "own.txt")], env=env,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("limit", ["unlimited", "limited"])
@pytest.mark.parametrize("seed", range(3))
def test_as_the_library_writes_it(tmp_path, seed, limit):
    assert sections_of(tmp_path, seed, limit, {}) == 3, "operations, namespaces and refusals"


def test_an_engine_of_its_own(tmp_path):
    engine = os.fsencode(tmp_path) + b"/\xc3\xa9\x1b\xff\xe2\x82/libxgboost.so"  # text, and what is none
    os.makedirs(os.path.dirname(engine))
    subprocess.run(["cc", "-shared", "-o", engine, "-x", "c", "/dev/null"], check=True)
    assert sections_of(tmp_path, 3, "limited", {"ENGINE": os.fsdecode(engine)}) == 4, "and what is not covered"


def test_of_more_than_64_bits_hold(tmp_path):
    program = """
import ctypes, pathlib, sys
import flopshim
flopshim.deduct("a", flop_cost=2**64 - 10)
flopshim.deduct("b", flop_cost=2**64 - 10)
assert ctypes.CDLL(None).flopshim_write_summary(sys.argv[1].encode()) == 0
own, library = str(flopshim.render_budget_summary()), pathlib.Path(sys.argv[1]).read_text()
assert library.startswith(own + "\\n\\n"), own + library
print(own.splitlines()[3])
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "own.txt")], env={**os.environ, "FLOP_OUTPUT": "none"},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "  Used:          36,893,488,147,419,103,212\n"), done.stderr

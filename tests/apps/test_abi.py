"""The binary interface of flopshim.h: programs that were compiled with it yesterday run with the library of tomorrow. Names,
sizes, offsets and numbers stand here and are not changed; what is new is added."""
import ctypes
import re
import subprocess
import sys

from harness import BUILD, LIBRARY, PROGRAM, ROOT, Run, expect

STRUCTS = {
    "context": ({"namespace_": 0, "flop_budget": 8, "multiplier": 16, "quiet": 24, "scope": 28, "flops_used": 32,
                 "time_limit_ns": 40, "reserved": 48}, 56),
    "usage": ({"flop_budget": 0, "flops_used": 8, "flops_remaining": 16, "calls": 24, "reserved": 32}, 48),
    "operation": ({"name": 0, "namespace_": 8, "flop_cost": 16, "cumulative": 24, "dim_count": 32, "precision": 36, "dim_names": 40,
                   "dims": 48, "started_ns": 112, "elapsed_ns": 120}, 128),
    "refusal": ({"operation": 0, "flop_cost": 8, "flops_remaining": 16, "namespace_": 24, "elapsed_ns": 32,
                 "time_limit_ns": 40}, 48),
    "tally": ({"name": 0, "namespace_": 8, "flop_cost": 16, "calls": 24, "first_use": 32, "thread": 40, "unused": 44,
               "elapsed_ns": 48, "timed_flops": 56}, 64),
}
FUNCTIONS = {f"flopshim_{name}" for name in (
    "begin end push pop deduct usage on_exhausted cost reset write_summary uncovered thread tallies refused log_begin log_first "
    "log_read log_count version version_number").split()}
PRIVATE = {f"flopshim_python_{name}" for name in  # of the package
           "exception late fits deduct begin usage read shut weigh loop own_loop count_loops".split()}
NUMBERS = {"OK": 0, "NOT_LOADED": -1, "NESTED": -2, "NOT_OPEN": -3, "BAD_ARGUMENT": -4, "UNKNOWN": -5, "NO_SPACE": -6,
           "REFUSED": -7, "THREAD": 0, "PROCESS": 1, "SKIP": 0, "RUN": 1, "HALF": 1, "SINGLE": 2, "SINGLE_COMPLEX": 3, "DOUBLE": 4,
           "DOUBLE_COMPLEX": 5, "OTHER": 6}
BAD_ARGUMENT, NOT_LOADED = -4, -1


def check_python():
    """The package's own description of the structs."""
    sys.path.insert(0, str(ROOT / "shim/bindings/python"))
    sys.modules["flopshim"] = type(sys)("flopshim")  # not its __init__, which wants the preload
    sys.modules["flopshim"].__path__ = [str(ROOT / "shim/bindings/python/flopshim")]
    from flopshim import _structs
    for name, class_ in {"context": _structs.Context, "usage": _structs.Usage, "operation": _structs.Operation,
                         "refusal": _structs.CRefusal, "tally": _structs.Tally}.items():
        members, size = STRUCTS[name]
        seen = {"namespace_" if m == "namespace" else m: getattr(class_, m).offset for m, *_ in class_._fields_}
        expect(f"Python's {name}", (seen, ctypes.sizeof(class_)), (members, size))


def main():
    header = (ROOT / "shim/flopshim.h").read_text()
    declared = set(re.findall(r"(?m)^FLOPSHIM_API .*?\b(flopshim_\w+)\(", header))
    expect("declared", declared, FUNCTIONS)
    symbols = subprocess.run(["nm", "-D", "--defined-only", LIBRARY.split()[-1]], capture_output=True, text=True, check=True).stdout
    exported = {name for name in re.findall(r" T (flopshim_\w+)", symbols)}
    expect("exported", exported - PRIVATE, FUNCTIONS)
    numbers = {name: int(value) for name, value in re.findall(r"FLOPSHIM_(\w+) = (-?\d+)", header)}
    expect("numbers", numbers, NUMBERS)
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    major, minor, patch = map(int, version.split("."))
    number = major * 10000 + minor * 100 + patch
    structs = [line for name, (members, size) in STRUCTS.items()
               for line in [f"{name}.{m} {at}" for m, at in members.items()] + [f"{name} {size}"]]
    for preload, end in ((True, [f"version {number} {number}", f"reserved {BAD_ARGUMENT}"]),
                         (False, [f"version {number} 0", f"reserved {NOT_LOADED}"])):
        run = Run([BUILD / "abi"], preload=preload)
        expect(f"abi: {run.stderr}", (run.returncode, run.stdout.splitlines()), (0, structs + end))
    check_python()


main()

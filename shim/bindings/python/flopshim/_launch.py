"""`python -m flopshim`: replace this interpreter by `flopshim run` and one that has libflopshim.so preloaded."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Tuple

LIBRARY, PROGRAM = "libflopshim.so", "flopshim"
SPECIAL = " :\t\n$"  # LD_PRELOAD is split at some of them, and $ORIGIN is expanded; there is no way to quote
USAGE_STATUS, FAILED_STATUS = 2, 125

#: Options, the variable that each sets, and what they take; values are judged by the library.
OPTIONS: Dict[str, Tuple[str, Optional[str], str]] = {
    "--budget": ("FLOP_BUDGET", "N", "limit in FLOPs of the whole process: 10000000, 1e7, 10M, 2.5G"),
    "--time-limit": ("FLOP_TIME_LIMIT", "T", "limit on wall time, checked at calls: 30s, 1.5m, 2h"),
    "--multiplier": ("FLOP_MULTIPLIER", "X", "each call outside a context costs this many times its FLOPs"),
    "--namespace": ("FLOP_NAMESPACE", "NAME", "of calls outside any context"),
    "--scope": ("FLOP_SCOPE", "S", "process or tree: what the budget is of"),
    "--on-exhausted": ("FLOP_ON_EXHAUSTED", "M", "error, abort, signal=NAME or warn"),
    "--exit-code": ("FLOP_EXIT_CODE", "N", "where a refused call ends the process"),
    "--output": ("FLOP_OUTPUT", "LIST", "files for the summary, by extension .txt .json .csv; stderr; none"),
    "--detail": ("FLOP_DETAIL", "D", "a list of routines, shapes (dimensions), callers and calls, a log"),
    "--timing": ("FLOP_TIMING", "T", "off, auto or all"),
    "--count": ("FLOP_COUNT", "LIST", "which of blas,lapack,fft,dnn; all of them"),
    "--convention": ("FLOP_CONVENTION", "C", "ops or fma"),
    "--weights": ("FLOP_WEIGHTS", "FILE", "what a FLOP of a routine, family or precision counts: a file, or dp-scaled"),
    "--ledger-dir": ("FLOP_LEDGER_DIR", "DIR", "where the live ledger lies"),
    "--quiet": ("FLOP_QUIET", None, "no banner, no line at the end"),
    "--verbose": ("FLOP_VERBOSE", None, "say what was resolved where"),
}


def usage() -> str:
    lines = ["usage: python -m flopshim [OPTIONS] PROGRAM.py [ARGUMENTS]",
             "       python -m flopshim [OPTIONS] -m MODULE | -c CODE [ARGUMENTS]",
             "       python -m flopshim [OPTIONS] --install-kernel [NAME]", "",
             "Runs a Python program with libflopshim.so preloaded, as `python PROGRAM.py` would. Each option sets the",
             "environment variable named behind it.", ""]
    for option, (variable, argument, what) in OPTIONS.items():
        head = f"{option} {argument}" if argument else option
        lines.append(f"  {head:<20} {what} ({variable})")
    lines += [f"  {'--install-kernel':<20} a Jupyter kernel that has the preload, beside the user's others (flopshim)",
              f"  {'--library':<20} print where {LIBRARY} is",
              f"  {'--help':<20} this", "",
              f"{LIBRARY} is the one that FLOPSHIM_LIBRARY names, else the package's own, else that of the program",
              "`flopshim` on the PATH. The program runs under `flopshim run` where that is found (FLOPSHIM_PROGRAM, in the",
              "package, by the library, on the PATH). Exit status: the program's own, 128 + signal where it was killed;",
              "2 usage; 125 flopshim failed."]
    return "\n".join(lines)


def _beside_program(program: str) -> List[Path]:
    folder = Path(program).resolve().parent
    return [folder / LIBRARY, *sorted(folder.parent.glob(f"lib*/{LIBRARY}")), *sorted(folder.parent.glob(f"lib*/*/{LIBRARY}"))]


def find_library() -> Path:
    """Where libflopshim.so is. FileNotFoundError with the places that were looked at."""
    named, program = os.environ.get("FLOPSHIM_LIBRARY"), shutil.which("flopshim")
    places = [Path(named)] if named else [Path(__file__).parent / LIBRARY]
    if program and not named:
        places += _beside_program(program)
    for place in places:
        if place.is_file():
            return place.resolve()
    raise FileNotFoundError(f"cannot find {LIBRARY}; looked for " + ", ".join(map(str, places)) +
                            ". FLOPSHIM_LIBRARY can name it")


def find_program(library: Path) -> Optional[Path]:
    """The program `flopshim`, or None. FileNotFoundError where FLOPSHIM_PROGRAM names one that is not there."""
    named, on_path = os.environ.get("FLOPSHIM_PROGRAM"), shutil.which(PROGRAM)
    places = [Path(named)] if named else [Path(__file__).parent / PROGRAM, library.parent / PROGRAM,
                                          *(folder / "bin" / PROGRAM for folder in list(library.parents)[1:3])]
    if on_path and not named:
        places.append(Path(on_path))
    for place in places:
        if place.is_file() and os.access(place, os.X_OK):
            return place.resolve()
    if named:
        raise FileNotFoundError(f"FLOPSHIM_PROGRAM={named}: expected the path of the program {PROGRAM}")
    return None


def preloadable(library: Path) -> str:
    """A path of the library that LD_PRELOAD can hold: where its own has blanks or colons, that of a link to it."""
    if not set(SPECIAL) & set(str(library)):
        return str(library)
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flopshim"
    try:
        caches.mkdir(mode=0o700, parents=True, exist_ok=True)
        link = caches / f"{hash_of(library)}.so"
        if not link.is_symlink():
            link.symlink_to(library)
    except OSError:
        link = Path(tempfile.mkdtemp(prefix="flopshim-")) / LIBRARY
        link.symlink_to(library)
    if set(SPECIAL) & set(str(link)):
        raise ValueError(f"LD_PRELOAD cannot hold the path {library} (blank, colon or $), nor that of a link to it, {link}")
    return str(link)


def hash_of(path: Path) -> str:
    import hashlib
    return hashlib.sha256(bytes(path)).hexdigest()[:16]


def preload_value(library: Path) -> str:
    """LD_PRELOAD with the library first, once."""
    path = preloadable(library)
    others = [p for p in os.environ.get("LD_PRELOAD", "").replace(":", " ").split() if Path(p).name != LIBRARY and p != path]
    return ":".join([path, *others])


def parse(words: List[str]) -> Tuple[Dict[str, str], List[str]]:
    """The variables that the options set, and the rest: what Python is to run. SystemExit where they make no sense."""
    variables: Dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("--"):
        option, equals, value = rest.pop(0).partition("=")
        if option == "--":
            break
        if option in ("--help", "--library", "--install-kernel"):
            return variables, [option, *([value] if equals else rest)]
        if option not in OPTIONS:
            fail(f"unknown option {option}; python -m flopshim --help lists them", USAGE_STATUS)
        variable, argument, _ = OPTIONS[option]
        if argument and not equals:
            if not rest:
                fail(f"{option} needs a value", USAGE_STATUS)
            value = rest.pop(0)
        elif equals and not argument:
            fail(f"{option} takes no value", USAGE_STATUS)
        variables[variable] = value if argument else "1"
    return variables, rest


def fail(why: str, status: int) -> None:
    print(f"flopshim: {why}", file=sys.stderr)
    sys.exit(status)


def interpreter() -> List[str]:
    """This interpreter and the options that it was given (-O, -W, -X, -u ...)."""
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # as multiprocessing does
    if not sys.stdout.line_buffering and getattr(sys.stdout, "write_through", False):
        flags.append("-u")
    return [sys.executable, *flags]


def main() -> None:
    variables, rest = parse(sys.argv[1:])
    if rest == ["-h"] or rest[:1] == ["--help"]:
        print(usage())
        return
    if not rest:
        print(usage(), file=sys.stderr)
        sys.exit(USAGE_STATUS)
    try:
        library = find_library()
        if rest[0] == "--library":
            print(library)
            return
        if rest[0] == "--install-kernel":
            from . import _kernel
            _kernel.install(rest[1] if len(rest) > 1 else "flopshim", {**variables, "LD_PRELOAD": preload_value(library)})
            return
        start([*interpreter(), *rest], library, variables)
    except (OSError, ValueError) as error:
        fail(str(error), FAILED_STATUS)


def start(command: List[str], library: Path, variables: Dict[str, str]) -> None:
    """Become `flopshim run`, which reads the variables as it does its options; without it, the preloaded interpreter alone."""
    runner = find_program(library)
    if runner:
        command = [PROGRAM, "run", "--", *command]
        variables["FLOPSHIM_LIBRARY"] = str(library)
    else:
        variables["LD_PRELOAD"] = preload_value(library)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(runner or command[0], command, {**os.environ, **variables})


def program() -> None:
    """The script `flopshim` of the wheel: the program that lies in the package."""
    own = str(Path(__file__).parent / "flopshim")
    try:
        os.execv(own, ["flopshim", *sys.argv[1:]])
    except OSError as error:
        fail(f"{own}: {error.strerror}", FAILED_STATUS)

"""test_library.py elf|versions|allocators|path: what the shared object is made of, and where it may lie
(hazards 10, 24, 27, 37)."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, expect

ENV = PLAIN | {"LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_OUTPUT": "stderr"}
ALLOCATORS = {"malloc", "calloc", "realloc", "reallocarray", "free", "cfree", "memalign", "aligned_alloc", "posix_memalign",
              "valloc", "pvalloc", "malloc_usable_size", "strdup", "strndup", "asprintf", "vasprintf", "getline",
              "fopen", "sbrk", "brk"}


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def symbols(*options):
    """{name: address} of the dynamic symbols."""
    lines = (line.split() for line in output("nm", "-D", *options, LIBRARY).splitlines())
    return {line[-1].split("@")[0]: int(line[0], 16) if len(line) == 3 else 0 for line in lines}


def elf():
    segments = output("readelf", "-lW", LIBRARY)
    dynamic, notes = output("readelf", "-dW", LIBRARY), output("readelf", "-nW", LIBRARY)
    [tls] = re.findall(r"^  TLS +\S+ \S+ \S+ \S+ 0x(\S+)", segments, re.M)
    expect("initial-exec TLS, at most 64 bytes", (0 < int(tls, 16) <= 64, "STATIC_TLS" in dynamic), (True, True))
    expect("the stack is not executable", re.findall(r"^  GNU_STACK .* (R\w*|RWE) +0x\w+$", segments, re.M), ["RW"])
    expect("no segment is writable and executable", re.findall(r"^  LOAD .* RWE", segments, re.M), [])
    expect("read-only after relocation", (len(re.findall(r"^  GNU_RELRO", segments, re.M)), "BIND_NOW" in dynamic), (1, True))
    expect("never unloaded", "NODELETE" in dynamic, True)
    expect("no text relocations", "TEXTREL" in dynamic, False)
    expect("needs only libc", re.findall(r"NEEDED.*\[(.*)\]", dynamic), ["libc.so.6"])
    expect("shadow stack", re.findall(r"x86 feature: (.*)", notes), ["SHSTK"])
    # IBT is not claimed: Debian's crti.o has no endbr64. All that is called from outside has one
    [(offset, address)] = re.findall(r"^  LOAD +0x(\w+) 0x(\w+) .* R E ", segments, re.M)
    code = pathlib.Path(LIBRARY).read_bytes()
    functions = {n: a for n, a in symbols("--defined-only").items() if a and n != "flopshim_job_link_1"}  # a table
    shift = int(offset, 16) - int(address, 16)
    starts = {n for n, a in functions.items() if code[a + shift:a + shift + 4] == b"\xf3\x0f\x1e\xfa"}
    expect("functions", len(functions) > 5000, True)
    expect("branch targets without endbr64", sorted(set(functions) - starts)[:5], [])
    print(f"TLS {int(tls, 16)} bytes, {len(functions)} functions")


NEWEST = (2, 28)


def too_new(file):
    """Versions of the C library's symbols that the file needs and glibc 2.28 does not have."""
    versions = re.findall(r"\bGLIBC_([\w.]+)", output("readelf", "-VW", file))
    assert versions, f"{file} needs no version of any symbol"
    return sorted({v for v in versions if not v[0].isdigit() or tuple(map(int, v.split("."))) > NEWEST})


def versions():
    """The libraries and the program start with glibc 2.28, whatever the C library is that they were built with."""
    for file in (LIBRARY, pathlib.Path(LIBRARY).with_name("libflopshim-mpi.so"), PROGRAM):
        expect(f"newer than glibc 2.28 in {file}", too_new(file), [])
    with tempfile.TemporaryDirectory() as folder:
        planted = pathlib.Path(folder) / "planted"
        planted.with_suffix(".c").write_text("#define _GNU_SOURCE\n#include <unistd.h>\nint main(void) { return gettid(); }\n")
        subprocess.run(["cc", "-o", planted, planted.with_suffix(".c")], check=True)
        expect("planted", "2.30" in too_new(planted), True)


def allocators():
    """None is interposed, and none is used: not even by what is not on the path of a call."""
    everything = set(symbols())
    expect("malloc and its kin, defined or used", everything & ALLOCATORS, set())
    expect("C++", [n for n in everything if n.startswith(("_Zn", "_Zd"))], [])


def path():
    """The loader splits LD_PRELOAD at blanks and colons: `flopshim run` preloads a link, or says why it cannot."""
    for name in ("with space", "a:b", "do$ORIGIN", "ta\tb"):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as bad:
            place = pathlib.Path(folder) / name
            place.mkdir()
            for file in (LIBRARY, PROGRAM):
                shutil.copy(file, place)
            command = [place / "flopshim", "run", "--", BUILD / "dots", "7"]
            done = subprocess.run(command, env=ENV, capture_output=True, text=True, check=False)
            expect(f"{name}: {done.stderr}", (done.returncode, done.stdout), (0, "ran\n"))
            expect(f"{name}: counted", re.findall(r"ddot +(\d+) .*\[1 call\]", done.stderr), ["14"])
            bad_place = pathlib.Path(bad) / name
            bad_place.mkdir()
            env = ENV | {"FLOP_LEDGER_DIR": str(bad_place)}
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
            why = "LD_PRELOAD cannot hold the path" in done.stderr
            expect(f"{name}: refused", (done.returncode, done.stdout, why), (125, "", True))
            expect(f"{name}: nothing left", list(bad_place.iterdir()), [])


{"elf": elf, "versions": versions, "allocators": allocators, "path": path}[sys.argv[1]]()

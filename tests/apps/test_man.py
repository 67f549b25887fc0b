"""The manual pages of the library and the formats: every function, status and field of flopshim.h is in libflopshim(3), what a
ledger's file is called in flopshim-ledger(5), and all pages are well-formed. Of verbs: apps.help; of formats: apps.schema_*."""
import re
import shutil
import subprocess

from harness import BUILD, ROOT, expect

MADE, WRITTEN = BUILD.parent / "generated/man", ROOT / "report/program/man"


def shown(path):
    return re.sub(r"\\e", "\\\\", re.sub(r"\\-", "-", path.read_text()))


def library():
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "shim/flopshim.h").read_text().partition("#ifndef FLOPSHIM_INSIDE")[0], flags=re.S)
    page = shown(MADE / "libflopshim.3")
    functions = set(re.findall(r"\b(flopshim_\w+)\(", header)) - {"flopshim_handler"}
    listing = subprocess.run(["nm", "-D", "--defined-only", BUILD.parent / "libflopshim.so"], capture_output=True, text=True,
                             check=True).stdout
    expect("the library has them", sorted(functions - set(re.findall(r" T (flopshim_\w+)", listing))), ["flopshim_error"])
    heads = re.findall(r"^\.T[PQ]\n\.B [^(]*?(flopshim_\w+)\(", page, re.M)
    expect("functions", sorted(heads), sorted(functions))
    expect("names", set(page.partition(".SH SYNOPSIS")[0].split(".SH NAME\n")[1].split(" - ")[0].split(", ")),
           {"libflopshim", *functions})
    structs = dict(re.findall(r"struct (flopshim_\w+) \{(.*?)\n\};", header, re.S))
    expect("structs", len(structs), 5)
    for name, body in structs.items():
        described = re.search(rf"^struct {name} \{{(.*?)^\}};", page, re.S | re.M).group(1)
        for field in re.findall(r"(\w+)(?:\[\w+\])?;", body):
            expect(f"{name}.{field}", bool(re.search(rf"\b{field}\b", described)), True)
    for constant in set(re.findall(r"\bFLOPSHIM_(?!API|H\b|VERSION|INSIDE)[A-Z_]+\b", header)):
        expect(constant, constant in page, True)
    expect("no empty heading", ".B ;" in page, False)


def ledger():
    page = shown(WRITTEN / "flopshim-ledger.5")
    header = (ROOT / "shim/ledger/ledger.h").read_text()
    expect("magic", re.search(r'#define LEDGER_MAGIC "(\w+)"', header).group(1) in page, True)
    template = re.search(r'"%s/(flopshim\.%d\.%016llx\.ledger)"', (ROOT / "shim/ledger/ledger_new.c").read_text()).group(1)
    expect("the file's name", template.replace("%d", "PID").replace("%016llx", "NUMBER") in page, True)


def well_formed():
    if not shutil.which("groff"):
        return
    for path in sorted([*MADE.iterdir(), *WRITTEN.iterdir()]):
        done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-z", path], capture_output=True, text=True, check=False)
        expect(f"{path.name}: {done.stderr}", (done.returncode, done.stderr), (0, ""))
        expect(f"{path.name}: its title", path.read_text().startswith(f".TH {path.stem.upper()} {path.suffix[1:]} "), True)


library()
ledger()
well_formed()

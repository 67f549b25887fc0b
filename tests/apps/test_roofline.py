"""Bytes that calls move at least, `flopshim calibrate`, and how near to the machine's roof routines came."""
import json
import pathlib
import socket
import subprocess
import sys
import tempfile

import html_data
from harness import BUILD, LIBS, PLAIN, PROGRAM, Run, expect, python
from html_page import Page

LAPACK = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack", "FLOP_DETAIL": "shapes"}
CALIBRATION = {"schema_version": 1, "host": "node1", "processor": "P", "processors": 2, "library": "/lib/libblas.so.3",
               "dgemm_gflops": 4.0, "sgemm_gflops": 8.0, "bandwidth_gbytes": 2.0, "measured": "2026-01-02T03:04:05Z"}

NUMPY = """
import numpy as np
a, b, x = np.ones((64, 32)), np.ones((32, 16)), np.ones(32, np.float32)
for _ in range(3):
    a @ b
x @ x
"""


def flopshim(*arguments, cache="", **env):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False,
                          env={**PLAIN, "XDG_CACHE_HOME": str(cache), **env})


def traffic():
    """ddot of 5 reads 10 numbers of 8 bytes. A product of 64 x 32 and 32 x 16 touches 2048 + 512 + 1024 numbers."""
    run = Run([BUILD / "dots", "5"], LAPACK)
    expect("ddot", run.summary["operations"]["ddot"]["shapes"][0]["bytes"], 80)
    expect("in all", run.summary["memory_traffic"], {"bytes": 80, "flop_cost": 10, "calls": 1})
    expect("not asked for", "memory_traffic" in Run([BUILD / "dots", "5"], LAPACK | {"FLOP_DETAIL": "callers"}).summary, False)
    summary = Run([python("debian"), "-c", NUMPY], {"FLOP_DETAIL": "shapes"}).summary
    expect("dgemm", [(s["calls"], s["bytes"]) for s in summary["operations"]["dgemm"]["shapes"]], [(3, 3 * 8 * 3584)])
    single = {s["dims"]["n"]: s["bytes"] // s["calls"] for s in summary["operations"]["sdot"]["shapes"]}
    expect("sdot", single[32], 4 * 64)
    for operation in summary["operations"].values():
        for shape in operation["shapes"]:
            expect("bytes", shape["bytes"] > 0, True)
    expect("together", summary["memory_traffic"]["bytes"],
           sum(s["bytes"] for op in summary["operations"].values() for s in op["shapes"]))


def calibrate():
    with tempfile.TemporaryDirectory() as folder:
        done = flopshim("calibrate", "--seconds", "0.05", "--format", "json", cache=folder)
        expect(f"calibrate: {done.stderr}", done.returncode, 0)
        kept = pathlib.Path(folder, "flopshim", f"{socket.gethostname()}.json")
        found = json.loads(done.stdout)
        expect("kept", json.loads(kept.read_text()), found)
        for key in "dgemm_gflops", "sgemm_gflops", "bandwidth_gbytes", "processors":
            expect(f"{key} {found[key]}", 0 < found[key] < 1e6, True)
        expect("library", pathlib.Path(found["library"]).is_file(), True)
        text = flopshim("calibrate", "-s", "0.05", "-o", f"{folder}/own.json", "-l", found["library"], cache=folder)
        expect("text", [line.split()[0] for line in text.stdout.splitlines()], ["host", "dgemm", "sgemm", "memory", "kept"])
        expect("of that library", json.loads(pathlib.Path(folder, "own.json").read_text())["library"], found["library"])
        for words, complaint, status in (
                (["-s", "0"], "expected seconds above 0", 2), (["-s", "nan"], "expected seconds above 0", 2),
                (["-s", "1s"], "expected seconds above 0", 2), (["x"], "takes no argument, got 'x'", 2),
                (["-s", "0.01", "-l", "/etc/passwd"], "/etc/passwd: expected a library that can be loaded and has dgemm", 2),
                (["-s", "0.01", "-o", "/proc/none/x"], "cannot write to /proc/none/x", 125)):
            done = flopshim("calibrate", *words, cache=folder)
            expect(f"{words}: {done.stderr}", (complaint in done.stderr, done.returncode), (True, status))
        done = flopshim("calibrate", "-s", "0.01", HOME="x", XDG_CACHE_HOME="y")
        expect("no folder", ("neither XDG_CACHE_HOME nor HOME" in done.stderr, done.returncode), (True, 125))


def summary(**changes):
    """dgemm of order 64: 24 KiB of doubles, 524,288 FLOPs: 5.33 FLOPs/byte. At 2 GB/s memory lets 10.7 GFLOP/s pass, the peak is
    4: 2 GFLOP/s are 50 %. sdot of 1000: 0.25 FLOPs/byte, at most 0.5 GFLOP/s: 0.1 is 20 %."""
    shapes = [html_data.shape(64, 64, 64, 1000)]
    dgemm = html_data.shaped(shapes) | {"seconds": 524288000 / 2e9, "timed_flops": 524288000}
    dot = html_data.operation(2000 * 100, 100, 200000 / 1e8) | {"timed_flops": 200000}
    dot |= {"shapes": [{"dims": {"n": 1000}, "calls": 100, "flop_cost": 200000}],
            "other_shapes": {"calls": 0, "flop_cost": 0, "calls_error": 0, "flop_cost_error": 0}}
    return html_data.summary({"a": {"dgemm": dgemm, "sdot": dot}}) | changes


def roofline():
    with tempfile.TemporaryDirectory() as folder:
        kept = pathlib.Path(folder, "flopshim", "node1.json")
        kept.parent.mkdir()
        path = pathlib.Path(folder, "s.json")

        def text(**changes):
            path.write_text(json.dumps(summary(**changes)))
            return flopshim("report", path, cache=folder)
        expect("not calibrated", "Roofline" in text().stdout, False)
        kept.write_text(json.dumps(CALIBRATION))
        lines = [" ".join(line.split()) for line in text().stdout.split("Roofline")[1].splitlines()]
        expect("text", lines, ["(dgemm 4.00 and sgemm 8.00 GFLOP/s, memory 2.00 GB/s):",
                               "dgemm 2.00 GFLOP/s 50.0% of 4.00 [5.33 FLOPs/byte, arithmetic]",
                               "sdot 0.10 GFLOP/s 20.0% of 0.50 [0.25 FLOPs/byte, memory]"])
        for changes in {"convention": "fma"}, {"flop_multiplier": 2}, {"weights": "w 1"}:
            expect(f"{changes}", "Roofline" in text(**changes).stdout, False)
        text()
        page = Page(flopshim("report", path, "-f", "html", cache=folder).stdout)
        expect("page", all(part in page.section("roofline")["text"] for part in (
            "dgemm: 2 GFLOP/s, 50.0% of 4; 5.333 FLOPs a byte", "sdot: 0.1 GFLOP/s, 20.0% of 0.5", "/lib/libblas.so.3")), True)
        for bad in "", "{", "[]", json.dumps(CALIBRATION | {"dgemm_gflops": 0}), json.dumps(CALIBRATION | {"host": 3}), \
                json.dumps(CALIBRATION | {"schema_version": 2}), json.dumps(CALIBRATION | {"library": "x" * 300}):
            kept.write_text(bad)
            done = text()
            got = "is no calibration" in done.stderr, "Roofline" in done.stdout, done.returncode
            expect(f"{bad[:20]}", got, (True, False, 0))


{test.__name__: test for test in (traffic, calibrate, roofline)}[sys.argv[1]]()

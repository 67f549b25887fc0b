"""flopshim report --format html without a browser: what stands in the file, that it is escaped, small, and alone."""
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import html_data
from harness import PROGRAM, Run, expect, python
from html_page import Page

def flopshim(*words, status=0):
    done = subprocess.run([PROGRAM, "report", *map(str, words)], capture_output=True, text=True, check=False)
    expect(f"report {words}: {done.stderr}", done.returncode, status)
    return done.stdout if status == 0 else done.stderr


def rendered(*summaries):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, one in enumerate(summaries):
            paths.append(pathlib.Path(folder, f"{i}.json"))
            paths[-1].write_text(json.dumps(one))
        return flopshim("--format", "html", *paths)


def check_alone(text):
    """Nothing is fetched and nothing else can run: the policy names the hash of the one style and the one script."""
    page = Page(text)
    policy = page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    expect("policy", policy.startswith("default-src 'none'; "), True)
    scripts = [s for s in page.all("script") if s.get("type") != "application/json"]
    expect("one style, one script", (len(page.all("style")), len(scripts)), (1, 1))
    for element in (page.all("style")[0], scripts[0]):
        digest = base64.b64encode(hashlib.sha256(element["text"].encode()).digest()).decode()
        expect(f"hash of the {element['tag']}", f"-src 'sha256-{digest}'" in policy, True)
    expect("addresses", re.findall(r"https?://|//[a-z]+\.|url\(|@import|import\(", text), [])
    for element in page.elements:
        handlers = [k for k in element if k.startswith("on") or k in ("src", "style", "srcdoc", "xlink:href")]
        expect(f"attributes of {element['tag']}", handlers, [])
        expect("links", element.get("href", "#").startswith("#"), True)
    for link in page.all("a"):
        expect(f"target of {link['href']}", page.section(link["href"][1:]) is not None, True)
    return page


def check_numbers():
    """By hand: 2*64*64*64*3 = 1,572,864 and 2*32*32*32*1 = 65,536; 10^9 in 0.5 s is 2 GFLOP/s, 1,638,400 is 0.0033."""
    shapes = [html_data.shape(64, 64, 64, 3), html_data.shape(32, 32, 32, 1)]
    spaces = {"a.b": {"dgemm": html_data.shaped(shapes)},
              "a": {"zgesv": html_data.operation(10 ** 9, 7, 0.5, None, "leading"), "dsgesv": html_data.operation(5, 1, 0)}}
    page = check_alone(rendered(html_data.summary(spaces, budget=2 * 10 ** 9)))
    expect("routines", page.rows("routines"), [
        ["zgesv", "1,000,000,000", "", "99.8%", "7", "500.00 ms", "2.00", "double complex", "leading"],
        ["dgemm", "1,638,400", "", "0.2%", "4", "500.00 ms", "0.0033", "double", "exact"],
        ["dsgesv", "5", "", "0.0%", "1", "–", "–", "single", "exact"]])
    expect("precision", [row[:2] for row in page.rows("precision")],
           [["single", "5"], ["double", "1,638,400"], ["double complex", "1,000,000,000"]])
    expect("head", all(part in page.section("head")["text"] for part in (
        "1,001,638,405", "998,361,595", "50.1% of a budget of 2,000,000,000", "4.00 s", "3.00 s outside", "node1",
        "flopshim-4")), True)
    names = [e["text"].split(":")[0] for e in page.all("title") if e["parent"]["tag"] == "svg"]
    expect("boxes", {"all", "a", "b", "zgesv", "dgemm", "m=64 n=64 k=64", "m=32 n=32 k=32"} <= set(names), True)


def check_icicle():
    """What lies in a box begins where the box does, side by side, and is as wide as it all together, up to rounding."""
    page = check_alone(rendered(html_data.usual()))
    boxes = [e for e in page.all("svg") if (e.get("class") or "").startswith("n ")]
    places = [(float(e["x"][:-1]), float(e["width"][:-1]), int(e["data-p"])) for e in boxes]
    expect("the whole", places[0], (0.0, 100.0, 0))
    for at, (x, width, _) in enumerate(places):
        inside = sorted(p for i, p in enumerate(places) if i and p[2] == at)
        expect(f"box {at}: width", not inside or abs(sum(p[1] for p in inside) - width) < 0.3, True)
        for place in inside:
            expect(f"box {at}: begins", abs(place[0] - x) < 0.3, True)
            x += place[1]


def check_escaped():
    bad = html_data.HOSTILE
    made = html_data.summary({bad: {bad: html_data.operation(9, 1)}, "b": {"dgemm": html_data.operation(9, 1)}},
                             [html_data.process(1, 9, program=bad), html_data.process(2, 9)], uncovered=[bad, "\x1b[2J\u202e"])
    made["process"] |= {"program": bad, "arguments": [bad, "\x01\x1b"], "host": bad}
    made["providers"][0] |= {"path": bad, "name": bad, "version": bad}
    made["refused"] = {"calls": 1, "last": {"operation": bad, "flop_cost": 1, "flops_remaining": 0, "namespace": bad}}
    text = rendered(made, made)
    page = check_alone(text)
    expect("images", page.all("img"), [])
    expect("shown as it is", [row[0] for row in page.rows("routines")], [bad, "dgemm"])
    expect("in the namespaces", bad in [row[0] for row in page.rows("namespaces")], True)
    expect("in the head", bad in page.section("head")["text"], True)
    expect("control characters", re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", text), [])
    carried = json.loads(page.all("script", type="application/json")[0]["text"])
    expect("carried", (bad in carried["by_namespace"], carried["uncovered"][0]), (True, bad))


def check_sizes():
    routines = [line.split("\t")[0] for line in subprocess.run([PROGRAM, "list", "--format", "tsv"], capture_output=True, text=True,
                                                               check=True).stdout.splitlines()[1:]]
    small, usual = rendered(html_data.summary({})), rendered(html_data.usual())
    expect(f"the shell: {len(small)} bytes", len(small.encode()) <= 60_000, True)
    expect(f"a usual file: {len(usual)} bytes", len(usual.encode()) <= 120_000, True)
    expect("nothing was seen", "No BLAS call was seen" in small, True)
    names = list(dict.fromkeys(routines))[:500]
    names += [f"routine{i}" for i in range(500 - len(names))]
    large = rendered(html_data.many(names, 20, 40))
    huge = rendered(html_data.many([f"routine{i}" for i in range(1200)], 20, 500))
    expect(f"10,000 shapes: {len(large)} bytes", len(large.encode()) <= 2_000_000, True)
    expect(f"24,000 shapes: {len(huge)} bytes", len(huge.encode()) <= 2_000_000, True)
    expect("rows", len(check_alone(large).rows("routines")), 500)
    expect("says that it joined shapes", "Added up:" in huge and "more, each smaller, are not listed" in huge, True)
    deep = {".".join("a" * i): {"dgemm": html_data.operation(i, 1)} for i in range(1, 80)}
    check_alone(rendered(html_data.summary(deep)))
    long = rendered(html_data.summary({"é" * 3000: {"dgemm": html_data.operation(1, 1)}}))
    expect("a long name is cut", "é" * 100 + "…" in long, True)


def check_processes():
    """Ten of 100, one of 400: the mean is 1400 / 11 = 127.27, and 400 is 214.3% above it."""
    processes = [html_data.process(100 + i, 100) for i in range(10)] + [html_data.process(200, 400), html_data.process(201, 0, 0)]
    page = check_alone(rendered(html_data.summary({"": {"dgemm": html_data.operation(1400, 11)}}, processes)))
    text = page.section("processes")["text"]
    expect("imbalance", "214.3%" in text and "of 11 that used FLOPs" in text, True)
    expect("outliers", "app (pid 200) with 400" in text, True)
    expect("rows", [row[1] for row in page.rows("processes")][:2], ["200", "100"])


def check_difference():
    before = html_data.summary({"": {"dgemm": html_data.operation(1000, 2), "dgesv": html_data.operation(10, 1)}})
    after = html_data.summary({"": {"dgemm": html_data.operation(1500, 3), "sgemm": html_data.operation(10, 1)}}, convention="fma")
    page = check_alone(rendered(before, after))
    expect("rows", [row[:7] for row in page.rows("difference")],
           [["dgemm", "1,000", "1,500", "+500", "+50.0%", "2", "3"], ["dgesv", "10", "0", "-10", "gone", "1", "0"],
            ["sgemm", "0", "10", "+10", "new", "0", "1"]])
    named = html_data.summary({"a": {"dgemm": html_data.operation(7, 1)}, "": {"dgesv": html_data.operation(3, 1)}})
    expect("namespaces", [row[:5] for row in Page(rendered(before, named)).rows("difference")][2:],
           [["(unlabelled)", "1,010", "3", "-1,007", "-99.7%"], ["a", "0", "7", "+7", "new"]])
    text = page.section("difference")["text"]
    expect("in all", "In all: 1,010 before, 1,510 after, +49.50%" in text and "not counted alike" in text, True)
    expect("no difference of one", Page(rendered(after)).section("difference"), None)
    expect("the same", "The same FLOPs in all: 1,010" in rendered(before, before), True)


def check_options():
    with tempfile.TemporaryDirectory() as folder:
        path, target = pathlib.Path(folder, "a.json"), pathlib.Path(folder, "deep", "a.html")
        path.write_text(json.dumps(html_data.usual()))
        flopshim(path, "-o", target)
        expect("by its extension", target.read_text(), flopshim(path, "--format", "html"))
        expect("three", "takes one FILE or two, not 3" in flopshim(path, path, path, "-f", "html", status=2), True)
        expect("left", "accepted with --left are text, json" in flopshim("--left", "-f", "html", status=2), True)
        expect("x.htm", ".csv or .html" in flopshim(path, "-o", "x.htm", status=2), True)
        expect("absent", "absent: No such file" in flopshim(path, f"{folder}/absent", "-f", "html", status=2), True)


def check_real():
    """A program of NumPy's."""
    code = "import numpy; a = numpy.ones((64, 64)); a @ a; numpy.linalg.solve(a + numpy.eye(64), a)"
    run = Run([python("debian"), "-c", code], {"FLOP_DETAIL": "shapes", "FLOP_TIMING": "all"})
    page = check_alone(rendered(run.summary))
    expect("routines", {"dgemm", "dgesv"} <= {row[0] for row in page.rows("routines")}, True)
    expect("views", [page.section(v) is not None for v in ("icicle", "sizes", "speed", "precision", "namespaces", "processes")],
           [True, True, True, True, False, False])


def check_callers():
    """2 * 64^3 = 524,288 FLOPs on line 2; what a script calls its functions is shown as it is."""
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "product.py")
        script.write_text("import numpy\na = numpy.ones((64, 64)); a @ a\n")
        made = Run([python("debian"), str(script)], {"FLOP_DETAIL": "callers"}).summary
    page = check_alone(rendered(made))
    expect("callers", page.rows("callers")[0], ["<module>", f"{script}:2", "524,288", "", "100.0%", "1", "dgemm"])
    made["operations"]["dgemm"]["callers"][0]["function"] = html_data.HOSTILE
    page = check_alone(rendered(made))
    expect("a hostile one", (page.rows("callers")[0][0], page.all("img")), (html_data.HOSTILE, []))


def check_run():
    """A page of each process's summary, beside it; no other file's, and nothing is overwritten."""
    program = "import numpy, os, signal, subprocess, sys\na = numpy.ones((64, 64)); a @ a\n"
    child = program + "if len(sys.argv) == 1:\n    subprocess.run([sys.executable, sys.argv[0], 'child'])\n"
    killed = program + "os.kill(os.getpid(), signal.SIGKILL)\n"
    with tempfile.TemporaryDirectory() as folder:
        def run(code, *words, **env):
            pathlib.Path(folder, "app.py").write_text(code)
            return Run([PROGRAM, "run", *words, "--", python("debian"), "app.py"], {"FLOP_QUIET": "0", **env}, False, cwd=folder)

        def files():
            return sorted(p.name for p in pathlib.Path(folder).iterdir() if p.name != "app.py")

        pathlib.Path(folder, "mine.json").write_text("mine")
        refused = run(program, "-o", "x.htm")
        wanted = "expected file names that end in .txt, .json, .csv or .html"
        expect("x.htm", (refused.returncode, wanted in refused.stderr), (2, True))
        done = run(program, "-o", "x.html,x.json")
        expect("status", done.returncode, 0)
        expect("files", files(), ["mine.json", "x.html", "x.json"])
        expect("said", ("as a page): x.html\n" in done.stderr, done.stderr.count("flopshim: summary of")), (True, 2))
        check_alone(pathlib.Path(folder, "x.html").read_text())
        expect("killed", run(killed, FLOP_OUTPUT="mine.html").returncode, 137)
        expect("files of a killed one", files(), ["mine.1.html", "mine.1.json", "mine.json", "x.html", "x.json"])
        expect("its page", "Ended by signal" in pathlib.Path(folder, "mine.1.html").read_text(), True)
        run(child, "-o", "%e.%p.html", "--quiet")
        made = sorted(p.rpartition(".")[2] for p in files() if p.startswith("python"))
        expect("of two processes", made, ["html", "html", "json", "json"])


CHECKS = {"numbers": check_numbers, "icicle": check_icicle, "escaped": check_escaped, "sizes": check_sizes,
          "processes": check_processes, "difference": check_difference, "options": check_options, "real": check_real,
          "callers": check_callers, "run": check_run}
for check in [CHECKS[name] for name in sys.argv[1:]] or CHECKS.values():
    check()

"""The HTML report in a browser: sorted, searched, switched and exported, at the widths and in the colours that people have.

With a folder as its argument pictures of it are left there, to be looked at."""
import json
import pathlib
import subprocess
import sys
import tempfile

import html_data
from browser import Browser
from harness import PROGRAM, ROOT, expect

WIDE, PHONE = 1280, 375


def report(folder, name, *summaries):
    paths = []
    for i, made in enumerate(summaries):
        paths.append(pathlib.Path(folder, f"{name}{i}.json"))
        paths[-1].write_text(made if isinstance(made, str) else json.dumps(made))
    page = pathlib.Path(folder, f"{name}.html")
    subprocess.run([PROGRAM, "report", *paths, "-o", page], check=True)
    return page


def open_page(browser, page):
    browser.open(page)
    expect(f"{page.name}: requests", browser.requests(), [page.as_uri()])
    expect(f"{page.name}: complaints", browser.complaints(), [])


def column(browser, view, number):
    return browser.evaluate(f"[...document.querySelectorAll('#{view} tbody tr')].filter(row => row.offsetHeight)"
                            f".map(row => row.cells[{number}].textContent)")


def click(browser, selector, text):
    """The button of that text."""
    found = browser.evaluate(f"(() => {{ const all = [...document.querySelectorAll('{selector} button')]"
                             f".filter(one => one.textContent === {json.dumps(text)}); all[0]?.click(); return all.length }})()")
    expect(f"buttons {text} in {selector}", found, 1)


def check_table(browser, folder):
    times = {"dgemm": (300, 1), "sgemm": (200, 30), "zgemm": (100, 2), "dgesv": (90, 0), "dsyrk": (80, 5), "dtrsm": (70, 6),
             "dpotrf": (60, 7), "dgeqrf": (50, 8)}
    spaces = {"": {name: html_data.operation(flops, 1, seconds) for name, (flops, seconds) in times.items()}}
    open_page(browser, report(folder, "table", html_data.summary(spaces)))
    expect("at first", column(browser, "routines", 0), list(times))
    click(browser, "#routines th", "Time")
    expect("by time", column(browser, "routines", 0), ["sgemm", "dgeqrf", "dpotrf", "dtrsm", "dsyrk", "zgemm", "dgemm", "dgesv"])
    click(browser, "#routines th", "Time")
    expect("and back", column(browser, "routines", 0)[:2], ["dgesv", "dgemm"])
    click(browser, "#routines th", "Routine")
    expect("by name", column(browser, "routines", 0), sorted(times))
    told = browser.evaluate("document.querySelector('#routines th').getAttribute('aria-sort')")
    expect("told to readers of screens", told, "ascending")
    click(browser, "#routines th", "Share")
    expect("by share", column(browser, "routines", 3)[:2], ["31.6%", "21.1%"])
    search = "(() => { const field = document.querySelector('#routines input'); field.value = '%s';" \
             " field.dispatchEvent(new Event('input')); return document.querySelector('#routines output').value })()"
    expect("found", browser.evaluate(search % "GEMM double"), "2 of 8")
    expect("those alone", column(browser, "routines", 0), ["dgemm", "zgemm"])
    expect("all again", (browser.evaluate(search % ""), len(column(browser, "routines", 0))), ("", 8))


def boxes(browser):
    """{name: (x, width)} of those that can be seen."""
    found = browser.evaluate("[...document.querySelectorAll('#icicle .n')].map(box => [box.querySelector('title').textContent"
                             ".split(':')[0], parseFloat(box.getAttribute('x')), parseFloat(box.getAttribute('width'))])")
    return {name: (round(x, 3), round(width, 3)) for name, x, width in found if width}


def check_icicle(browser, folder):
    """FLOPs 300 and 100, time 1 and 3, calls 1 and 4."""
    spaces = {"fwd": {"dgemm": html_data.operation(300, 1, 1.0)}, "back": {"sgemm": html_data.operation(100, 4, 3.0)}}
    open_page(browser, report(folder, "icicle", html_data.summary(spaces)))
    expect("by FLOPs", boxes(browser), {"all": (0, 100), "fwd": (0, 75), "dgemm": (0, 75), "back": (75, 25), "sgemm": (75, 25)})
    click(browser, "#measures", "Time")
    expect("by time", boxes(browser), {"all": (0, 100), "back": (0, 75), "sgemm": (0, 75), "fwd": (75, 25), "dgemm": (75, 25)})
    click(browser, "#measures", "Calls")
    expect("by calls", boxes(browser)["back"], (0, 80))
    press = "[...document.querySelectorAll('#icicle .n')].find(box => box.textContent.startsWith('fwd'))" \
            ".dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    browser.evaluate(press)
    expect("widened", boxes(browser), {"all": (0, 100), "fwd": (0, 100), "dgemm": (0, 100)})
    browser.evaluate(press)
    expect("and back", boxes(browser)["back"], (0, 80))


def exported(browser, label):
    browser.evaluate("URL.createObjectURL = blob => { window.saved = blob; return '#saved'; }")
    click(browser, "#exports", label)
    return browser.evaluate("saved.text()")


def check_exports(browser, folder):
    """JSON and CSV are what `flopshim report` writes, to the last of 20 digits."""
    text = (ROOT / "tests/unit/data/summary.json").read_text()
    page = report(folder, "export", text)
    open_page(browser, page)
    expect("JSON", json.loads(exported(browser, "JSON")), json.loads(text))
    for made in (json.loads(text), html_data.usual(), html_data.summary({'a,"b': {"dgemm": html_data.operation(2 ** 64 - 1, 1)}})):
        page = report(folder, "csv", made)
        open_page(browser, page)
        command = [PROGRAM, "report", page.with_name("csv0.json"), "-f", "csv"]
        wanted = subprocess.run(command, capture_output=True, text=True, check=True)
        expect("CSV", exported(browser, "CSV"), wanted.stdout)
    shapes = [html_data.shape(2, 3, 4, 1)]
    spaces = {"a;b.c": {"dgemm": html_data.operation(2 ** 63 + 48, 3, 1, shapes)}}
    open_page(browser, report(folder, "stacks", html_data.summary(spaces)))
    expect("collapsed", exported(browser, "Collapsed stacks"), f"a?b;c;dgemm;m=2 n=3 k=4 48\na?b;c;dgemm {2 ** 63}\n")
    scope = json.loads(exported(browser, "speedscope"))
    frames = [frame["name"] for frame in scope["shared"]["frames"]]
    profile = scope["profiles"][0]
    expect("speedscope", [[frames[i] for i in sample] for sample in profile["samples"]],
           [["a;b", "c", "dgemm", "m=2 n=3 k=4"], ["a;b", "c", "dgemm"]])
    expect("its end", float(profile["endValue"]), float(2 ** 63 + 48))


def check_policy(browser, folder):
    """Nothing foreign runs or is fetched, also what a name of a program holds."""
    bad = html_data.HOSTILE
    made = html_data.summary({bad: {bad: html_data.operation(9, 1), "dgemm": html_data.operation(9, 1)}}, uncovered=[bad])
    made["process"]["program"] = made["process"]["host"] = bad
    page = report(folder, "policy", made)
    open_page(browser, page)
    expect("images", browser.evaluate("document.images.length"), 0)
    expect("its title", browser.evaluate("document.title"), f"{bad.rpartition('/')[2]} - FLOPs")
    expect("shown", bad in column(browser, "routines", 0), True)
    blocked = "new Promise(done => { addEventListener('securitypolicyviolation', event => done(event.effectiveDirective)); %s })"
    for attempt, directive in (("fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src"),
                               ("new Image().src = 'http://127.0.0.1:9/x.png'", "img-src"),
                               ("document.body.append(Object.assign(document.createElement('script'), { text: '1' }))",
                                "script-src-elem"),
                               ("document.body.setAttribute('onclick', '1'); document.body.click()", "script-src-attr")):
        expect(attempt, browser.evaluate(blocked % attempt), directive)


def pages(folder):
    """What the report is looked at with: little, usual, much."""
    names = [f"{letter}{family}" for family in ("gemm", "symm", "trsm", "trmm", "syrk") for letter in "sdcz"]
    names += [f"routine{i}" for i in range(500 - len(names))]
    processes = [html_data.process(4000 + i, 10 ** 9 + 10 ** 7 * (i * 37 % 19) + (i == 40) * 10 ** 9, 9) for i in range(100)]
    tree = html_data.summary({"": {"dgemm": html_data.operation(sum(p["flops_used"] for p in processes), 900)}}, processes)
    before = html_data.many(names[:20], 7, 3)
    return [report(folder, "little", html_data.summary({"": {"dgemm": html_data.operation(2 * 10 ** 6, 1)}})),
            report(folder, "none", html_data.summary({})),
            report(folder, "usual", html_data.usual() | {"flop_budget": 10 ** 9, "flops_remaining": None}),
            report(folder, "much", html_data.many(names, 20, 40)), report(folder, "tree", tree),
            report(folder, "changed", before, html_data.usual())]


def check_widths(browser, folder, pictures):
    """The page is never wider than the window, in any colours and on paper."""
    for page in pages(folder):
        for width, scheme, media in ((WIDE, "light", ""), (WIDE, "dark", ""), (PHONE, "light", ""), (800, "light", "print")):
            browser.resize(width)
            browser.prefer(scheme, media)
            open_page(browser, page)
            what = f"{page.stem}-{width}-{media or scheme}"
            expect(f"{what}: width", browser.evaluate("document.documentElement.scrollWidth"), width)
            colour = browser.evaluate("getComputedStyle(document.body).backgroundColor")
            wanted = "rgb(255, 255, 255)" if media else {"light": "rgb(246, 247, 249)", "dark": "rgb(18, 22, 28)"}[scheme]
            expect(f"{what}: colour", colour, wanted)
            if pictures:
                browser.resize(width, min(browser.evaluate("document.documentElement.scrollHeight"), 8000))
                browser.screenshot(pathlib.Path(pictures, f"{what}.png"))
    browser.resize(WIDE)
    browser.prefer()


def check_without_script(browser, folder):
    page = report(folder, "still", html_data.usual())
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    open_page(browser, page)
    expect("rows", len(column(browser, "routines", 0)), 20)
    expect("boxes", browser.evaluate("document.querySelectorAll('#icicle .n > rect').length") > 20, True)
    expect("no buttons", browser.evaluate("[...document.querySelectorAll('.scripted')].every(one => !one.offsetHeight)"), True)
    browser.send("Emulation.setScriptExecutionDisabled", value=False)


def check_long(browser, folder):
    names = [f"routine{i}" for i in range(500)]
    open_page(browser, report(folder, "long", html_data.many(names, 0, 1)))
    expect("few at first", len(column(browser, "routines", 0)), 25)
    click(browser, "#routines", "Show all 500 rows")
    expect("then all", len(column(browser, "routines", 0)), 500)


def main():
    pictures = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        browser.resize(WIDE)
        for check in (check_table, check_icicle, check_exports, check_policy, check_without_script, check_long):
            check(browser, folder)
        check_widths(browser, folder, pictures)


main()

"""C for the HTML report's shell: page.html with the style and the scripts in it, each under the hash that the page's
Content-Security-Policy names, so that nothing else in the file can run.

usage: gen_html.py OUTPUT page.html style.css SCRIPT.js..."""
from __future__ import annotations

import base64
import hashlib
import pathlib
import sys

MOST_BYTES = 60_000


def squeezed(path: str) -> str:
    """A style or script without indentation, blank lines and the lines that are comments."""
    lines = (line.strip() for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/* ")))


def hash_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def shell(page: str, style: str, scripts: list[str]) -> str:
    css = squeezed(style)
    code = '"use strict";\n' + "\n".join(squeezed(script) for script in scripts)
    text = pathlib.Path(page).read_text(encoding="utf-8")
    assert "{{" not in css + code, "two braces would be a place of the page"
    for name, value in {"style_hash": hash_of(css), "script_hash": hash_of(code), "style": css, "script": code}.items():
        assert text.count("{{" + name + "}}") == 1, f"{page}: {{{{{name}}}}} is to stand there once"
        text = text.replace("{{" + name + "}}", value)
    return text


def quoted(line: str) -> str:
    return '    "' + line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?") + '\\n"'


def main() -> None:
    output, page, style, *scripts = sys.argv[1:]
    text = shell(page, style, scripts)
    if len(text.encode()) > MOST_BYTES:
        raise SystemExit(f"gen_html: the shell of an HTML report has {len(text.encode())} bytes; accepted are {MOST_BYTES}")
    lines = ["/* Generated from report/html/. */", '#include "html_page.h"', "", "const char html_shell[] =",
             *map(quoted, text.splitlines()), "    ;", ""]
    pathlib.Path(output).write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

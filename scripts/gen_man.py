#!/usr/bin/env python3
"""Manual pages that are made of what they describe: libflopshim(3) of the comments in flopshim.h, flopshim-summary(5) of sections
of report/README.md.

usage: gen_man.py VERSION flopshim.h libflopshim.3
       gen_man.py VERSION report/README.md flopshim-summary.5"""
from __future__ import annotations

import pathlib
import re
import sys

SECTIONS = ("Text", "Namespaces", "JSON", "CSV", "The log of calls", "Tables of one thing", "The JSON of a merge",
            "The JSON of a difference", "A line of top's JSON", "Schemas")


def escape(text: str) -> str:
    """Of running text: no line of it may begin as a request does."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", text, flags=re.M)


def title(name: str, section: int, version: str, manual: str) -> str:
    return f'.TH {name.upper()} {section} "" "flopshim {version}" "{manual}"\n'


# ---- of a header ----

def comment_of(text: str) -> str:
    """Its text in paragraphs, without stars."""
    lines = [re.sub(r"^\s*\* ?", "", line) for line in text.strip().removeprefix("/*").removesuffix("*/").splitlines()]
    return "\n".join(lines).strip()


def literal(text: str) -> str:
    return f".nf\n{escape(text)}\n.fi\n"


def prose_of(comment: str) -> str:
    """Paragraphs; lines that are indented stand as they are, items have a bullet."""
    made = []
    for paragraph in comment.split("\n\n"):
        if paragraph.startswith("    "):
            made.append(literal(paragraph))
        elif "\n - " in paragraph:
            head, *items = paragraph.split("\n - ")
            made += [f"{escape(head)}\n", *(f".IP \\(bu 2\n{escape(re.sub(chr(10) + '   ', chr(10), item))}\n" for item in items)]
        else:
            made.append(f"{inline(paragraph)}\n")
    return ".PP\n".join(made)


def header_page(version: str, header: str) -> str:
    public = header.partition("/* ---- how they reach the library")[0]
    introduction = comment_of(public.partition("*/")[0]).partition("flopshim.h: mark")[2]
    types, functions = public.partition("/* ---- types ----")[2].split("/* ---- functions ---- */")
    declared = re.findall(r"(/\*(?:(?!\*/).)*\*/)\n((?:(?:FLOPSHIM_API|static inline) [^;{]+[;{]\n?)+)", functions, re.S)
    names = [name for _, lines in declared for name in re.findall(r"(flopshim_\w+)\(", lines)]
    page = [title("libflopshim", 3, version, "Library Functions"), ".SH NAME\n",
            ", ".join(escape(name) for name in ["libflopshim", *names]), " \\- mark and budget BLAS calls\n",
            ".SH SYNOPSIS\n.nf\n#include <flopshim.h>\n.fi\n.SH DESCRIPTION\n", prose_of(f"Mark{introduction}"), ".SH TYPES\n",
            prose_of(comment_of(types.partition("*/")[0])), literal(types.partition("*/")[2].strip()), ".SH FUNCTIONS\n"]
    for comment, lines in declared:
        shown = re.sub(r"(FLOPSHIM_API|static inline) ", "", lines).replace("{", ";").replace("\n", " ")
        for i, declaration in enumerate(filter(None, map(str.strip, shown.split(";")))):
            page.append(f"{'.TQ' if i else '.TP'}\n.B {escape(declaration)};\n")
        page.append(escape(comment_of(comment)) + "\n")
    page.append(".SH SEE ALSO\n.BR flopshim (1),\n.BR flopshim\\-run (1),\n.BR flopshim\\-summary (5)\n")
    return "".join(page)


# ---- of sections of a document ----

def inline(text: str) -> str:
    """Code in bold, links without their addresses."""
    text = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", text)
    parts = re.split(r"`([^`]+)`", text)
    return "".join(f"\\fB{escape(part)}\\fR" if i % 2 else escape(part) for i, part in enumerate(parts))


def block(text: str) -> str:
    if text.startswith("    "):
        return f".IP\n.nf\n{escape(re.sub('^    ', '', text, flags=re.M))}\n.fi\n"
    if not text.startswith("| "):
        return f".PP\n{inline(text.replace('*', ''))}\n"
    rows = [line.strip("| ").split(" | ", 1) for line in text.splitlines()[2:]]
    return "".join(f".TP\n{inline(first)}\n{inline(second)}\n" for first, second in rows)


def section_of(document: str, heading: str) -> str:
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", document, re.S | re.M)
    if not found:
        sys.exit(f"gen_man.py: no section is called {heading}")
    blocks = re.split(r"\n\n+", found.group(1).strip("\n"))
    return f".SH {escape(heading.upper())}\n" + "".join(map(block, blocks))


def formats_page(version: str, document: str) -> str:
    return "".join([title("flopshim-summary", 5, version, "File Formats"),
                    ".SH NAME\nflopshim\\-summary \\- what flopshim writes\n.SH DESCRIPTION\n",
                    "The text, JSON and CSV of summaries, of what is made of several of them, and of a log of calls.\n",
                    *(section_of(document, heading) for heading in SECTIONS),
                    ".SH SEE ALSO\n.BR flopshim (1),\n.BR flopshim\\-report (1),\n.BR flopshim\\-ledger (5)\n"])


def main() -> None:
    version, source, output = sys.argv[1:]
    make = header_page if source.endswith(".h") else formats_page
    pathlib.Path(output).write_text(make(version, pathlib.Path(source).read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

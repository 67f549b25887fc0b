"""The entries, in assembly: what every exported name of a routine leads to (shim/call/machine_x86_64.h). They lie in a section of
their own, so that they can be hidden (forward_hide), and those that a program uses lie near each other: where a few hundred
instructions are spread over as many pages, looking these up takes longer than the instructions."""
from __future__ import annotations

import plans
from fast import FREE, body_name, fast_degree, is_free
from rows import Routine
from spec import Symbol
from stubs import body_of

BEGIN = ('__asm__(".pushsection flopshim_entries,\\"ax\\",@progbits\\n.cfi_startproc\\n"\n'
         '".globl forward_entries\\n.hidden forward_entries\\nforward_entries:\\n"')
END = '".globl forward_entries_end\\n.hidden forward_entries_end\\nforward_entries_end: .cfi_endproc\\n.popsection\\n");'


def name_of(r: Routine, face: str) -> str:
    return plans.body_name(r.row.plans, face, r.name) if plans.is_plan(face) else body_of(r, face).name


def label_of(r: Routine, face: str) -> str:
    """What tells by the slot in r11 who calls, and goes on: a label here, where there is a fast body, else the body."""
    return f"head_{name_of(r, face)}" if has_head(r, face) else body_name(r, face)


def has_head(r: Routine, face: str) -> bool:
    return not plans.is_plan(face) and fast_degree(r, body_of(r, face)) is not None


def has_body(r: Routine, face: str) -> bool:
    """Does the fast body stand in the entry?"""
    return r.name in FREE and is_free(r, body_of(r, face))


def rest_of(r: Routine, face: str, number: int, is_wide: bool, is_first: bool) -> str:
    """What follows after the slot is in r11, as C: texts in quotes, and macros."""
    body = body_name(r, face, is_wide)
    if plans.is_plan(face):
        return f'"jmp {body}\\n"'
    name = body_of(r, face).name
    inner = f'"forward_{name}:\\n" CALL_FORWARD_INNER("{number}", "{f"inner_{name}" if has_head(r, face) else body}")'
    if not has_head(r, face):
        return inner if is_first else f'"jmp forward_{name}\\n"'
    look = f'CALL_LOOK("{body}")'
    head = f'".globl head_{name}\\n.hidden head_{name}\\nhead_{name}:\\n" {look} {inner}'
    if has_body(r, face):
        free = f'CALL_FREE("{FREE.index(r.name)}", "{body}", "{f"forward_{name}" if is_first else "3f"}")'
        return f"{free} {head}" if is_first else f'{free} "3: jmp forward_{name}\\n"'
    return head if is_first else f'{look} "jmp forward_{name}\\n"'


def emit_entries(symbols: list[Symbol], numbers: dict[str, int]) -> list[str]:
    out = ['#include "machine_x86_64.h"', "", BEGIN]
    seen: set[tuple[str, str]] = set()
    for name, r, face, is_wide in symbols:
        rest = rest_of(r, face, numbers[r.name], is_wide, (r.name, face) not in seen)
        seen.add((r.name, face))
        aligned = ".balign 64\\n" if has_body(r, face) else ""
        out.append(f'"{aligned}.globl {name}\\n.type {name}, @function\\n{name}:\\n"\n'
                   f'"endbr64\\nleaq slot_{name}(%rip), %r11\\n" {rest}\n".size {name}, .-{name}\\n"')
    return [*out, END]

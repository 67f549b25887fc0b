"""The entries, in assembly: what every exported name of a routine leads to (shim/call/machine_x86_64.h). They lie in a section of
their own, so that they can be hidden (forward_hide), and those that a program uses lie near each other: where a few hundred
instructions are spread over as many pages, looking these up takes longer than the instructions."""
from __future__ import annotations

import plans
from fast import body_name, fast_degree, is_in_entry
from rows import Routine
from spec import Symbol
from stubs import body_of

BEGIN = ('__asm__(".pushsection flopshim_entries,\\"ax\\",@progbits\\n.cfi_startproc\\n"\n'
         '".globl forward_entries\\n.hidden forward_entries\\nforward_entries:\\n"')
END = '".globl forward_entries_end\\n.hidden forward_entries_end\\nforward_entries_end: .cfi_endproc\\n.popsection\\n"'
BACKS = '".pushsection .rodata\\n.balign 4\\n.globl forward_backs\\n.hidden forward_backs\\nforward_backs:\\n"'


def name_of(r: Routine, face: str) -> str:
    return plans.body_name(r.row.plans, face, r.name) if plans.is_plan(face) else body_of(r, face).name


def label_of(r: Routine, face: str) -> str:
    """What tells by the slot in r11 who calls, and goes on: a label here, where there is a fast body, else the body."""
    return f"head_{name_of(r, face)}" if has_head(r, face) else body_name(r, face)


def has_head(r: Routine, face: str) -> bool:
    return not plans.is_plan(face) and fast_degree(r, body_of(r, face)) is not None


def has_body(r: Routine, face: str) -> bool:
    """Does the fast body stand in the entry?"""
    return is_in_entry(r, body_of(r, face))


def rest_of(r: Routine, face: str, number: int, is_wide: bool, is_first: bool) -> str:
    """What follows after the slot is in r11, as C: texts in quotes, and macros. At first the forwarding of nested calls."""
    body = body_name(r, face, is_wide)
    if plans.is_plan(face):
        return f'"jmp {body}\\n"'
    name = body_of(r, face).name
    other = f"seek_{name}" if has_body(r, face) else f"inner_{name}" if has_head(r, face) else body
    inner = f'"forward_{name}:\\n" CALL_FORWARD_INNER("{number}", "{other}")'
    look = f'CALL_LOOK("{body}")'
    head = f'".globl head_{name}\\n.hidden head_{name}\\nhead_{name}:\\n" {look}'
    on = f'"jmp forward_{name}\\n"'
    if not has_head(r, face):
        return inner if is_first else on
    if has_body(r, face):
        return f"{inner} {head} {on}" if is_first else on
    return f"{head} {inner}" if is_first else f"{look} {on}"


def begin_of(symbol: str, r: Routine, face: str, is_wide: bool, look: int) -> str:
    """The entry itself, up to where the slot is in r11."""
    if has_body(r, face):
        return f'CALL_FREE("{symbol}", "{look}", "{body_name(r, face, is_wide)}")'
    return f'"endbr64\\nleaq slot_{symbol}(%rip), %r11\\n"'


def emit_entries(symbols: list[Symbol], numbers: dict[str, int]) -> list[str]:
    out = ['#include "machine_x86_64.h"', "", BEGIN]
    seen: set[tuple[str, str]] = set()
    looks = 0
    for name, r, face, is_wide in symbols:
        rest = rest_of(r, face, numbers[r.name], is_wide, (r.name, face) not in seen)
        seen.add((r.name, face))
        aligned = ".balign 64\\n" if has_body(r, face) else ""
        out.append(f'"{aligned}.globl {name}\\n.type {name}, @function\\n{name}:\\n"\n'
                   f'{begin_of(name, r, face, is_wide, looks)} {rest}\n".size {name}, .-{name}\\n"')
        looks += has_body(r, face)
    backs = [f'CALL_BACK("{look}")' for look in range(looks)]
    return [*out, END, BACKS, *backs, '".popsection\\n");']

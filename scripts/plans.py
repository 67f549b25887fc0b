"""Work that is planned before it is done (shim/call/plans.h): the lines `makes`, `runs`, `sets` and `drops` of the spec, their
names, and C for the functions that they list."""
from __future__ import annotations

from typing import NamedTuple

import checks
from checks import Placed, SpecError

FACES = {"p": "C", "q": "Fortran", "r": "C, with the plan by reference"}
# How FFTW's names begin in Fortran
FORTRAN = {"fftw_": "dfftw_", "fftwf_": "sfftw_", "fftwl_": "lfftw_", "fftwq_": "qfftw_"}
# Kinds of arguments that are lengths: where the next one is, in bytes, and whether it has 64 bits
# either64: a length by value, or an array of them, as MKL has it.
LENGTHS = {"lengths": (4, False), "lengths64": (8, True), "iodims": (12, False), "iodims64": (24, True), "either64": (8, True)}
KINDS = {"length", "length64", "comm", "domain", *LENGTHS}
COUNTED = ["transform", "n", "howmany", "ranks"]
RANKS = ("rank", "howmany_rank")
RUN_PARAMETERS = ("a_", "b_", "c_", "d_", "e_")


class Argument(NamedTuple):
    name: str
    kind: str


class Plan(NamedTuple):
    """A line: role is its first word. result: the letter of the transform, or the status of a refused call."""
    where: str
    role: str
    names: list[str]
    faces: list[str]
    args: list[Argument]
    result: str


USES = {"makes": "makes FAMILY | NAMES | FACES | ARGUMENTS -> LETTER", "runs": "runs FAMILY | NAMES | FACES [-> STATUS]",
        "sets": "sets FAMILY | NAMES | FACES -> FILE", "drops": "drops FAMILY | NAMES | FACES"}


def parse(where: str, role: str, cells: list[str], args: list[Argument], result: str) -> Plan:
    """cells: names and faces."""
    names = checks.some("name", checks.once("name", cells[0].split()))
    for each in names:
        checks.matches("name", each, checks.EXPORTED, "letters, digits and _")
    faces = checks.some("face", checks.once("face", cells[1].split()))
    for face in faces:
        checks.one_of("face", face, FACES)
    check_ranks(args)
    return Plan(where, role, names, faces, args, result)


def parse_result(role: str, text: str) -> str:
    if role == "makes":
        return checks.matches("letter", text, checks.LETTER, "one upper-case letter, behind ->")
    if role == "sets":
        return checks.matches("file", text, checks.NAME, "a lower-case word, behind ->")
    if role == "runs" and text:
        return checks.matches("status", text, checks.STATUS, "a number, and the file that works a plan out, a lower-case word")
    if text:
        raise SpecError(f"'-> {text}' in '{role}'; accepted is {USES[role]}")
    return "0"


def check_ranks(args: list[Argument]) -> None:
    """An array of lengths stands behind the number of its entries."""
    known = ""
    for a in args:
        if a.name in RANKS:
            known = a.name
        elif a.kind in LENGTHS and not known:
            raise SpecError(f"'{a.name}' has no rank before it; accepted is {' or '.join(RANKS)}")


def check(plans: list[Plan], where: str, prefixes: list[str], names: list[str], faces: list[str]) -> None:
    """Of a family: its prefixes, what its count reads, its faces."""
    if plans and faces != ["-"]:
        raise Placed(f"{plans[0].where}: planned work of a family with faces {' '.join(faces)}; accepted is - (the signature at "
                     f"{where})")
    if faces == ["-"] and not plans:
        raise Placed(f"{where}: face - and no planned work; accepted is a family with 'runs' lines")
    for plan in plans:
        if "q" in plan.faces and set(prefixes) - set(FORTRAN):
            raise Placed(f"{plan.where}: face q of prefixes {' '.join(prefixes)}; accepted are {' '.join(FORTRAN)}")
        if plan.role == "makes" and names != COUNTED:
            raise Placed(f"{plan.where}: 'makes' of a count of {' '.join(names)}; accepted is one of {' '.join(COUNTED)}")


def faces_of(plans: list[Plan]) -> list[str]:
    """FACE:NUMBER of each face of each line."""
    return [f"{face}:{i}" for i, plan in enumerate(plans) for face in plan.faces]


def includes_of(plans: list[Plan]) -> list[str]:
    words = {plan.result if plan.role == "sets" else plan.result[2:] for plan in plans if plan.role in ("runs", "sets")} - {""}
    return [f'#include "{word}.h"' for word in sorted({"plans"} | words)] if plans else []


def is_plan(face: str) -> bool:
    return face[0] in FACES


def plan_of(plans: list[Plan], face: str) -> Plan:
    return plans[int(face[2:])]


def names_of(plans: list[Plan], face: str, prefix: str) -> list[str]:
    """What the schemes spell. A name with a capital is whole."""
    begin = FORTRAN[prefix] if face[0] == "q" else prefix
    return [begin + name if name.islower() else name for name in plan_of(plans, face).names]


def body_name(plans: list[Plan], face: str, routine: str) -> str:
    return f"body_{routine}_{face[0]}_{plan_of(plans, face).names[0]}"


# ---- bodies --------------------------------------------------------------------------------------------------

BEGIN = "    CALL_BEGIN(call, (uintptr_t)__builtin_return_address(0));"


def parameters(plan: Plan, letter: str) -> list[str]:
    """All that Fortran passes are addresses; a tensor is three arrays there, and the plan the first argument."""
    if letter != "q":
        by_value = ("length", "length64", "either64", "int", "domain")
        own = [f"intptr_t {a.name}_" if a.kind in by_value else f"void *{a.name}_" for a in plan.args]
        return ["void *plan_"] * (letter == "r") + own
    names = [n for a in plan.args for n in ([a.name, f"{a.name}_is", f"{a.name}_os"] if a.kind == "iodims" else [a.name])]
    return ["void *plan_"] + [f"void *{name}_" for name in names]


def product(plan: Plan, letter: str, many: bool) -> str:
    """C of the product of a plan's lengths; many: of how often it does the transform."""
    value, rank = "1", ""
    for a in plan.args:
        by_value = f"READ({a.name}_, 0)" if letter == "q" else f"{a.name}_" if a.kind == "length64" else f"(int32_t){a.name}_"
        if a.name in RANKS:
            rank = by_value
        if a.name.startswith("howmany") != many or a.kind not in KINDS - {"comm", "domain"}:
            continue
        if a.kind in LENGTHS:
            step, wide = LENGTHS[a.kind]
            how = f"{step}, {int(wide)}" if letter != "q" else "call.binding->wide ? 8 : 4, call.binding->wide"
            by_value = f"plans_product({'(void *)' * (a.kind == 'either64')}{a.name}_, {rank}, {how})"
            if a.kind == "either64":
                by_value = f"({rank} == 1 ? {a.name}_ : {by_value})"
        value = by_value if value == "1" else f"plans_times({value}, {by_value})"
    return value


def call_of(params: list[str], result: str, target: str = "call.binding->target") -> str:
    types = ", ".join(p.rsplit("*", 1)[0] + "*" if "*" in p else p.rsplit(" ", 1)[0] for p in params)
    passed = ", ".join(p.split()[-1].lstrip("*") for p in params)
    return f"(({result} (*)({types})){target})({passed})"


def emit_make(plan: Plan, letter: str, routine: str, name: str, out: list[str]) -> None:
    params = parameters(plan, letter)
    result, made = ("void *", "result") if letter == "p" else ("intptr_t ", "*(void **)plan_")
    is_made = "(int32_t)result == 0" if letter == "r" else made
    out.append(f"__attribute__((used, noinline)) {result}{name}({', '.join(params)})\n{{\n{BEGIN}")
    out.append(f"    {result}result = {call_of(params, result)};\n    if ({is_made}) {{")
    size, many = product(plan, letter, False), product(plan, letter, True)
    ranks = "plans_ranks(comm_)" if any(a.kind == "comm" for a in plan.args) else "1"
    kind = "dfti_letter(domain_)" if plan.result == "D" else f"'{plan.result}'"
    out.append(f"        const int64_t arg[] = {{{kind}, {size}, {many}, {ranks}}};")
    out.append(f"        plans_note({made}, cost_index_{routine}, arg, sizeof arg / sizeof *arg);\n    }}")
    out.append("    return result;\n}\n")


def emit_slow_run(routine: str, name: str, status: str, key: str, out: list[str]) -> None:
    """As the slow body of any routine (stubs.py), with the plan that the fast one has found."""
    params = [f"void *{p}" for p in RUN_PARAMETERS]
    out.append(f"static __attribute__((noinline)) intptr_t {name}({', '.join(params)}, struct slot *slot, uintptr_t caller, "
               "const struct plan *plan)\n{")
    out.append("    struct call call = {.frame = (uintptr_t)__builtin_dwarf_cfa(), .caller = caller};\n    CALL_UNWINDS();")
    out.append(f"    call_find(&call, slot);\n    const uint32_t routine = plan ? plan->routine : ROUTINE_{routine};")
    out.append("    if (call_outermost(&call)) {")
    out.append(f"        const uint64_t cost = plan ? plan->cost[call_convention] : plans_unseen({key});")
    out.append("        if (!call_charge(&call, routine, cost, plan ? plan->arg : (const int64_t[PLAN_ARGS]){0}))")
    out.append(f"            return {status};\n    }} else\n        call_count_nested(routine);")
    out.append(f"    const intptr_t result = {call_of(params, 'intptr_t', 'call.binding->target')};")
    out.append("    call_end(&call);\n    return result;\n}\n")


def emit_run(plan: Plan, key: str, routine: str, name: str, out: list[str]) -> None:
    """The plain case, as the fast body of a BLAS routine; everything else calls the slow one."""
    params = [f"void *{p}" for p in RUN_PARAMETERS]
    status, _, word = plan.result.partition(" ")
    passed = ", ".join(RUN_PARAMETERS)
    emit_slow_run(routine, f"slow_{name}", status, key, out)
    out.append(f"__attribute__((used, noinline)) intptr_t {name}({', '.join(params)})\n{{")
    out.append("    struct slot *const slot = call_slot;")
    out.append("    const uintptr_t caller = (uintptr_t)__builtin_return_address(0);\n"
               "    struct call call = {.thread = call_self};\n    CALL_UNWINDS();")
    if word:
        out.append("    struct plan room;\n    const bool usual = LIKELY(call_comes_from(&slot->hot, caller));")
        out.append("    const struct binding *binding = usual ? &slot->hot : call_find_binding(slot, caller);")
        given = ", ".join([key, *RUN_PARAMETERS[1:4]])
        out.append(f"    const struct plan *plan = {word}_plan(&room, binding->target, {given});")
        out.append(f"    if (plan && !plan->is_counted)\n        return {call_of(params, 'intptr_t', 'binding->target')};")
    else:
        out.append(f"    const struct plan *plan = plans_find({key});")
    out.append("    if (!plan || UNLIKELY(!call_comes_from(&slot->hot, caller)) ||\n"
               "        !call_charge_fast(call.thread, plan->routine, plan->cost[call_convention], CALL_COST_EXACT))")
    out.append(f"        return slow_{name}({passed}, slot, caller, plan);")
    out.append(f"    const intptr_t result = {call_of(params, 'intptr_t', 'slot->hot.target')};")
    out.append("    call_end_fast(&call);\n    return result;\n}\n")


def emit_set(plan: Plan, name: str, out: list[str]) -> None:
    """A variadic function: a value may be a double."""
    out.append(f"__attribute__((used, noinline)) intptr_t {name}(void *a_, intptr_t b_, void *c_, double d_)\n{{\n{BEGIN}")
    out.append("    const intptr_t result = ((intptr_t (*)(void *, intptr_t, ...))call.binding->target)(a_, b_, c_, d_);")
    out.append(f"    if ((int32_t)result == 0)\n        {plan.result}_set(a_, b_, c_);\n    return result;\n}}\n")


def emit_drop(key: str, name: str, out: list[str]) -> None:
    out.append(f"__attribute__((used, noinline)) intptr_t {name}(void *a_)\n{{\n{BEGIN}\n    plans_forget({key});")
    out.append(f"    return {call_of(['void *a_'], 'intptr_t')};\n}}\n")


def emit_body(plans: list[Plan], face: str, routine: str, out: list[str]) -> str:
    plan, name = plan_of(plans, face), body_name(plans, face, routine)
    key = "a_" if face[0] == "p" else "(a_ ? *(void **)a_ : NULL)"
    if plan.role == "makes":
        emit_make(plan, face[0], routine, name, out)
    elif plan.role == "runs":
        emit_run(plan, key, routine, name, out)
    elif plan.role == "sets":
        emit_set(plan, name, out)
    else:
        emit_drop(key, name, out)
    return name

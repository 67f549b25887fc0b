"""What an entry jumps to, as C: the body that looks who calls, and those that charge a plain BLAS call and jump on
(shim/call/call.h)."""
from __future__ import annotations

import ast

import plans
from formulas import plain, weighted
from rows import Arg, Routine, legal_letters, shapes_of, used_args
from stubs import CALLER, CBLAS_DIAG, CBLAS_ENUMS, CBLAS_SIDE, Body, body_of, call_of, emit_forward, emit_slow_body, idle_of
from stubs import is_value, read_arg, small_degree, steps_of


def name_of(param: str) -> str:
    return param.split()[-1].lstrip("*")


def is_integer(param: str) -> bool:
    return "*" in param or param.startswith(("intptr_t", "size_t"))


def in_registers(b: Body) -> Body:
    """The same with those parameters only that a body passes on from registers: six integers, and CBLAS's scalars. Others, such as
    a complex number in one register, it does not know of."""
    integers = list(filter(is_integer, b.params))
    params = [p for p in b.params if p not in integers[6:] and (is_integer(p) or b.face == "c")]
    return b._replace(params=params, passed=", ".join(map(name_of, params)))


def loaded(b: Body, name: str) -> str:
    """An argument of a body that has parameters for its registers only; others are read from the stack."""
    integers = [name_of(p) for p in b.params if is_integer(p)]
    place = integers.index(f"{name}_")
    return f"CALL_STACKED({place - 6})" if place >= 6 else f"{name}_"


class Width:
    """C that reads the integers of a call, which are 32 or 64 bits wide."""

    def __init__(self, r: Routine, b: Body, bits: int) -> None:
        self.r, self.b, self.bits = r, b, bits

    def read(self, name: str) -> str:
        by_value = self.b.face == "c" and not any(p == f"void *{name}_" for p in self.b.params)
        where = "first_" if name == "first" else loaded(self.b, name)
        return f"(int{self.bits}_t)(intptr_t){where}" if by_value else f"*(const int{self.bits}_t *){where}"

    def emit_any(self, dims: list[Arg], out: list[str]) -> None:
        """All dimensions or-ed together."""
        sources = [self.read("first" if self.b.by_pointer and a is self.r.row.args[0] else a.name) for a in dims]
        if not sources[0].startswith("*"):
            out.append(f"        const int{self.bits}_t any = {' | '.join(sources)};")
            return
        out.append(f"        int{self.bits}_t any;\n        CALL_LOAD(any, {sources[0]});")
        out += [f"        CALL_OR(any, {source});" for source in sources[1:]]

    def emit(self, dims: list[Arg], bound: int, cost: str, out: list[str]) -> None:
        """LAPACK's dimensions are read again for the tests: no register keeps them while the price is worked out."""
        if not self.r.row.brief:
            self.emit_any(dims, out)
        for a in dims:
            source = "first" if self.b.by_pointer and a is self.r.row.args[0] else a.name
            out.append(f"        const int64_t {a.name} = {self.read(source)};")
        if self.r.row.brief and self.r.row.brief.test:
            out.append(f"        if (UNLIKELY(!({plain(self.r.row.brief.test)})))\n            goto slow;")
        out.append(f"        cost = {cost};\n        CALL_PIN(cost);")
        if self.r.row.brief:
            self.emit_any(dims, out)
        leading = [f"{self.read(f'ld{m}')} < any" for m in shapes_of(self.r.row)]
        for test in leading + [f"!{self.read(s)}" for s in steps_of(self.r.row)]:
            out.append(f"        if (UNLIKELY({test}))\n            goto slow;")
        out.append(f"        if (UNLIKELY((uint{self.bits}_t)any >= call_small{self.bits}[{bound}]))\n            goto slow;")


def emit_fast_integers(r: Routine, b: Body, dims: list[Arg], bound: int, cost: str, is_wide: bool, out: list[str]) -> None:
    """Read the dimensions, in either width, and work out the cost, so that they are dead when the rest is looked at; leave
    where a leading dimension is below any of them or a step is 0."""
    usual, other = (64, 32) if is_wide else (32, 64)
    out.append(f"    if (LIKELY({'' if is_wide else '!'}call_slot->hot.wide)) {{")
    Width(r, b, usual).emit(dims, bound, cost, out)
    out.append("    } else {")
    Width(r, b, other).emit(dims, bound, cost, out)
    out.append("    }")


def enums_of(option: str, letters: str) -> dict[str, int]:
    """CBLAS's values for the letters of an option that it has."""
    values = CBLAS_SIDE if option == "side" else CBLAS_DIAG if option == "diag" else CBLAS_ENUMS
    return {letter: values[letter] for letter in letters if letter in values}


def fast_letter(r: Routine, b: Body, option: Arg) -> str:
    """The letter of an option that is one of its letters: without a call."""
    if b.face != "c":
        return read_arg(r, b.face, option)
    (first, _), *others = enums_of(option.name, legal_letters(r)[option.name]).items()
    return "".join(f"(int){option.name}_ == {value} ? '{letter}' : " for letter, value in others) + f"'{first}'"


def emit_fast_options(r: Routine, b: Body, out: list[str]) -> None:
    """Leave where an option is none of its letters; the first one is the most usual."""
    if b.face == "c" and any(p.endswith(" layout_") for p in b.params):
        out.append("    if (UNLIKELY((unsigned)((int)layout_ - 101) > 1))\n        goto slow;")
    for option, letters in legal_letters(r).items():
        if b.face == "c":
            first, *others = enums_of(option, letters).values()
            out.append(f"    if (UNLIKELY((int){option}_ != {first})) {{")
            out.append(f"        int value = (int){option}_;\n        CALL_PIN(value);")
            test = " && ".join(f"value != {other}" for other in others)
        else:
            out.append(f"    if (UNLIKELY(*(const char *){option}_ != '{letters[0]}')) {{")
            out.append(f"        const int64_t letter = call_letter_again({option}_);")
            test = " && ".join(f"letter != '{c}'" for c in letters)
        out.append(f"        if (UNLIKELY({test}))\n            goto slow;\n    }}")


def emit_fast_idle(r: Routine, b: Body, out: list[str]) -> None:
    """Leave where the scalar that makes the call idle is 0, or so small that this test cannot tell."""
    arg = idle_of(r)
    if not arg:
        return
    out.append("    if (UNLIKELY(!cost))\n        goto slow;")
    of = r.real if arg.kind == "real" else r.scalar
    bits = 32 if "float" in of else 64
    if is_value(b.face, of):
        out.append(f"    if (UNLIKELY(call_is_zero{bits}({arg.name}_)))\n        goto slow;")
    else:
        out.append(f"    if (UNLIKELY(call_is_tiny{bits}({loaded(b, arg.name)})))\n        goto slow;")


def jump_to(b: Body, target: str) -> str:
    """A jump, with what came in registers where it is, and what came on the stack too."""
    return f"return {call_of(in_registers(b), target)};"


def emit_others(r: Routine, b: Body, is_fast: bool, out: list[str]) -> None:
    """Calls from other objects than the slot's own: a provider's are forwarded, and those of a known one have its binding read in
    the slot's place; others take the slow body."""
    if is_fast:
        out.append(f"__attribute__((used, noinline)) {b.result} first_{b.name}({', '.join(b.params)})\n{{\n"
                   f"    {'' if b.result == 'void' else 'return '}slow_{b.name}({b.passed}, {CALLER});\n}}\n")
    registers = in_registers(b)
    params = ", ".join(registers.params)
    names = [f"body_{b.name}", f"first_{b.name}"] if is_fast else [f"slow_{b.name}"]
    if is_fast and not calls_on(r):
        names.append(f"marked_{b.name}")
    out += [f'{b.result} jump_{name}({params}) __asm__("{name}") __attribute__((visibility("hidden")));' for name in names]
    out.append(f"CALL_JUMPS {b.result} other_{b.name}({params})\n{{\n"
               f"    const struct binding *const recent = call_find_here(call_slot, CALL_RETURNS);\n"
               f"    if (call_is_another_inner(recent, ROUTINE_{r.name}))\n        {jump_to(b, 'recent->target')}")
    if is_fast:
        out.append(f"    if (!recent || recent->from_provider)\n        return jump_first_{b.name}({registers.passed});\n"
                   "    call_slot = (struct slot *)(uintptr_t)recent;")
    out.append(f"    return jump_{names[0]}({registers.passed});\n}}\n")
    out.append(f"CALL_JUMPS {b.result} inner_{b.name}({params})\n{{\n"
               f"    if (call_is_inner(call_slot, {CALLER}, ROUTINE_{r.name}))\n        {jump_to(b, 'call_slot->inner.target')}\n"
               f"    return other_{b.name}({registers.passed});\n}}\n")
    if is_in_entry(r, b):
        out.append(f"CALL_JUMPS {b.result} keep_{b.name}({params})\n{{\n    CALL_KEEP_LOOK();\n"
                   f"    return jump_body_{b.name}({registers.passed});\n}}\n")
        out.append(f"CALL_JUMPS {b.result} seek_{b.name}({params})\n{{\n"
                   f"    if (!call_comes_from(&call_slot->hot, {CALLER}))\n        return inner_{b.name}({registers.passed});\n"
                   f"    if (CALL_IS_SET(call_self->careful_flops))\n        return keep_{b.name}({registers.passed});\n"
                   f"    return jump_body_{b.name}({registers.passed});\n}}\n")


def emit_whole_body(b: Body, out: list[str]) -> None:
    """What an entry jumps to, where there is no fast body."""
    registers = in_registers(b)
    out.append(f"CALL_JUMPS {b.result} body_{b.name}({', '.join(registers.params)})\n{{\n"
               f"    if (UNLIKELY(!call_comes_from(&call_slot->hot, {CALLER})))\n"
               f"        return inner_{b.name}({registers.passed});\n"
               f"    return jump_slow_{b.name}({registers.passed});\n}}\n")


def emit_marked_body(b: Body, out: list[str]) -> None:
    """Forwards what the fast body has charged, to a provider whose own calls are known by the frame of this one only."""
    out.append(f"__attribute__((used, noinline, nocf_check)) {b.result} marked_{b.name}({', '.join(b.params)})\n{{\n"
               "    CALL_BEGIN_CHARGED(call);")
    emit_forward(b, "call_slot->hot.target", "call_end_fast", None, out)


def emit_fast_body(r: Routine, b: Body, bound: int, is_wide: bool, out: list[str]) -> None:
    """The plain case of the slot's own caller: charged, and jumped on. Everything else jumps to the slow body. is_wide: integers
    of 64 bits are the usual ones."""
    dims = [a for a in used_args(r.row) if a.kind == "dim"]
    weights = (6, 2) if r.field == "c" else (1, 1)
    if r.row.brief:
        cost = weighted(r.row.price.formulas, weights)
    else:
        cost = "(uint64_t)(" + " + ".join(f"{w} * {plain(f, True)}" for w, f in zip(weights, r.row.price.formulas)) + ")"
    known, first = (b, "first") if calls_on(r) else (in_registers(b), "jump_first")
    passed = known.passed
    out.append(f"CALL_JUMPS {b.result} {'wide' if is_wide else 'body'}_{b.name}({', '.join(known.params)})\n{{\n    uint64_t cost;")
    if b.by_pointer:
        second = r.row.args[1].name
        out.append(f"    void *const first_ = call_slot->hot.result_pointer ? {second}_ : {r.row.args[0].name}_;")
    for a in used_args(r.row):
        if a.kind == "option":
            out.append(f"    const int64_t {a.name} = {fast_letter(r, b, a)};")
    if dims:
        emit_fast_integers(r, b, dims, bound, cost, is_wide, out)
    else:
        out.append(f"    cost = {cost};")
    emit_fast_options(r, b, out)
    emit_fast_idle(r, b, out)
    what = "EVEN" if r.row.price.mults == r.row.price.adds else "OPS"
    out.append("    struct thread *const thread = call_self;\n"
               f"    if (!call_charge_fast(thread, ROUTINE_{r.name}, cost, CALL_COST_{what}))\n        goto slow;")
    if calls_on(r):
        out.append(f"    CALL_UNWINDS();\n    {call_of(b, 'call_slot->hot.target')};\n    thread->outer_frame = 0;\n    return;")
    elif jumps_on(b):
        out.append(f"    return jump_marked_{b.name}({passed});")
    else:
        out.append(f"    if (UNLIKELY(call_slot->hot.marks))\n        return jump_marked_{b.name}({passed});")
        out.append(f"    thread->outer_frame = 0;\n    {jump_to(b, 'call_slot->hot.target')}")
    out.append(f"slow:\n    return {first}_{b.name}({passed});\n}}\n")


def calls_on(r: Routine) -> bool:
    """Does the fast body call the provider? LAPACK's drivers jump: dpotrf to dpotrf2, where the matrix is one block; what they jump
    to is nested by returning into the shim."""
    return r.row.brief is not None


def jumps_on(b: Body) -> bool:
    """Has a provider nothing to do in this face of a routine but to jump to the other one?"""
    return b.face == "c" and all("*" in p for p in b.params)


def has_wide(r: Routine, face: str) -> bool:
    """Is there a fast body for names that say that integers have 64 bits?"""
    if plans.is_plan(face):
        return False
    b = body_of(r, face)
    return fast_degree(r, b) is not None and not is_free(r, b) and any(a.kind == "dim" for a in used_args(in_brief(r).row))


def body_name(r: Routine, face: str, is_wide: bool = False) -> str:
    if plans.is_plan(face):
        return plans.body_name(r.row.plans, face, r.name)
    return f"{'wide' if is_wide and has_wide(r, face) else 'body'}_{body_of(r, face).name}"


def in_brief(r: Routine) -> Routine:
    """The routine as its 'brief' line has it, if it has one: no more than what a fast body asks for."""
    brief = r.row.brief
    if not brief:
        return r
    trees = [*brief.formulas, *([brief.test] if brief.test else [])]
    names = frozenset(node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name))
    price = r.row.price._replace(mults="", adds=" ", formulas=brief.formulas, names=names)
    return r._replace(row=r.row._replace(price=price, legal=brief.rules))


def fast_degree(r: Routine, b: Body) -> int | None:
    """small_degree of what the fast body charges; None: there is no fast body."""
    return None if b.face == "e" else small_degree(in_brief(r).row)


def is_free(r: Routine, b: Body) -> bool:
    """Does a call cost nothing, whatever its arguments, so that its fast body only counts it and jumps on?"""
    row = r.row
    nothing = fast_degree(r, b) is not None and not row.brief and all(plain(f, True) == "0" for f in row.price.formulas)
    return nothing and not (used_args(row) or legal_letters(r) or idle_of(r) or jumps_on(b) or b.by_pointer)


#: Routines that cost nothing and are called most (shim/provider/looks.h).
FREE = [*(p + name for name in ("copy", "swap") for p in "sdcz"), *(f"i{p}amax" for p in "sdcz")]


def is_in_entry(r: Routine, b: Body) -> bool:
    """Does the fast body stand in the entry?"""
    return r.name in FREE and is_free(r, b)


def emit_body(r: Routine, face: str, out: list[str]) -> str:
    if plans.is_plan(face):
        return plans.emit_body(r.row.plans, face, r.name, out)
    b = body_of(r, face)
    bound = fast_degree(r, b)
    if bound is None:
        emit_slow_body(r, b, f"slow_{b.name}", False, out)
        emit_others(r, b, False, out)
        emit_whole_body(b, out)
    else:
        emit_slow_body(r, b, f"slow_{b.name}", True, out)
        emit_others(r, b, True, out)
        if not calls_on(r):
            emit_marked_body(b, out)
        emit_fast_body(in_brief(r), b, bound, False, out)
        if has_wide(r, face):
            emit_fast_body(in_brief(r), b, bound, True, out)
    return f"body_{b.name}"

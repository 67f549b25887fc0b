/* What call.h does in instructions of its own on x86-64, and why not in C: a body has rax, r10 and what it saves besides the
 * arguments, which lie in all other registers, and gcc takes more for the same. */
#pragma once
#include "ledger.h"
#include "thread.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

register struct slot *call_slot __asm__("r11");
register uintptr_t call_stack __asm__("rsp"); /* as good a frame address as any: what is called lies below it */

/* An exception that unwinds through a stub ends its call: call_personality. */
#define CALL_UNWINDS() __asm__ volatile(".cfi_personality 0x1b, call_personality")

/* The value is worked out here, not later: what it was made from need not be kept. */
#define CALL_PIN(value) __asm__("" : "+r"(value))

/* Integers in memory, read and or-ed without a register for each. */
#define CALL_LOAD(value, from) __asm__("mov %1, %0" : "=r"(value) : "m"(from))
#define CALL_OR(value, from) __asm__("or %1, %0" : "+r"(value) : "m"(from) : "cc")

/* The letter read by an instruction of its own, so that the usual case is one comparison with memory. */
static inline int64_t call_letter_again(const void *text)
{
    int letter;
    __asm__("movzbl (%1), %0" : "=r"(letter) : "r"(text));
    return letter & 0xdf;
}

/* Not 0: one comparison with memory. */
#define CALL_IS_SET(what)                                                         \
    ({                                                                            \
        __label__ none;                                                           \
        bool is_set = false;                                                      \
        __asm__ goto("cmp%z0 $0, %0\n\tje %l[none]" : : "m"(what) : "cc" : none); \
        is_set = true;                                                            \
    none:                                                                         \
        is_set;                                                                   \
    })

/* grant_take (grant.h), without another register than the cost's, which is as it was where it fits. */
static inline bool call_take(struct ledger_grant *g, uint64_t *flops)
{
    uint64_t cost = *flops;
    __asm__ goto(
        "movl $1, %c[inside](%[g])\n\tcmpl $0, %c[recalled](%[g])\n\tjne %l[fails]\n\t"
        "addq %c[spent](%[g]), %[cost]\n\tjc %l[fails]\n\tcmpq %[cost], %c[allowed](%[g])\n\tjb %l[fails]\n\t"
        "subq %c[spent](%[g]), %[cost]\n\taddq %[cost], %c[spent](%[g])\n\tmovl $0, %c[inside](%[g])"
        : [cost] "+r"(cost)
        : [g] "r"(g), [inside] "i"(offsetof(struct ledger_grant, inside)),
          [recalled] "i"(offsetof(struct ledger_grant, recalled)), [spent] "i"(offsetof(struct ledger_grant, spent_flops)),
          [allowed] "i"(offsetof(struct ledger_grant, allowed_flops))
        : "cc", "memory"
        : fails);
    *flops = cost;
    return true;
fails:
    __atomic_store_n(&g->inside, 0, __ATOMIC_RELEASE);
    return false;
}

/* One call more, first in `flops`, then in `check`. Saturating; a sum that wraps is found by the carry of its own addition. */
static inline void call_add(struct ledger_tally *tally, uint64_t cost)
{
    __asm__ goto("addq %[cost], %[flops]\n\tjc %l[wrapped]" : [flops] "+m"(tally->flops) : [cost] "r"(cost) : "cc" : wrapped);
    __asm__ volatile("addq %2, %1\n\taddq %1, %0" : "+m"(tally->check), "+r"(cost) : "i"(LEDGER_CALL_UNIT) : "cc");
    return;
wrapped:
    /* check grows by what flops grows by up to UINT64_MAX. No register but cost's: the arguments lie in all others. */
    __asm__ volatile("addq %2, %1\n\taddq %3, %1\n\tmovq %0, %2\n\tsubq %2, %1\n\tmovq $-1, %0"
                     : "+m"(tally->flops), "+m"(tally->check), "+r"(cost)
                     : "i"(LEDGER_CALL_UNIT - 1)
                     : "cc");
}

/* The same of a call that costs nothing, where `place` has the routine's tally: in r10, which keeps no argument. */
static inline bool call_count_free(struct ledger_tally *const *place, uint32_t routine)
{
    __asm__ goto("movq %[place], %%r10\n\tcmpl %[routine], %c[known](%%r10)\n\tjne %l[fails]\n\taddq %[unit], %c[check](%%r10)"
                 :
                 : [place] "m"(*place), [routine] "i"(routine), [unit] "i"(LEDGER_CALL_UNIT),
                   [known] "i"(offsetof(struct ledger_tally, routine)), [check] "i"(offsetof(struct ledger_tally, check))
                 : "r10", "cc", "memory"
                 : fails);
    return true;
fails:
    return false;
}

/* tally_add of a nested call, without a register. Not saturating: of 2^64 calls nobody sees the last. And one addition to a
 * word, as the next call's waits for it. */
static inline void call_add_nested(struct ledger_tally *tally)
{
    __asm__ volatile("addq $1, %0\n\taddq $1, %1" : "+m"(tally->nested_calls), "+m"(tally->check) : : "cc");
}

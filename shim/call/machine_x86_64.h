/* What call.h does in instructions of its own on x86-64, and why not in C: a body has rax, r10 and what it saves besides the
 * arguments, which lie in all other registers, and gcc takes more for the same. */
#pragma once
#include "find.h"
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

/* Is it not 0? One comparison with memory, and a jump away from what is usual, `straight`. */
#define CALL_COMPARED(what, jump, straight)                                             \
    ({                                                                                  \
        __label__ away;                                                                 \
        bool is_set = !(straight);                                                      \
        __asm__ goto("cmp%z0 $0, %0\n\t" jump " %l[away]" : : "m"(what) : "cc" : away); \
        is_set = (straight);                                                            \
    away:                                                                               \
        is_set;                                                                         \
    })
#define CALL_IS_SET(what) CALL_COMPARED(what, "je", true)
#define CALL_IS_RARELY_SET(what) CALL_COMPARED(what, "jne", false)

/* grant_take (grant.h) of a thread's grant, without another register than the cost's, which is as it was where it fits. It is
 * kept in the thread meanwhile: a handler that comes in between may spend of the grant, so what was spent tells nothing of it.
 */
static inline bool call_take(struct thread *t, struct ledger_grant *g, uint64_t *flops)
{
    uint64_t cost = *flops;
    __asm__ goto(
        "movl $1, %c[inside](%[g])\n\tcmpl $0, %c[recalled](%[g])\n\tjne %l[fails]\n\tmovq %[cost], %c[taking](%[t])\n\t"
        "addq %c[spent](%[g]), %[cost]\n\tjc %l[fails]\n\tcmpq %[cost], %c[allowed](%[g])\n\tjb %l[fails]\n\t"
        "movq %c[taking](%[t]), %[cost]\n\taddq %[cost], %c[spent](%[g])\n\tmovl $0, %c[inside](%[g])"
        : [cost] "+r"(cost)
        : [t] "r"(t), [taking] "i"(offsetof(struct thread, taking)), [g] "r"(g),
          [inside] "i"(offsetof(struct ledger_grant, inside)), [recalled] "i"(offsetof(struct ledger_grant, recalled)),
          [spent] "i"(offsetof(struct ledger_grant, spent_flops)), [allowed] "i"(offsetof(struct ledger_grant, allowed_flops))
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

/* A nested call, without a register, and by one addition: of the 160 nested calls in an `eigh` of 8x8 another one of each takes
 * 1 % of the whole. Not saturating: of 2^48 calls nobody sees the last. */
static inline void call_add_nested(struct ledger_tally *tally)
{
    __asm__ volatile("addq %1, %0" : "+m"(tally->nested) : "i"(LEDGER_NESTED_UNIT) : "cc");
}

/* call_find_recent (find.h) of the call that came here, in the two registers that there are. */
static inline __attribute__((always_inline)) const struct binding *call_find_here(const struct slot *slot,
                                                                                  const uintptr_t *caller)
{
    register const struct binding *found __asm__("r10");
    __asm__ goto(
        "movl %[caller], %%eax\n\txorl %k[slot], %%eax\n\timull $0x9e3779b1, %%eax, %%eax\n\tshrl %[shift], %%eax\n\t"
        "leaq find_recent(%%rip), %[found]\n\tmovq (%[found],%%rax,8), %[found]\n\ttestq %[found], %[found]\n\tje %l[none]\n\t"
        "movq %[caller], %%rax\n\tsubq 0(%[found]), %%rax\n\tcmpq 8(%[found]), %%rax\n\tjae %l[none]\n\t"
        "cmpl %k[slot], 28(%[found])\n\tjne %l[none]"
        : [found] "=&r"(found)
        : [slot] "r"(slot), [caller] "m"(*caller), [shift] "i"(32 - FIND_RECENT_BITS)
        : "rax", "cc", "memory"
        : none);
    if (!found)
        __builtin_unreachable();
    return found;
none:
    return NULL;
}
_Static_assert(offsetof(struct binding, start) == 0 && offsetof(struct binding, length) == 8, "as it stands there");
_Static_assert(offsetof(struct binding, slot) == 28, "as it stands there");

/* What an entry does once the slot is in r11 (scripts/entries.py): assembly, because it ends in a jump to what is no function.
 * The slot's own caller goes on to `body`; for others it goes on here. */
#define CALL_LOOK(body) "movq (%rsp), %rax\nsubq (%r11), %rax\ncmpq 8(%r11), %rax\njb " body "\n"

/* The entry of a routine that costs nothing and is called often (in_entry), with its fast body: programs copy a few numbers
 * very often. As short as this because a processor fetches 64 bytes at once, and the next 64 take as long as a jump. For the
 * slot's own caller, which is no provider, so that the call is nobody's, whatever is in progress. That it is this one the
 * thread has at hand, and where it counts (looks.h). Others go on behind it, with the slot in r11.
 *
 * The call is counted, then goes where its way leads (ways.h). Whoever closes the accounts (closing.h) turns all ways back and
 * makes a barrier, after which the call was either counted before, or is taken back here and goes on to `body`, which is the
 * same in C (call_charge_nothing) and finds the gate shut. So nothing is stored but the count, and no mark is left. Where it
 * counts is read before the caller is looked at, for a handler that comes in between, whose child finds memory that was wiped;
 * and the way lies in memory that is not. */
#define CALL_UNIT_TEXT "1048559"
_Static_assert(LEDGER_CALL_UNIT == 1048559, "as it stands there");
#define CALL_FREE(symbol, look, body)                                                                               \
    "endbr64\nmovq call_self@gottpoff(%rip), %rax\nmovq (%rsp), %r10\nmovq %fs:(%rax), %rax\nmovq 48+24*" look      \
    "(%rax), %r11\nsubq 32+24*" look "(%rax), %r10\ncmpq 40+24*" look "(%rax), %r10\njae 3f\naddq $" CALL_UNIT_TEXT \
    ", (%r11)\njmp *ways_on+8*" look "(%rip)\n.Lback_" look ": subq $" CALL_UNIT_TEXT ", (%r11)\nleaq slot_" symbol \
    "(%rip), %r11\njmp " body "\n3: leaq slot_" symbol "(%rip), %r11\n"
#define CALL_BACK(look) ".long .Lback_" look "-forward_entries\n"
_Static_assert(offsetof(struct thread, looks.of[0].start) == 32 && offsetof(struct thread, looks.of[1].start) == 56,
               "as it stands there");
_Static_assert(offsetof(struct thread, looks.of[0].length) == 40, "as it stands there");
_Static_assert(offsetof(struct thread, looks.of[0].check) == 48, "as it stands there");

/* call_is_inner (call.h) and the jump that follows it, near the entry; it takes no register that has an argument. Whatever is
 * not so simple goes on to `other`, by short jumps to one jump: bytes of code count as well (shim/bindings/README.md). */
#define CALL_FORWARD_INNER(id, other)                                                                    \
    "movq (%rsp), %rax\nsubq 40(%r11), %rax\ncmpq 48(%r11), %rax\njae 9f\n"                              \
    "movq call_self@gottpoff(%rip), %rax\nmovq %fs:(%rax), %rax\nmovq 3904+8*(" id "&511)(%rax), %rax\n" \
    "testq %rax, %rax\nje 9f\ncmpl $" id ", 8(%rax)\njne 9f\naddq $65537, 56(%rax)\n"                    \
    "jmp *56(%r11)\n9: jmp " other "\n"
_Static_assert(offsetof(struct slot, hot) == 0, "as it stands there");
_Static_assert(offsetof(struct binding, target) == 16, "as it stands there");
_Static_assert(offsetof(struct slot, inner.start) == 40 && offsetof(struct slot, inner.length) == 48, "as it stands there");
_Static_assert(offsetof(struct slot, inner.target) == 56, "as it stands there");
_Static_assert(offsetof(struct thread, hot) == 3904 && THREAD_HOT == 512, "as it stands there");
_Static_assert(offsetof(struct ledger_tally, routine) == 8, "as it stands there");
_Static_assert(LEDGER_NESTED_UNIT == 65537 && offsetof(struct ledger_tally, nested) == 56, "as it stands there");

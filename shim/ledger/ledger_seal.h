/* Seals: 64-bit sums over what does not change any more in a ledger. Each step is a bijection of the word that it takes in
 * and of the sum, so that a change in any one word always shows. Against accidents, not against an attacker. */
#pragma once
#include "ledger.h"
#include <string.h>

static inline uint64_t ledger_seal_word(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return sum ^ sum >> 32;
}

static inline uint64_t ledger_seal_bytes(uint64_t sum, const void *data, size_t length)
{
    const char *p = data;
    for (; length >= 8; p += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        sum = ledger_seal_word(sum, word);
    }
    for (; length; p++, length--)
        sum = ledger_seal_word(sum, (unsigned char)*p);
    return sum;
}

static inline uint64_t ledger_seal_header(const struct ledger_header *header)
{
    return ledger_seal_bytes(LEDGER_FORMAT, header, offsetof(struct ledger_header, seal));
}

static inline uint64_t ledger_seal_process(const struct ledger_process *process)
{
    return ledger_seal_bytes(LEDGER_PROCESSES, process, offsetof(struct ledger_process, seal));
}

/* Seals what changes in a process record. */
static inline uint64_t ledger_seal_state(const struct ledger_process *process)
{
    size_t from = offsetof(struct ledger_process, end_monotonic_ns);
    return ledger_seal_bytes(process->seal, (const char *)process + from, offsetof(struct ledger_process, state_seal) - from);
}

/* Seals a block without records. */
static inline uint64_t ledger_seal_block(const struct ledger_block *block)
{
    uint64_t sum = ledger_seal_word((uint64_t)block->kind << 32 | block->record_bytes, block->capacity);
    return ledger_seal_word(sum, (uint64_t)block->owner << 32 | block->process);
}

/* Never 0, which is the seal of a shape that is being changed. */
static inline uint64_t ledger_seal_shape(const struct ledger_shape *shape)
{
    uint64_t sum = ledger_seal_word(LEDGER_SHAPES, (uint64_t)shape->tally << 32 | shape->names);
    sum = ledger_seal_word(ledger_seal_word(sum, shape->missed_calls), shape->missed_flops);
    sum = ledger_seal_bytes(sum, shape->values, sizeof shape->values);
    return sum ? sum : 1;
}

/* Never 0, likewise. */
static inline uint64_t ledger_seal_call(const struct ledger_call *call)
{
    uint64_t sum = ledger_seal_word(ledger_seal_word(LEDGER_CALLS, call->number), call->started_ns);
    sum = ledger_seal_bytes(sum, &call->flops, sizeof *call - offsetof(struct ledger_call, flops));
    return sum ? sum : 1;
}

/* Replaces a record whose first word is its seal, while others may read it: in between, and after a kill, its seal is 0. Whole
 * words. */
static inline void ledger_replace(void *record, const void *with, size_t bytes)
{
    typedef uint64_t __attribute__((may_alias)) word;
    word *to = record;
    const word *from = with;
    __atomic_store_n(&to[0], 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (size_t i = 1; i < bytes / sizeof *to; i++)
        __atomic_store_n(&to[i], from[i], __ATOMIC_RELAXED);
    __atomic_store_n(&to[0], from[0], __ATOMIC_RELEASE);
}

/* A block's seal with one record more: what does not change in it. Process records and shapes have seals of their own, grants
 * nothing that a summary shows. */
static inline uint64_t ledger_seal_record(uint64_t sum, uint32_t kind, const void *record)
{
    const struct ledger_tally *tally = record;
    const struct ledger_account *account = record;
    switch (kind) {
    case LEDGER_STRINGS: return ledger_seal_bytes(sum, record, 1);
    case LEDGER_ACCOUNTS:
        sum = ledger_seal_bytes(sum, record, offsetof(struct ledger_account, open));
        return ledger_seal_word(ledger_seal_word(sum, account->opened_ns), account->time_limit_ns);
    case LEDGER_PROVIDERS: return ledger_seal_bytes(sum, record, sizeof(struct ledger_provider));
    case LEDGER_TALLIES:
        sum = ledger_seal_bytes(sum, tally, offsetof(struct ledger_tally, accuracy));
        sum = ledger_seal_word(sum, tally->accuracy & 0xff);
        return ledger_seal_word(sum, tally->first_use);
    default: return ledger_seal_word(sum, kind);
    }
}

/* Builds ledgers by hand for tests: blocks of every kind in a buffer. What follows a process record is of that process.
 * build_seal() makes it one that can be read. */
#pragma once
#include "cost.h"
#include "ledger_seal.h"
#include "summary_model.h"
#include <stdlib.h>
#include <string.h>

struct ledger_build {
    char *data;
    size_t capacity;
    size_t used;
    size_t strings;   /* offset of the block of strings */
    uint32_t process; /* offset of the process record that new blocks belong to */
};

static inline struct ledger_header *build_header(struct ledger_build *b)
{
    return (struct ledger_header *)b->data;
}

static inline size_t build_block(struct ledger_build *b, uint32_t kind, uint32_t record_bytes, uint32_t capacity)
{
    size_t at = b->used;
    struct ledger_block *block = (struct ledger_block *)(b->data + at);
    block->kind = kind;
    block->record_bytes = record_bytes;
    block->capacity = capacity;
    block->process = b->process;
    b->used += (sizeof *block + (size_t)record_bytes * capacity + 63) / 64 * 64;
    return at;
}

static inline void *build_record(struct ledger_build *b, size_t block_at)
{
    struct ledger_block *block = (struct ledger_block *)(b->data + block_at);
    return (char *)(block + 1) + (size_t)block->record_bytes * block->count++;
}

static inline uint32_t build_string(struct ledger_build *b, const char *text)
{
    struct ledger_block *block = (struct ledger_block *)(b->data + b->strings);
    size_t at = b->strings + sizeof *block + block->count;
    strcpy(b->data + at, text);
    block->count += (uint32_t)strlen(text) + 1;
    return (uint32_t)at;
}

/* The process that new blocks belong to. */
static inline struct ledger_process *build_process(struct ledger_build *b)
{
    return (struct ledger_process *)(b->data + b->process);
}

static inline struct ledger_process *build_add_process(struct ledger_build *b, uint32_t pid, const char *program)
{
    b->process = (uint32_t)(b->used + sizeof(struct ledger_block));
    build_record(b, build_block(b, LEDGER_PROCESSES, sizeof(struct ledger_process), 1));
    struct ledger_process *p = build_process(b);
    p->rank = LEDGER_NO_RANK;
    p->pid = pid;
    p->ppid = 1;
    p->threads = 2;
    p->start_ticks = 77;
    p->start_realtime_ns = 1709210096123456789u; /* 2024-02-29T12:34:56.123456789Z */
    p->start_monotonic_ns = 1000;
    p->end_monotonic_ns = 2500001000; /* 2.5 s later */
    p->end_reason = LEDGER_END_EXIT;
    strcpy(p->multiplier, "1");
    strcpy(p->program, program);
    return p;
}

static inline void build_start(struct ledger_build *b, size_t capacity, uint32_t string_bytes)
{
    *b = (struct ledger_build){.data = calloc(1, capacity), .capacity = capacity, .used = LEDGER_PAGE};
    struct ledger_header *h = build_header(b);
    memcpy(h->magic, LEDGER_MAGIC, 8);
    h->format = LEDGER_FORMAT;
    strcpy(h->version, "0.1.0");
    strcpy(h->cost_model, "flopshim-1");
    strcpy(h->host, "node1");
    struct ledger_process *root = build_add_process(b, 4242, "/opt/app");
    memcpy(root->arguments, "app\0-n\0caf\xe9\0", 12);
    b->strings = build_block(b, LEDGER_STRINGS, 1, string_bytes);
    build_string(b, "");
}

static inline void build_account(struct ledger_build *b, size_t block, uint64_t limit, const char *name, bool is_context,
                                 uint64_t prior)
{
    struct ledger_account *account = build_record(b, block);
    account->limit_flops = limit;
    account->is_context = is_context;
    account->prior_flops = prior;
    account->namespace_ = *name ? build_string(b, name) : 0;
}

static inline struct ledger_tally *build_tally(struct ledger_build *b, size_t block, const char *ns, const char *operation,
                                               uint64_t calls, uint64_t flops, uint64_t first_use)
{
    struct ledger_tally *tally = build_record(b, block);
    tally->namespace_ = *ns ? build_string(b, ns) : 0;
    tally->operation = build_string(b, operation);
    tally->flops = flops;
    tally->check = flops + calls * LEDGER_CALL_UNIT;
    tally->first_use = first_use;
    return tally;
}

/* Its calls are workspace queries. */
static inline struct ledger_tally *build_query(struct ledger_tally *tally)
{
    tally->routine |= LEDGER_QUERY;
    return tally;
}

static inline struct ledger_tally *build_nested(struct ledger_tally *tally, uint64_t calls)
{
    tally->nested += calls * LEDGER_NESTED_UNIT;
    return tally;
}

static inline struct ledger_tally *build_timed(struct ledger_tally *tally, uint64_t elapsed_ns, uint64_t flops)
{
    tally->elapsed_ns += elapsed_ns;
    tally->timed_flops += flops;
    tally->check += elapsed_ns + flops;
    return tally;
}

/* A shape of a tally; not in use before build_dims(). */
static inline struct ledger_shape *build_shape(struct ledger_build *b, size_t block, const struct ledger_tally *tally,
                                               const char *names, uint64_t calls, uint64_t flops)
{
    struct ledger_shape *shape = build_record(b, block);
    shape->tally = (uint32_t)((const char *)tally - b->data);
    shape->tally_again = ~shape->tally;
    shape->names = *names ? build_string(b, names) : 0;
    shape->flops = flops;
    shape->check = flops + calls * LEDGER_CALL_UNIT;
    return shape;
}

/* Its values, and what it may lack. */
static inline struct ledger_shape *build_dims(struct ledger_shape *shape, int64_t first, int64_t second, uint64_t missed_calls,
                                              uint64_t missed_flops)
{
    shape->values[0] = first;
    shape->values[1] = second;
    shape->missed_calls = missed_calls;
    shape->missed_flops = missed_flops;
    shape->seal = ledger_seal_shape(shape);
    return shape;
}

/* A call of the log, of m=7 side=L; elapsed_ns UINT64_MAX: it has not ended. */
static inline struct ledger_call *build_call(struct ledger_build *b, size_t block, const struct ledger_tally *tally,
                                             uint64_t number, uint64_t started_ns, uint64_t elapsed_ns)
{
    struct ledger_call *call = build_record(b, block);
    call->number = number;
    call->started_ns = started_ns;
    call->flops = 10 * number;
    call->tally = (uint32_t)((const char *)tally - b->data);
    call->tid = 77;
    call->names = build_string(b, "m|side");
    call->values[0] = 7;
    call->values[1] = 'L';
    if (elapsed_ns != UINT64_MAX) {
        call->elapsed_ns = elapsed_ns;
        call->elapsed_again = ~elapsed_ns;
    }
    call->seal = ledger_seal_call(call);
    return call;
}

static inline void build_seal_block(struct ledger_block *block)
{
    const char *record = (const char *)(block + 1);
    uint64_t sum = ledger_seal_block(block);
    for (uint32_t i = 0; i < block->count; i++, record += block->record_bytes)
        sum = ledger_seal_record(sum, block->kind, record);
    block->seal = sum;
}

static inline void build_seal(struct ledger_build *b)
{
    struct ledger_header *h = build_header(b);
    h->size_bytes = b->used;
    h->size_again = ~h->size_bytes;
    h->seal = ledger_seal_header(h);
    for (size_t at = LEDGER_PAGE; at < b->used;) {
        struct ledger_block *block = (struct ledger_block *)(b->data + at);
        struct ledger_process *process = (struct ledger_process *)(block + 1);
        if (block->kind == LEDGER_PROCESSES) {
            process->seal = ledger_seal_process(process);
            process->state_seal = ledger_seal_state(process);
        }
        build_seal_block(block);
        at += (sizeof *block + (size_t)block->record_bytes * block->capacity + 63) / 64 * 64;
    }
}

/* Builds ledgers by hand for tests: blocks of every kind in a buffer. Strings get their offset by string_at(). */
#pragma once
#include "cost.h"
#include "shim/ledger.h"
#include "summary.h"
#include <stdlib.h>
#include <string.h>

struct ledger_build {
    char *data;
    size_t capacity;
    size_t used;
    size_t strings; /* offset of the block of strings */
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
    b->used += (sizeof *block + (size_t)record_bytes * capacity + 63) / 64 * 64;
    build_header(b)->size_bytes = b->used;
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

static inline void build_start(struct ledger_build *b, size_t capacity, uint32_t string_bytes)
{
    double one = 1;
    *b = (struct ledger_build){.data = calloc(1, capacity), .capacity = capacity, .used = LEDGER_PAGE};
    struct ledger_header *h = build_header(b);
    memcpy(h->magic, LEDGER_MAGIC, 8);
    h->format = LEDGER_FORMAT;
    h->pid = 4242;
    h->ppid = 1;
    h->threads = 2;
    h->start_realtime_ns = 1709210096123456789u; /* 2024-02-29T12:34:56.123456789Z */
    h->start_monotonic_ns = 1000;
    h->end_monotonic_ns = 2500001000; /* 2.5 s later */
    h->end_reason = LEDGER_END_EXIT;
    memcpy(&h->multiplier_bits, &one, 8);
    strcpy(h->version, "0.1.0");
    strcpy(h->cost_model, "flopshim-1");
    strcpy(h->host, "node1");
    strcpy(h->program, "/opt/app");
    memcpy(h->arguments, "app\0-n\0caf\xe9\0", 12);
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
    tally->calls = calls;
    tally->flops = flops;
    tally->first_use = first_use;
    return tally;
}

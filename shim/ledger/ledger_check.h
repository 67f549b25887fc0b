/* What the readers of a ledger share: what can be wrong with one, and how its blocks lie. */
#pragma once
#include "ledger_read.h"

#define BLOCK_ALIGN ((size_t)64)

/* One list gives code and message. The code that a caller sees is -(index + 1). */
#define LEDGER_PROBLEMS(X)                                                         \
    X(TOO_SHORT, "too short for a ledger")                                         \
    X(NO_LEDGER, "not a flopshim ledger")                                          \
    X(OTHER_FORMAT, "a ledger of another format version than this flopshim reads") \
    X(CUT_OFF, "cut off: the header names more bytes than there are")              \
    X(BAD_HEADER, "damaged: the header does not match its seal")                   \
    X(BAD_SIZE, "damaged: its size is not what the header names")                  \
    X(BAD_BLOCK, "damaged: a block of an unknown kind or size")                    \
    X(BLOCK_OUTSIDE, "damaged: a block reaches beyond the end")                    \
    X(BAD_SEAL, "damaged: a block does not match its seal")                        \
    X(BAD_PROCESS, "damaged: a process record does not match its seal")            \
    X(NO_PROCESS, "damaged: a block belongs to no process")                        \
    X(BAD_STRINGS, "damaged: a string is not terminated")                          \
    X(BAD_RECORD, "damaged: a record holds an impossible value")                   \
    X(BAD_OFFSET, "damaged: a string offset points outside the strings")           \
    X(OF_NODE, "the ledger of a node's ranks: name one of them, as in FILE#0")     \
    X(NO_PART, "not the ledger of a node, or one of fewer ranks")                  \
    X(BAD_PART, "nobody's part of the ledger of a node, or damaged")               \
    X(NO_MEMORY, "out of memory")

#define AS_ENUM(name, text) LEDGER_##name,
enum ledger_problem { LEDGER_PROBLEMS(AS_ENUM) LEDGER_SOUND };
#undef AS_ENUM

/* Check the header, the chain of blocks and every seal of a mapped ledger. 0, or a negative ledger error with *why set to a
 * static text. What a process may have been killed over, in the middle of a change, is no error but doubtful. */
int ledger_check(const void *base, size_t size_bytes, struct ledger_view *view, const char **why);

/* Not of LEDGER_SOUND. */
const char *ledger_problem_text(enum ledger_problem problem);

static inline uint32_t load_count(const struct ledger_block *block)
{
    return __atomic_load_n(&block->count, __ATOMIC_ACQUIRE);
}

static inline uint64_t load(const uint64_t *number)
{
    return __atomic_load_n(number, __ATOMIC_ACQUIRE);
}

static inline size_t offset_of(const struct ledger_view *view, const void *address)
{
    return (size_t)((const char *)address - (const char *)view->header);
}

static inline size_t record_size(uint32_t kind)
{
    static const size_t sizes[LEDGER_KINDS] = {
        [LEDGER_STRINGS] = 1,
        [LEDGER_ACCOUNTS] = sizeof(struct ledger_account),
        [LEDGER_GRANTS] = sizeof(struct ledger_grant),
        [LEDGER_TALLIES] = sizeof(struct ledger_tally),
        [LEDGER_PROVIDERS] = sizeof(struct ledger_provider),
        [LEDGER_PROCESSES] = sizeof(struct ledger_process),
        [LEDGER_SHAPES] = sizeof(struct ledger_shape),
        [LEDGER_CALLERS] = sizeof(struct ledger_shape),
        [LEDGER_CALLS] = sizeof(struct ledger_call),
    };
    return kind < LEDGER_KINDS ? sizes[kind] : 0;
}

/* The block at an offset, or NULL where none lies there completely. */
static inline const struct ledger_block *block_at(const struct ledger_view *view, size_t offset)
{
    if (offset > view->size_bytes || view->size_bytes - offset < sizeof(struct ledger_block))
        return NULL;
    return (const struct ledger_block *)((const char *)view->header + offset);
}

static inline size_t block_bytes(const struct ledger_block *block)
{
    size_t bytes = sizeof *block + (size_t)block->capacity * record_size(block->kind);
    return (bytes + BLOCK_ALIGN - 1) & ~(BLOCK_ALIGN - 1);
}

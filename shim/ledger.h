/* The ledger: the file that holds a process's accounts and tallies while it lives, and from which every summary is made.
 *
 * Layout: a header of one page, then blocks, one behind the other up to header.size_bytes. A block is a struct
 * ledger_block and an array of records of one kind, of which the first `count` are valid. Records are never moved and
 * never removed; a block's `count` and header.size_bytes only grow, and are stored after what they cover. Strings are
 * named by their offset in the file; offset 0 is the empty string. Numbers are in the machine's byte order.
 *
 * Writers: a thread adds to its own tallies and its own grant, nobody else does; everything else is written under the
 * process's ledger lock. Nothing in the file is a lock: a dead process holds nothing. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_MAGIC "FLOPSHIM"
#define LEDGER_FORMAT 1u
#define LEDGER_PAGE ((size_t)4096)
#define LEDGER_MAX_BYTES ((size_t)256 << 20) /* address space set aside; the file grows as needed */
#define LEDGER_UNLIMITED UINT64_MAX
/* Of a tally or account before flopshim_reset(): left out of operations and namespaces, though the process's account, where
 * it has a limit, has still used it. */
#define LEDGER_FORGOTTEN 0x100u

enum ledger_kind {
    LEDGER_STRINGS = 1, /* records of 1 byte: zero-terminated strings */
    LEDGER_ACCOUNTS,    /* struct ledger_account; the first one is the process's */
    LEDGER_GRANTS,      /* struct ledger_grant, one a thread that was alive at the same time as others */
    LEDGER_TALLIES,     /* struct ledger_tally of one thread */
    LEDGER_PROVIDERS,   /* struct ledger_provider */
};

enum ledger_end { LEDGER_END_UNKNOWN, LEDGER_END_EXIT, LEDGER_END_EXEC, LEDGER_END_SIGNAL, LEDGER_END_EXHAUSTED };

/* Why a summary is not complete: bits of header.incomplete. */
enum ledger_incomplete {
    LEDGER_NO_SPACE = 1,  /* the file could not be made or grown; counts went to memory only */
    LEDGER_DROPPED = 2,   /* more (routine, namespace) pairs than fit: header.dropped_calls */
    LEDGER_AMBIGUOUS = 4, /* two providers answered for one symbol */
    LEDGER_UNCOUNTED = 8, /* calls passed through before the shim could count: header.uncounted_calls */
};

struct ledger_header {
    char magic[8];
    uint32_t format;
    uint32_t pid;
    uint32_t ppid;
    uint32_t exec_number; /* how often this process had replaced its image before */
    uint64_t nonce;
    uint64_t start_ticks; /* of the process, from /proc: with pid and boot_id its identity */
    char boot_id[40];
    uint64_t start_realtime_ns;
    uint64_t start_monotonic_ns;
    uint64_t end_monotonic_ns; /* 0 while alive */
    uint64_t multiplier_bits;  /* of the process's multiplier, a double */
    uint32_t convention;       /* enum cost_convention */
    uint32_t end_reason;       /* enum ledger_end */
    uint32_t end_status;       /* exit status or signal number */
    uint32_t incomplete;       /* enum ledger_incomplete */
    uint64_t dropped_calls;
    uint64_t uncounted_calls;
    uint64_t refused_calls;
    uint64_t refused_cost; /* of the last refused call, with its account's remaining */
    uint64_t refused_remaining;
    uint32_t refused_name;
    uint32_t refused_namespace;
    uint64_t size_bytes; /* header and all blocks */
    uint64_t use_clock;  /* orders first uses */
    uint32_t threads;    /* started and seen, in all */
    uint32_t uncovered;  /* string: what could not be seen, lines with a newline between them, or 0 */
    char version[24];
    char cost_model[32];
    char host[72];
    char program[256];
    char arguments[1024]; /* each terminated by a zero byte, cut where they do not fit */
};

struct ledger_block {
    uint32_t kind;
    uint32_t record_bytes;
    uint32_t capacity;
    uint32_t count;
    uint32_t owner; /* of tallies: the index of the thread's slot */
    uint32_t unused[11];
};

/* A limit and what was taken of it. used = granted - what grants still hold. */
struct ledger_account {
    uint64_t limit_flops; /* LEDGER_UNLIMITED: none */
    uint64_t granted_flops;
    uint64_t prior_flops; /* used before this context was opened again; counts against the limit */
    uint64_t multiplier_bits;
    uint32_t namespace_; /* string */
    uint32_t is_context;
    uint32_t open;
    uint32_t forgotten; /* LEDGER_FORGOTTEN or 0 */
    uint32_t unused[4];
};

/* What one thread may still use without asking. `inside` is 1 while the owner is between reading and writing
 * remaining_flops. */
struct ledger_grant {
    uint64_t remaining_flops;
    uint32_t inside;
    uint32_t recalled;
    uint32_t tid; /* 0: no live owner */
    uint32_t unused[11];
};

/* Calls, FLOPs and time of one routine in one namespace in one thread's slot. */
struct ledger_tally {
    uint32_t namespace_; /* string */
    uint32_t operation;  /* string */
    uint32_t routine;    /* index in this version's table, or UINT32_MAX for work named by flopshim_deduct() */
    uint32_t accuracy;   /* enum cost_class, and LEDGER_FORGOTTEN */
    uint64_t calls;
    uint64_t flops;      /* after the multiplier */
    uint64_t elapsed_ns; /* of the calls that were timed */
    uint64_t timed_flops;
    uint64_t first_use;
    uint64_t nested_calls; /* forwarded inside another call, not charged */
};

struct ledger_provider {
    uint32_t path;
    uint32_t name;
    uint32_t version;
    uint32_t integer_bits;
    uint32_t unused[12];
};

_Static_assert(sizeof(struct ledger_header) <= 4096, "the header is one page");
_Static_assert(sizeof(struct ledger_block) == 64 && sizeof(struct ledger_account) == 64 && sizeof(struct ledger_grant) == 64 &&
                   sizeof(struct ledger_tally) == 64 && sizeof(struct ledger_provider) == 64,
               "records fill a cache line, so that no two threads share one");

/* ---- reading: any process, any thread; used by the shim on its own ledger and by the flopshim program ---- */

/* A ledger in memory, checked: every block lies inside size_bytes. */
struct ledger_view {
    const struct ledger_header *header;
    size_t size_bytes;
};

/* Check the header and the chain of blocks of a mapped ledger. 0, or a negative ledger error with *why set to a static
 * text. */
int ledger_check(const void *base, size_t size_bytes, struct ledger_view *view, const char **why);

/* Read a ledger file into memory and check it; a live one may grow meanwhile and is read again, up to five times. Failure:
 * -1 with errno (*why == NULL) or -1 and a text. The memory stays. */
int ledger_load(const char *path, struct ledger_view *view, const char **why);

/* The next block behind `block` (NULL: the first), or NULL. */
const struct ledger_block *ledger_next(const struct ledger_view *view, const struct ledger_block *block);

/* The string at an offset; "" where there is none. */
const char *ledger_string(const struct ledger_view *view, uint32_t offset);

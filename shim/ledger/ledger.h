/* The ledger: the file that holds accounts and tallies while the processes that they are of live, and from which every
 * summary is made. It is of one process, or of a tree of processes that share its first account.
 *
 * Layout: a header, then blocks, one behind the other up to header.size_bytes. A block is a struct
 * ledger_block and an array of records of one kind, of which the first `count` are valid. Records are never moved and
 * never removed (a shape's is used again for another one); a block's `count` and header.size_bytes only grow, and are stored
 * after what they cover, and a seal after them. Strings are named by their offset in the file; offset 0 is the empty string.
 * Numbers are in the machine's byte order.
 *
 * Writers: each process writes to its own blocks only, under a lock of its own; of these a thread's own tallies and the
 * `spent_flops` of its grant are written by the thread alone. New blocks, and `allowed_flops` and `recalled` of anybody's
 * grants, are written under header.lock, which names its holder: whoever finds the holder dead takes it over, because
 * what is guarded is in order after every single store. So a dead process holds nothing.
 *
 * Nothing is believed: seals cover what does not change (ledger_seal.h), and the numbers of a tally prove each other. */
#pragma once
#include "multiplier.h"
#include "wide.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_MAGIC "FLOPSHIM"
#define LEDGER_FORMAT 11u
#define LEDGER_PAGE ((size_t)8192)           /* of the header */
#define LEDGER_MAX_BYTES ((size_t)256 << 20) /* address space set aside; the file grows as needed */
#define LEDGER_UNLIMITED WIDE_MAX
#define LEDGER_NO_RANK INT64_C(-1)
/* A prime: no byte of a tally can change without its sum ceasing to be a multiple, wrapped around or not. */
#define LEDGER_CALL_UNIT UINT64_C(1048559)
/* Another, of a word that is proved by itself, and counts further. */
#define LEDGER_NESTED_UNIT UINT64_C(65537)
/* Marks a tally or account as before flopshim_reset(): left out of operations and namespaces, though the first account, where
 * it has a limit, has still used it. No single byte makes it of 0. */
#define LEDGER_FORGOTTEN 0x5f5f5f00u

/* A bit of ledger_tally.routine: the routine was asked for its workspace so many times, which is no call and costs nothing. */
#define LEDGER_QUERY 0x80000000u

enum ledger_kind {
    LEDGER_STRINGS = 1, /* records of 1 byte: zero-terminated strings */
    LEDGER_ACCOUNTS,    /* struct ledger_account; the first one of the file is that of the process or tree */
    LEDGER_GRANTS,      /* struct ledger_grant, one a thread that was alive at the same time as others */
    LEDGER_TALLIES,     /* struct ledger_tally of one thread */
    LEDGER_PROVIDERS,   /* struct ledger_provider */
    LEDGER_PROCESSES,   /* struct ledger_process, a block each; the first one is the root's */
    LEDGER_SHAPES,      /* struct ledger_shape of one thread */
    LEDGER_CALLERS,     /* the same, where the calls came from */
    LEDGER_CALLS,       /* struct ledger_call of one thread: a ring */
    LEDGER_KINDS,
};

enum ledger_end { LEDGER_END_UNKNOWN, LEDGER_END_EXIT, LEDGER_END_EXEC, LEDGER_END_SIGNAL, LEDGER_END_EXHAUSTED };
enum ledger_scope { LEDGER_SCOPE_PROCESS, LEDGER_SCOPE_TREE };

/* What is recorded of each call beside the tallies: bits of header.detail. */
enum ledger_detail { LEDGER_DETAIL_SHAPES = 1, LEDGER_DETAIL_CALLERS = 2, LEDGER_DETAIL_CALLS = 4 };

/* Why a summary is not complete: bits of ledger_process.incomplete. */
enum ledger_incomplete {
    LEDGER_NO_SPACE = 1,  /* the file could not be made or grown; counts went to memory only */
    LEDGER_DROPPED = 2,   /* more (routine, namespace) pairs than fit: dropped_calls went to "(other)" */
    LEDGER_AMBIGUOUS = 4, /* two providers answered for one symbol */
    LEDGER_UNCOUNTED = 8, /* calls passed through before the shim could count: uncounted_calls */
    LEDGER_DOUBTFUL = 16, /* numbers that do not prove each other, found by the reader; by the process: its limit was changed */
    LEDGER_UNCLOSED = 32, /* threads that were calling at the end could not be waited for: up to unclosed_calls are missing */
};

#define LEDGER_SHAPE_VALUES 8           /* COST_DIMS_MOST */
#define LEDGER_OUTPUTS 4                /* summary files that are remembered */
#define LEDGER_MEMBERS 256              /* processes of a tree that have not counted yet */
#define LEDGER_REMOVED UINT32_MAX       /* header.writer: its last process has written the summary; the file is to be removed */
#define LEDGER_CLAIMED (UINT32_MAX - 1) /* the same: somebody else writes the summary of the dead (report/sweep.c) */
#define LEDGER_MOVED                                                                                                  \
    (UINT32_MAX - 2)          /* its process goes on in the ledger of its node (ledger_node.h), which has all of this \
                               */
#define LEDGER_SAID_FILES 1   /* header.said: where the summary is; */
#define LEDGER_SAID_ENGINES 2 /* what the budget does not cover */
#define LEDGER_UNREADY ".new" /* behind the name of one that is being made */
/* File in a folder of ledgers that somebody holds a lock on (fcntl, F_WRLCK) who looks at each ledger of the folder, also after
 * its end, and then removes it: processes mark theirs as removed and leave it, and nobody sweeps there. */
#define LEDGER_WATCHED "watched"

struct ledger_header {
    char magic[8];
    uint32_t format;
    uint32_t scope; /* enum ledger_scope */
    uint64_t nonce;
    uint64_t pid_namespace; /* inode; 0: unknown */
    char boot_id[40];
    uint32_t convention; /* enum cost_convention */
    uint32_t detail;     /* enum ledger_detail, as the first process has it */
    char version[24];
    char cost_model[32];
    char host[72];
    char folder[512];  /* where the root was started: relative names of summaries start from there */
    char output[1024]; /* and these are they: FLOP_OUTPUT, with what the environment tells put in */
    uint64_t seal;     /* of all before */

    uint64_t size_bytes;   /* header and all blocks */
    uint64_t size_again;   /* ~size_bytes, stored after it */
    uint64_t backed_bytes; /* of the file that may be touched */
    uint64_t use_clock;    /* orders first uses and refusals */
    uint64_t lock;         /* its holder (tree.c), or 0 */
    uint32_t ended;        /* how often a process has ended */
    uint32_t writer;       /* process record of whoever writes the summary just now, 0, or LEDGER_REMOVED and the like */
    uint32_t said;         /* LEDGER_SAID_*: what is said on stderr once a tree */
    uint32_t unborn;       /* fork children that are not in `members` yet */
    struct {
        uint64_t asked; /* hash of the name that was asked for */
        char used[600]; /* and what was written */
    } outputs[LEDGER_OUTPUTS];
    uint64_t members[LEDGER_MEMBERS]; /* who has the ledger mapped (tree.c); an entry of a dead process is free */
};

/* One image of one process. Constant up to `seal`; what follows is sealed anew by its owner whenever it changes. */
struct ledger_process {
    uint32_t pid;
    uint32_t ppid;
    uint32_t exec_number; /* how often this process had replaced its image before */
    uint32_t call_ns;     /* that a call takes in the shim, as its settings are: an estimate */
    uint64_t start_ticks; /* of the process, from /proc: with pid and boot_id its identity */
    uint64_t start_realtime_ns;
    uint64_t start_monotonic_ns;
    uint64_t time_limit_ns;            /* after its start; 0: none. Of a tree the first process's holds */
    char multiplier[MULTIPLIER_BYTES]; /* the process's, as text */
    char weights[64];                  /* FLOP_WEIGHTS: name and digest; "": none */
    int64_t rank;                      /* in its job; LEDGER_NO_RANK: in none, or it is not known */
    char job[56];                      /* the job's name, or "" */
    char program[256];
    char arguments[1024]; /* each terminated by a zero byte, cut where they do not fit */
    uint64_t seal;

    uint64_t end_monotonic_ns; /* 0 while alive */
    uint32_t end_reason;       /* enum ledger_end */
    uint32_t end_status;       /* exit status or signal number */
    uint32_t incomplete;       /* enum ledger_incomplete */
    uint32_t threads;          /* started and seen, in all */
    uint64_t dropped_calls;
    uint64_t uncounted_calls;
    uint64_t refused_calls;
    uint64_t refused_cost;  /* of the last refused call, */
    uint64_t refused_at;    /* by use_clock, */
    wide refused_remaining; /* with its account's remaining */
    uint32_t refused_name;
    uint32_t refused_namespace;
    uint32_t uncovered; /* string: reasons and paths that could not be seen, one a line, or 0 */
    uint32_t unclosed_calls;
    uint64_t refused_elapsed_ns; /* of the last refused call, where it was for its time: what had passed, */
    uint64_t refused_limit_ns;   /* and of what; 0: it was for its cost */
    uint32_t ranks;              /* of the MPI job that it is counted with, and whose budget its account is of; 0: of none */
    uint32_t job_number;         /* that its ranks have in common, so that jobs of one name are told apart */
    uint32_t job_rank;           /* its rank there, whatever the launcher told */
    uint32_t is_told;            /* not 0: the job's summary is written, with what this mark is of (summary_mark) */
    uint64_t state_seal;

    /* Written under header.lock by who found the process dead: what it had used of the first account, and ~ of that. */
    wide settled_flops;
    wide settled_again;
    uint64_t padding[2];
};

struct ledger_block {
    uint32_t kind;
    uint32_t record_bytes;
    uint32_t capacity;
    uint32_t count;
    uint32_t owner;   /* of tallies: the index of the thread's slot */
    uint32_t process; /* offset of the process record that it belongs to */
    uint64_t seal;    /* of the above but count, and of what does not change in the valid records */
    uint32_t unused[8];
};

/* A limit and what was taken of it. */
struct ledger_account {
    wide limit_flops;    /* LEDGER_UNLIMITED: none */
    wide prior_flops;    /* used before this context was opened again; counts against the limit */
    uint32_t namespace_; /* string */
    uint32_t is_context; /* up to here sealed */
    uint32_t open;
    uint32_t forgotten;     /* LEDGER_FORGOTTEN or 0 */
    wide spent_flops;       /* of a context: by threads that have left it since */
    uint64_t opened_ns;     /* of a context, by the monotonic clock; */
    uint64_t closed_ns;     /* 0: it was not */
    uint64_t time_limit_ns; /* 0: none */
    uint64_t unused[5];
};

/* A grant's words carry by so much into `carries`, so that it may spend more than 2^64. */
#define LEDGER_CARRY ((uint64_t)1 << 63)

/* What one thread may use without asking. It has allowed_flops - spent_flops left; both only grow, but that an unused rest
 * is called back by allowed_flops = spent_flops. The first account has left what its limit exceeds the sum of all
 * allowed_flops by. `inside` is 1 while the owner is between reading and writing.
 *
 * carries is twice how often LEDGER_CARRY was taken off both, and 1 more while it is being taken off: of a word that is below
 * LEDGER_CARRY then, it has been. That is so for each of them alone, as spent_flops was at least that much, and below twice
 * that: so the sums are right after every single store (ledger_grant_sum). */
struct ledger_grant {
    uint64_t allowed_flops;
    uint64_t spent_flops;
    uint32_t inside;
    uint32_t recalled;
    uint32_t tid;            /* 0: no live owner */
    uint32_t had_main;       /* the process's first thread is or was an owner, counted since the process's start */
    uint64_t refunded_flops; /* what calls gave back that were rejected for their arguments; grows before their tally shrinks */
    uint64_t since_ns;       /* by the monotonic clock: its owner is counted since; 0: no live owner */
    uint64_t lived_ns;       /* how long earlier owners were */
    uint64_t carries;
};

/* Calls, FLOPs and time of one routine in one namespace in one thread's slot. The calls are what `check` exceeds the sum of
 * the other numbers but `nested` by, in units of LEDGER_CALL_UNIT (ledger_tally_read). */
struct ledger_tally {
    uint32_t namespace_; /* string */
    uint32_t operation;  /* string */
    uint32_t routine;    /* its id (cost.h), or with LEDGER_QUERY; UINT32_MAX: named by flopshim_deduct() */
    uint32_t accuracy;   /* enum cost_class, and LEDGER_FORGOTTEN */
    uint64_t flops;      /* after the multiplier; stored before `check` */
    uint64_t check;
    uint64_t elapsed_ns; /* of the calls that were timed */
    uint64_t timed_flops;
    uint64_t first_use;
    uint64_t nested; /* calls forwarded inside another one, not charged: LEDGER_NESTED_UNIT each, so that it proves itself */
};

/* The `values` of a record of LEDGER_CALLERS. Of a call from Python, code: the file of a script, and nothing of the object. */
enum ledger_caller {
    LEDGER_CALLER_OBJECT,   /* string: the path of the loaded object; 0: none holds the address */
    LEDGER_CALLER_BUILD,    /* string: its build id, in hexadecimal */
    LEDGER_CALLER_ADDRESS,  /* that the call returns to, as the object's own symbol table counts */
    LEDGER_CALLER_FILE,     /* string */
    LEDGER_CALLER_LINE,     /* in that file */
    LEDGER_CALLER_FUNCTION, /* string */
    LEDGER_CALLER_VALUES,
};

/* The calls of one tally that had one shape (or one caller), since this record is that shape's. What a tally has beyond its
 * shapes are calls of shapes that have no record, or none any more. */
struct ledger_shape {
    uint64_t seal;  /* of all but flops and check; 0: not in use, or being changed */
    uint32_t tally; /* its offset; 0: never in use */
    uint32_t names; /* string: of its dimensions, blank-separated, then "|" and those of its options */
    uint64_t flops; /* of these calls; stored before `check`, which is that and LEDGER_CALL_UNIT for each */
    uint64_t check;
    uint64_t missed_calls; /* so many calls of this shape, and so many FLOPs, may have come before, at most */
    uint64_t missed_flops;
    uint32_t tally_again; /* ~tally, where that is not 0 */
    uint32_t unused[3];
    int64_t values[LEDGER_SHAPE_VALUES];
};

/* A call, or a deduction, among the newest of a thread's slot. A call that has not ended, or was left without a return, has no
 * elapsed time. */
struct ledger_call {
    uint64_t seal;          /* of all but the elapsed time; 0: not in use, or being changed */
    uint64_t number;        /* among all of the slot's, from 1 */
    uint64_t started_ns;    /* of the monotonic clock */
    uint64_t elapsed_ns;    /* stored before: */
    uint64_t elapsed_again; /* ~elapsed_ns */
    uint64_t flops;
    uint32_t tally; /* its offset */
    uint32_t tid;
    uint32_t names;  /* string, as a shape's */
    uint32_t before; /* so many calls have stood here and were overwritten */
    int64_t values[LEDGER_SHAPE_VALUES];
};

struct ledger_provider {
    uint32_t path;
    uint32_t name;
    uint32_t version;
    uint32_t integer_bits;
    uint32_t unused[12];
};

_Static_assert(sizeof(struct ledger_header) <= LEDGER_PAGE, "the header fits");
_Static_assert(sizeof(struct ledger_block) == 64 && sizeof(struct ledger_grant) == 64 && sizeof(struct ledger_tally) == 64 &&
                   sizeof(struct ledger_provider) == 64,
               "records fill a cache line, so that no two threads share one");
_Static_assert(sizeof(struct ledger_account) == 128 && sizeof(struct ledger_shape) == 128 && sizeof(struct ledger_call) == 128,
               "records fill two");
_Static_assert(sizeof(struct ledger_process) % 64 == 0, "blocks stay aligned");

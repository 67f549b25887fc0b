/* What `flopshim top` knows: the ledgers that it looks at twice a second, and from look to look how fast they fill. Only reads.
 */
#pragma once
#include "top_rows.h"

enum top_kind { TOP_OF_ALL, TOP_OF_PID, TOP_OF_FILE };
struct top_target {
    enum top_kind kind;
    uint32_t pid;     /* of a process: what it counts, and what it started */
    const char *path; /* of a ledger, or of a folder of them */
};

enum { TOP_RATES = 512 /* looks that are remembered */, TOP_PRESENT = 10 /* of which so many are the present */ };

/* Sums of the newest looks, the newest last. */
struct top_history {
    wide used[TOP_PRESENT];
    double at[TOP_PRESENT];
    size_t count;
};

/* One ledger. It is kept when its file is gone, as it was at the last look. */
struct top_source {
    char *path;
    uint64_t nonce; /* of its process's ledger, wherever that is */
    bool wanted, seen, gone;
    bool has_budget, running;
    wide budget, used;
    uint64_t calls, refused;
    size_t processes_alive;
    struct top_rows tables[TOP_TABS];
    struct top_history history;
};

struct top_model {
    struct top_source *sources; /* those that are wanted, and others */
    size_t source_count;
    struct top_rows tables[TOP_TABS]; /* of all that are wanted, joined */
    struct top_rows past[TOP_TABS];   /* of those that ended so long ago that they have no source any more */
    size_t looks;
    double at;               /* seconds, of the last look */
    double rates[TOP_RATES]; /* FLOP/s, the newest last */
    size_t rate_count;
    size_t ledgers, ended, processes, threads; /* of those: that are wanted, ended; that run */
    wide used;
    uint64_t calls, refused;
    bool has_budget;
    wide budget, budget_used; /* of those that have one */
    double rate;              /* of the present, FLOP/s */
    double exhausted_in;      /* seconds until the first budget would be; below 0: never at that rate */
    const char *problem;      /* why a ledger that was named is not shown; NULL */
    bool failed;              /* memory ran out */
};

/* Look once more; `at`: now, in seconds of any clock. */
void top_look(struct top_model *model, const struct top_target *target, double at);
/* Seconds from one look to the next: `delay`, but where looks are long (large ledgers) so many more that they take a fifth of a
 * processor at the most. */
double top_rest(double delay, double look);
void top_model_free(struct top_model *model);

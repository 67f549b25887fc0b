/* What one opening of a context has used, tally by tally, for bindings that keep a record of their own: what each tally had
 * before the context's first call of it is noted when that call finds the tally, so that neither the opening nor the closing
 * looks at any other. Only the owner of the thread notes; readers come under shim_lock. */
#pragma once
#include "ledger.h"
#include <stdbool.h>
#include <stdint.h>

struct used_before {
    const struct ledger_tally *tally;               /* NULL: being noted just now */
    uint64_t flops, calls, elapsed_ns, timed_flops; /* of the tally, before; once ended, in the opening */
    uint64_t short_ns, short_flops;                 /* of logged calls that the tally does not have the time of */
};

struct used {
    uint64_t opening; /* its number, which no other opening of the process has; 0: none yet */
    bool ended;       /* no more is noted; what `before` says has been used */
    uint32_t count;
    uint32_t room;
    uint64_t refused; /* calls of the thread, before; once ended, in it */
    struct used_before *before;
};

/* A new opening, in which nothing is used; what the last one used is forgotten. Under shim_lock. */
void used_begin(struct used *used, uint64_t refused);
/* It uses no more: what it used stays to be read until the next one. Under shim_lock. */
void used_end(struct used *used, uint64_t refused);
/* The owner is about to add to the tally, in this opening for the first time. errno is kept. */
void used_note(struct used *used, const struct ledger_tally *tally);
/* A call that went to the tally took so long, which the tally does not have. */
void used_time(struct used *used, const struct ledger_tally *tally, uint64_t elapsed_ns, uint64_t flops);

struct used_counts {
    uint64_t flops, calls, elapsed_ns, timed_flops;
};
/* What it has used of its tally at `place`, below `count`. False: nothing. Under shim_lock. */
bool used_read(const struct used *used, uint32_t place, struct used_counts *counts);

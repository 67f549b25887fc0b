/* One ledger of a run, looked at from outside. A look copies what it reads, because whoever writes a ledger can cut it at any
 * moment. What was found out stands in text of its own, so that it stays when the ledger does not. */
#pragma once
#include "ledger.h"
#include "ledger_read.h"
#include "watch_sums.h"
#include <limits.h>
#include <sys/types.h>

#define WATCHED_FINDINGS 2048
#define WATCHED_REMOVED "the ledger was removed or replaced while its processes ran"

struct watched {
    int fd;
    int part; /* of a node's ledger; -1: a file of its own */
    dev_t device;
    ino_t inode;
    bool gone;               /* its file is not there any more */
    bool in_order;           /* its last process is done with it, */
    bool moved;              /* and goes on in its node's */
    bool unannounced;        /* found in the folder: the event of its making may come yet */
    unsigned failed;         /* looks in a row that found it damaged */
    struct ledger_view good; /* the last sound copy; header NULL: none yet */
    struct watch_sums sums;  /* of that */
    wide refunded_before;    /* at the look before that */
    char name[NAME_MAX + 1];
    char findings[WATCHED_FINDINGS]; /* one a line */
};

/* Add a line to the findings, once. */
void watched_find(struct watched *w, const char *what, const char *detail);

/* Where in the file its bytes from `at` on are; 0: nobody has it yet. */
off_t watched_place(const struct watched *w, size_t at);

/* Look for its file, `path`, and set `gone` and `in_order`. `kept`: nobody but us removes it in order. */
void watched_look_for_file(struct watched *w, const char *path, bool kept);

/* Look at what it holds. `last`: it will not be looked at again. */
void watched_look(struct watched *w, bool last);

/* Hold its sums together, where nobody writes to it any more. */
void watched_look_at_rest(struct watched *w);

/* As of the last look: does a process of it live? */
bool watched_lives(const struct watched *w);

/* The files that were written of it by now are this run's (written.h); and those that a summary of it replaces. */
void watched_note_outputs(const struct watched *w);
void watched_take_outputs(struct watched *w);
/* Its findings, on stderr. */
void watched_say(const struct watched *w);
/* A part of a node's ledger, in the file `path`: its summary is written; the others' stay. */
void watched_mark_written(const struct watched *w, const char *path);

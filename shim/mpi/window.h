/* A window of a few numbers in each rank's memory, changed one-sidedly and atomically by others, by any thread that may call
 * MPI. Its own numbers a rank reads, and those that nobody else writes it writes, as memory, without MPI (the unified memory
 * model). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum window_word {
    WINDOW_TAKEN,      /* at rank 0: what is given out of the limit, its lower half */
    WINDOW_LOCK,       /* at rank 0: 1 while a rank takes, or calls back */
    WINDOW_ASKED,      /* at each that stands for a node: how often that was called back; */
    WINDOW_COLLECTED,  /* what was put into the pool again of what it has returned in all: both written by others */
    WINDOW_RETURNED,   /* what it has returned in all; */
    WINDOW_ANSWERED,   /* to which call it has answered: both written by itself, as memory */
    WINDOW_TAKEN_HIGH, /* at rank 0: the upper half of what is given out; of limits above 2^63 */
    WINDOW_UNUSED,     /* with an odd number of words MPICH 4.0.2 finds those of other ranks at the wrong place */
    WINDOW_WORDS,
};

/* By all ranks. */
bool window_open(void);
void window_close(void);

uint64_t window_read(int rank, enum window_word word);
void window_add(int rank, enum window_word word, uint64_t more);
/* Returns what was there. */
uint64_t window_replace(int rank, enum window_word word, uint64_t by);
/* Of the ranks that stand for all other nodes at once: adds `more`, which may be 0, and returns in `before` what was there, in
 * the order of ranks.nodes. */
void window_add_others(enum window_word word, uint64_t more, uint64_t *before);

/* This rank's numbers. */
uint64_t window_load(enum window_word word);
void window_store(enum window_word word, uint64_t value);

/* A message has failed: what the others returned since is not known. */
bool window_failed(void);

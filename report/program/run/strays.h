/* Descendants of a run's program that run without the preload, whoever started them. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STRAYS_KEPT 64

struct strays {
    const char *library; /* file name */
    struct stray {
        pid_t pid;
        unsigned long long start_ticks;
        bool seen_again; /* between exec and the loader's work nothing is mapped yet */
        bool seen_now;
    } suspects[STRAYS_KEPT];
    size_t suspect_count;
    char lines[STRAYS_KEPT][256]; /* what to say, each once */
    size_t line_count;
    bool more;
};

/* Go through the descendants of `root`, itself included. Those that lack the library at two looks are named in `lines`. */
void strays_look(struct strays *strays, pid_t root);

/* The configuration, and one table of the variables that fill it: what each takes, and how that is said. Shared by the
 * library, which reads the environment, and by `flopshim run`, whose options are the same variables. */
#pragma once
#include "multiplier.h"
#include "wide.h"
#include <stdbool.h>
#include <stdint.h>

enum config_exhausted { CONFIG_ERROR, CONFIG_ABORT, CONFIG_SIGNAL, CONFIG_WARN };
enum config_timing { CONFIG_TIMING_OFF, CONFIG_TIMING_AUTO, CONFIG_TIMING_ALL };

/* FLOP_DETAIL: bits. A ledger's header has the same (enum ledger_detail). */
enum config_detail { CONFIG_SHAPES = 1, CONFIG_CALLERS = 2, CONFIG_CALLS = 4 };

#define CONFIG_CALLS_KEPT 65536
#define CONFIG_CALLS_MOST 999999

#define CONFIG_UNLIMITED WIDE_MAX

struct config {
    wide limit_flops;       /* CONFIG_UNLIMITED: none */
    uint64_t time_limit_ns; /* 0: none */
    double multiplier;
    char multiplier_text[MULTIPLIER_BYTES]; /* as summaries show it */
    enum config_exhausted on_exhausted;
    enum config_timing timing;
    int signal;
    int exit_code;
    int convention;    /* enum cost_convention */
    unsigned detail;   /* enum config_detail */
    int calls_kept;    /* with CONFIG_CALLS, of each thread */
    unsigned left_out; /* a bit for each enum cost_topic */
    bool tree;
    bool quiet;
    bool verbose;
    bool disabled;
    bool job;
    char namespace_[256];
    char output[1024];
    char ledger_dir[512];
    char weights[512]; /* a name or a file; "": none */
};

/* Is a malformed value a limit that is missing? */
enum config_limits { CONFIG_NO_LIMIT, CONFIG_LIMIT, CONFIG_LIMIT_OF /* where there is a budget, this says of what */ };

struct config_variable {
    const char *name;
    bool (*take)(const char *value, struct config *config); /* false: malformed, and nothing is changed */
    const char *words;                                      /* the values, blank-separated; NULL: too many to list */
    const char *accepted;                                   /* in words: "expected ..." */
    const char *fallback;                                   /* what happens instead: "; using ..." */
    enum config_limits limits;
};

enum { CONFIG_VARIABLES = 17 };
extern const struct config_variable config_variables[CONFIG_VARIABLES];

/* NULL where there is no such variable. */
const struct config_variable *config_variable(const char *name);

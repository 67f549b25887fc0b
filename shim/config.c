/* The configuration: the only file that reads the FLOP_* environment. A malformed value gets one line that names the
 * variable, the value and what is accepted; a malformed limit ends the process (status 2), because running without the
 * limit asked for is what the user did not want. */
#include "config_parse.h"
#include "cost.h"
#include "shim.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config config = {
    .limit_flops = LEDGER_UNLIMITED,
    .multiplier = 1,
    .timing = CONFIG_TIMING_AUTO,
    .signal = SIGXCPU,
    .exit_code = 86,
    .output = "flopshim.%e.%p.txt",
};

static bool fails_closed;

static const char *const variables[] = {
    "FLOP_BUDGET", "FLOP_MULTIPLIER", "FLOP_NAMESPACE",  "FLOP_SCOPE", "FLOP_ON_EXHAUSTED", "FLOP_EXIT_CODE", "FLOP_OUTPUT",
    "FLOP_DETAIL", "FLOP_TIMING",     "FLOP_CONVENTION", "FLOP_QUIET", "FLOP_VERBOSE",      "FLOP_DISABLE",   "FLOP_LEDGER_DIR",
};
#define VARIABLES (sizeof variables / sizeof *variables)
#define SHOWN_BYTES ((size_t)200)

/* Of a long value, as much as leaves room for what is accepted. */
static void complain(const char *variable, const char *value, const char *accepted, const char *consequence)
{
    char shown[SHOWN_BYTES + 1];
    size_t length = strnlen(value, SHOWN_BYTES);
    memcpy(shown, value, length);
    shown[length] = 0;
    const char *cut = value[length] ? "..." : "";
    message_line("flopshim: ", variable, "=", shown, cut, ": expected ", accepted, consequence, NULL);
}

static void read_budget(const char *value)
{
    if (config_parse_flops(value, &config.limit_flops))
        return;
    complain("FLOP_BUDGET", value,
             "a whole number of FLOPs > 0, below 1.8e19, such as 10000000, 10_000_000, 1e7, 2.5G or 5T (k M G T P E)",
             "; the program is not run without its limit");
    fails_closed = true;
}

static void read_multiplier(const char *value)
{
    if (!config_parse_multiplier(value, &config.multiplier))
        complain("FLOP_MULTIPLIER", value, "a number > 0, such as 0.5", "; using 1");
}

static void read_text(const char *variable, const char *value, char *text, size_t size)
{
    if (strlen(value) < size)
        strcpy(text, value);
    else
        complain(variable, value, "a shorter text", "; ignoring it");
}

static void read_flag(const char *variable, const char *value, bool *flag)
{
    if (!strcmp(value, "0") || !strcmp(value, "1"))
        *flag = *value == '1';
    else
        complain(variable, value, "0 or 1", "; using 0");
}

/* A limit that was asked for a job must not be given to each process instead. */
static void read_scope(const char *value)
{
    config.tree = !strcmp(value, "tree");
    if (config.tree || !strcmp(value, "process"))
        return;
    bool limited = getenv("FLOP_BUDGET") != NULL;
    complain("FLOP_SCOPE", value, "process or tree (job is not available in this version)",
             limited ? "; the program is not run without its limit" : "; using process");
    fails_closed |= limited;
}

static void read_exhausted(const char *value)
{
    static const char *const names[] = {"error", "abort", "signal", "warn"};
    int signal = config.signal;
    for (int i = 0; i < 4; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(value, names[i], length) || (value[length] && (i != CONFIG_SIGNAL || value[length] != '=')))
            continue;
        if (value[length] && !config_parse_signal(value + length + 1, &signal))
            break;
        config.on_exhausted = (enum config_exhausted)i;
        config.signal = signal;
        return;
    }
    complain("FLOP_ON_EXHAUSTED", value, "error, abort, signal=NAME (such as signal=SIGXCPU) or warn", "; using error");
}

static void read_exit_code(const char *value)
{
    if (!config_parse_int(value, 1, 255, &config.exit_code))
        complain("FLOP_EXIT_CODE", value, "a whole number from 1 to 255", "; using 86");
}

static void read_output(const char *value)
{
    if (config_is_template(value))
        read_text("FLOP_OUTPUT", value, config.output, sizeof config.output);
    else
        complain("FLOP_OUTPUT", value, "file names with %p %h %e %r %j %t or %%, separated by commas, none, or stderr",
                 "; using flopshim.%e.%p.txt");
}

static void read_detail(const char *value)
{
    if (strcmp(value, "routines"))
        complain("FLOP_DETAIL", value, "routines (shapes and calls are not available in this version)", "; using routines");
}

static void read_timing(const char *value)
{
    static const char *const names[] = {"off", "auto", "all"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(value, names[i])) {
            config.timing = (enum config_timing)i;
            return;
        }
    complain("FLOP_TIMING", value, "off, auto or all", "; using auto");
}

static void read_convention(const char *value)
{
    if (!strcmp(value, "fma"))
        config.convention = COST_FMA;
    else if (strcmp(value, "ops"))
        complain("FLOP_CONVENTION", value, "ops or fma", "; using ops");
}

static void read_one(const char *name, const char *value)
{
    static void (*const readers[VARIABLES])(const char *) = {read_budget,    read_multiplier, NULL,        read_scope,
                                                             read_exhausted, read_exit_code,  read_output, read_detail,
                                                             read_timing,    read_convention};
    size_t i = 0;
    while (i < VARIABLES && strcmp(name, variables[i]))
        i++;
    if (i < VARIABLES && readers[i])
        readers[i](value);
    else if (!strcmp(name, "FLOP_NAMESPACE"))
        read_text(name, value, config.namespace_, sizeof config.namespace_);
    else if (!strcmp(name, "FLOP_LEDGER_DIR"))
        read_text(name, value, config.ledger_dir, sizeof config.ledger_dir);
    else if (!strcmp(name, "FLOP_QUIET"))
        read_flag(name, value, &config.quiet);
    else if (!strcmp(name, "FLOP_VERBOSE"))
        read_flag(name, value, &config.verbose);
    else if (!strcmp(name, "FLOP_DISABLE"))
        read_flag(name, value, &config.disabled);
}

/* A limit that was misspelt is a limit that is missing; but the name may be another program's. */
static void check_spelling(const char *name)
{
    const char *near = config_nearest(name, variables, VARIABLES);
    if (near)
        message_line("flopshim: unknown variable ", name, "; did you mean ", near, "?", NULL);
}

void config_read(void)
{
    const char *disable = getenv("FLOP_DISABLE");
    if (disable && !strcmp(disable, "1")) {
        config.disabled = true;
        return;
    }
    for (char **entry = environ; entry && *entry; entry++) {
        char name[32];
        const char *equals = strchr(*entry, '=');
        size_t length = equals ? (size_t)(equals - *entry) : sizeof name;
        if (strncmp(*entry, "FLOP_", 5) || length >= sizeof name)
            continue;
        memcpy(name, *entry, length);
        name[length] = 0;
        if (getenv(name) != equals + 1)
            continue; /* twice in the environment: everybody else sees the first */
        read_one(name, equals + 1);
        check_spelling(name);
    }
    if (fails_closed)
        _exit(2);
}

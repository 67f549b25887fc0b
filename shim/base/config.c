/* The configuration: the only file that reads the FLOP_* environment. A malformed value gets one line that names the
 * variable, the value and what is accepted; a malformed limit ends the process (status 2), because running without the
 * limit asked for is what the user did not want. */
#include "config.h"
#include "leave.h"
#include "message.h"
#include "spelling.h"
#include "weights.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config config = {
    .limit_flops = CONFIG_UNLIMITED,
    .multiplier = 1,
    .multiplier_text = "1",
    .timing = CONFIG_TIMING_AUTO,
    .signal = SIGXCPU,
    .exit_code = 86,
    .output = "flopshim.%e.%p.txt",
};

static bool fails_closed;

#define SHOWN_BYTES ((size_t)200)

/* Complains of a value; a long one is cut, so that there is room for what is accepted. */
static void complain(const char *variable, const char *value, const char *accepted, const char *consequence)
{
    char shown[SHOWN_BYTES + 1];
    size_t length = strnlen(value, SHOWN_BYTES);
    memcpy(shown, value, length);
    shown[length] = 0;
    const char *cut = value[length] ? "..." : "";
    message_line("flopshim: ", variable, "=", shown, cut, ": expected ", accepted, consequence, NULL);
}

/* A limit that was asked for a job must not be given to each process instead. */
static void read_one(const struct config_variable *variable, const char *value)
{
    if (variable->take(value, &config))
        return;
    bool limits = variable->limits == CONFIG_LIMIT || (variable->limits == CONFIG_LIMIT_OF && getenv("FLOP_BUDGET"));
    complain(variable->name, value, variable->accepted,
             limits ? "; the program is not run without its limit" : variable->fallback);
    fails_closed |= limits;
}

/* A limit that was misspelt is a limit that is missing; but the name may be another program's. */
static void check_spelling(const char *name)
{
    const char *known[CONFIG_VARIABLES];
    for (int i = 0; i < CONFIG_VARIABLES; i++)
        known[i] = config_variables[i].name;
    const char *near = spelling_nearest(name, known, CONFIG_VARIABLES);
    if (near)
        message_line("flopshim: unknown variable ", name, "; did you mean ", near, "?", NULL);
}

/* Weights are a part of what a limit is of. */
static void load_weights(void)
{
    char error[160];
    if (!config.weights[0] || weights_load(config.weights, error, sizeof error))
        return;
    bool limits = getenv("FLOP_BUDGET");
    message_line("flopshim: FLOP_WEIGHTS=", config.weights, ": ", error,
                 limits ? "; the program is not run without its limit" : "; all FLOPs count 1", NULL);
    fails_closed |= limits;
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
        if (strncmp(*entry, "FLOP_", 5) != 0 || length >= sizeof name)
            continue;
        memcpy(name, *entry, length);
        name[length] = 0;
        if (getenv(name) != equals + 1)
            continue; /* twice in the environment: everybody else sees the first */
        const struct config_variable *variable = config_variable(name);
        if (variable)
            read_one(variable, equals + 1);
        else
            check_spelling(name);
    }
    load_weights();
    if (fails_closed)
        leave_now(2);
}

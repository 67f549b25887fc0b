/* The shim cannot say that it was not loaded: what the loader will not preload into must be found out before. Of a program
 * that cannot be found or read nothing is said; running it will tell. */
#include "inspect.h"
#include "cmd.h"
#include "target.h"
#include <stdio.h>
#include <stdlib.h>

static int complain(const char *what, const char *consequence)
{
    const char *budget = getenv("FLOP_BUDGET");
    bool refused = budget && *budget;
    fprintf(stderr, "flopshim run: %s%s: %s\n", refused ? "" : "warning: ", what,
            refused ? "a budget cannot be enforced, so it is not run" : consequence);
    return refused ? STATUS_FAILED : 0;
}

int inspect_program(const char *argv0, bool *without_preload)
{
    char file[TARGET_PATH_BYTES], name[64], what[TARGET_PATH_BYTES + 256];
    bool stripped;
    *without_preload = false;
    if (!target_find(argv0, getenv("PATH"), file, sizeof file))
        return 0;
    enum target target = target_look(file);
    *without_preload = target == TARGET_MUSL;
    if (target != TARGET_REACHED) {
        snprintf(what, sizeof what, "%s cannot be preloaded (%s)", file, target_reason(target));
        return complain(what, "none of its calls will be counted");
    }
    if (!target_has_blas(file, name, sizeof name, &stripped))
        return 0;
    snprintf(what, sizeof what, "%s has a BLAS inside (%s, statically linked)", file, name);
    return complain(what, "calls of it will not be counted");
}

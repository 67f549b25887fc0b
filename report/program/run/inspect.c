/* The shim cannot say that it was not loaded: what the loader will not preload into must be found out before. Of a program
 * that cannot be found or read nothing is said; running it will tell. */
#include "inspect.h"
#include "cmd.h"
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

bool inspect_look(const char *argv0, struct inspected *found)
{
    bool stripped;
    *found = (struct inspected){.target = TARGET_REACHED};
    if (!target_find(argv0, getenv("PATH"), found->file, sizeof found->file))
        return false;
    found->target = target_look(found->file);
    found->has_blas = found->target == TARGET_REACHED &&
                      target_has_blas(found->file, found->blas, sizeof found->blas, &stripped);
    return true;
}

int inspect_program(const char *argv0, bool *without_preload)
{
    struct inspected found;
    char what[sizeof found.file + 256];
    *without_preload = false;
    if (!inspect_look(argv0, &found))
        return 0;
    *without_preload = found.target == TARGET_MUSL;
    if (found.target != TARGET_REACHED) {
        snprintf(what, sizeof what, "%s cannot be preloaded (%s)", found.file, target_reason(found.target));
        return complain(what, "none of its calls will be counted");
    }
    if (!found.has_blas)
        return 0;
    snprintf(what, sizeof what, "%s has a BLAS inside (%s, statically linked)", found.file, found.blas);
    return complain(what, "calls of it will not be counted");
}

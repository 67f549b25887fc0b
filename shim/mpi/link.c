/* The table is looked up, not linked, so that this library can be loaded alone. */
#include "link.h"
#include "job.h"
#include "loader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tells the other library that this one is there. */
extern const char flopshim_mpi_is_loaded;
__attribute__((visibility("default"))) const char flopshim_mpi_is_loaded = 1;

static const struct job_build own = JOB_BUILD;

static const struct job_link *look(void)
{
    const struct job_link *link = dlsym(RTLD_DEFAULT, JOB_LINK);
    if (link && memcmp(&link->build, &own, sizeof own) == 0)
        return link;
    const char *scope = getenv("FLOP_SCOPE");
    if (scope && strcmp(scope, "job") == 0)
        fputs(link ? "flopshim: FLOP_SCOPE=job: libflopshim-mpi.so and libflopshim.so are of different builds; each process is "
                     "counted by itself\n"
                   : "flopshim: FLOP_SCOPE=job: libflopshim-mpi.so is loaded without libflopshim.so: nothing is counted\n",
              stderr);
    return NULL;
}

const struct job_link *link_find(void)
{
    static const struct job_link *link;
    static bool looked;
    if (!looked)
        link = look();
    looked = true;
    return link;
}

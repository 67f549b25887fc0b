/* The library of MPI jobs says that it is there by a symbol (job_check.h). */
#include "job_check.h"
#include "config.h"
#include "leave.h"
#include "message.h"
#include <stddef.h>

/* Where the library of MPI jobs is loaded, its address; else NULL. */
extern const char flopshim_mpi_is_loaded __attribute__((weak, visibility("default")));

void job_check(void)
{
    if (!config.job || &flopshim_mpi_is_loaded)
        return;
    bool limited = config.limit_flops != CONFIG_UNLIMITED;
    message_line("flopshim: FLOP_SCOPE=job needs libflopshim-mpi.so behind libflopshim.so in LD_PRELOAD",
                 limited ? "; the program is not run without its limit" : "; each process is counted by itself", NULL);
    if (limited)
        leave_now(2);
}

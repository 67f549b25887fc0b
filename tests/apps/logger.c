/* Preloaded beside the library: logs all calls of a program's first thread, and adds them to its output, a line a call. */
#include <flopshim.h>
#include <inttypes.h>
#include <stdio.h>

__attribute__((constructor)) static void begin(void)
{
    flopshim_begin(&(struct flopshim_context){.quiet = 1});
    flopshim_log_begin(FLOPSHIM_LOG_MOST);
}

__attribute__((destructor)) static void print(void)
{
    struct flopshim_operation o;
    for (uint64_t i = 0; !flopshim_log_read(i, &o); i++) {
        printf("logged %s %" PRIu64 " %" PRIu64, o.name, o.flop_cost, o.cumulative);
        for (uint32_t d = 0; d < o.dim_count; d++)
            printf(" %s=%" PRId64, o.dim_names[d], o.dims[d]);
        puts("");
    }
    fflush(stdout);
}

/* Where the user names a place, no other is tried. */
#include "run_folder.h"
#include "ledger_alive.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int make_in(const char *parent, char *folder, size_t size)
{
    /* The name says whose it is (sweep_run_of), should this run be killed. */
    int length = snprintf(folder, size, "%s/flopshim-%d-%llx-XXXXXX", parent, (int)getpid(),
                          (unsigned long long)ledger_pid_namespace());
    if ((size_t)length >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return mkdtemp(folder) ? 0 : -1;
}

int run_folder_make(char *folder, size_t size, const char **place)
{
    const char *named = getenv("FLOP_LEDGER_DIR");
    const char *temporary = getenv("TMPDIR");
    const char *places[] = {"/dev/shm", temporary && *temporary ? temporary : "/tmp", "/tmp"};
    int result = -1;
    *place = named && *named ? named : "/dev/shm, $TMPDIR or /tmp";
    if (named && *named)
        return make_in(named, folder, size);
    for (size_t i = 0; result < 0 && i < sizeof places / sizeof *places; i++)
        result = make_in(places[i], folder, size);
    return result;
}

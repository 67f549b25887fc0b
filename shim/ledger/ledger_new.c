/* Making files (ledger_new.h). */
#include "ledger_new.h"
#include "ledger.h"
#include "signals.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int ledger_open_unready(const char *dir, uint64_t nonce, const struct ledger_names *names)
{
    int length = snprintf(names->path, names->size, "%s/flopshim.%d.%016llx.ledger", dir, (int)getpid(),
                          (unsigned long long)nonce);
    if (length < 0 || (size_t)length >= names->size || (size_t)length + sizeof LEDGER_UNREADY > names->unready_size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    snprintf(names->unready, names->unready_size, "%s" LEDGER_UNREADY, names->path);
    return open(names->unready, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* RLIMIT_FSIZE answers with SIGXFSZ, which would end the program. */
int ledger_reserve(int fd, uint64_t from, size_t bytes)
{
    struct held_signals held;
    int error;
    signals_hold(&held);
    while ((error = posix_fallocate(fd, (off_t)from, (off_t)bytes)) == EINTR)
        ;
    signals_release(&held);
    return error;
}

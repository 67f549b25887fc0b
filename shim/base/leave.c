/* Ending the process at once, with no handler or destructor run, and what its streams still hold. */
#include "leave.h"
#include "kernel.h"
#include "out_save.h"
#include "signals.h"
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <wchar.h>

#define FLUSH_PATIENCE_MS 300

/* Not fflush(): what a pipe's reader or a terminal does not take must not hold up the end. A file takes everything; wide
 * streams only stdio can convert. */
static void flush_if_free(FILE *stream)
{
    if (ftrylockfile(stream))
        return;
    int fd = fileno_unlocked(stream);
    struct out pending = {.data = stream->_IO_write_base, .length = __fpending(stream)};
    if (fd >= 0 && (lseek(fd, 0, SEEK_CUR) >= 0 || fwide(stream, 0) > 0))
        fflush_unlocked(stream);
    else if (fd >= 0 && pending.length && !out_print(&pending, fd, FLUSH_PATIENCE_MS))
        __fpurge(stream);
    funlockfile(stream);
}

void leave_flush(void)
{
    flush_if_free(stdout);
    flush_if_free(stderr);
}

/* A reader of stdout that is gone must not turn the status into a signal's. */
_Noreturn void leave_now(int status)
{
    struct held_signals held;
    signals_hold(&held);
    leave_flush();
    for (;;)
        syscall(SYS_exit_group, status);
}

/* As abort() does, without its lock: the signal, and its default action where a handler returned. A sandbox may forbid it. */
_Noreturn void leave_by_abort(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGABRT);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    for (;;) {
        if (syscall(SYS_tgkill, getpid(), kernel_tid(), SIGABRT))
            syscall(SYS_exit_group, 128 + SIGABRT);
        signal(SIGABRT, SIG_DFL);
    }
}

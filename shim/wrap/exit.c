/* Wrappers of the functions by which a process ends without any hook being run. Each writes what must be written and goes on to
 * the real function. */
#include "exit.h"
#include "deliver.h"
#include "end.h"
#include "fork.h"
#include "leave.h"
#include "next.h"
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef void end_function(int);

static end_function *next_exit, *next_Exit, *next_quick_exit;
static void (*next_abort)(void);

__attribute__((constructor(101))) static void find_all(void)
{
    find_next(&next_exit, "_exit");
    find_next(&next_Exit, "_Exit");
    find_next(&next_quick_exit, "quick_exit");
    find_next(&next_abort, "abort");
}

static enum ledger_end reason_of(bool unhandled)
{
    return unhandled ? LEDGER_END_EXHAUSTED : LEDGER_END_EXIT;
}

/* The summary of a process that ends with this status, and the status that it ends with (deliver.h). */
static int exit_status(int status)
{
    bool unhandled;
    if (!fork_is_owner()) /* a vfork child */
        return status;
    int last = python_end_status(status, &unhandled);
    const char *file = end_write_late(reason_of(unhandled), (uint32_t)last, last == status);
    if (last != status)
        python_report(last, file);
    return last;
}

void exit_begin(void)
{
    bool unhandled;
    if (!fork_is_owner())
        return;
    int status = end_exit_status(), last = python_end_status(status, &unhandled);
    end_write_early(reason_of(unhandled), (uint32_t)last, last == status);
}

void exit_finish(int status, void *unused)
{
    (void)unused;
    int last = exit_status(status);
    if (last != status)
        exit(last); /* glibc goes on with what is left of its exit, and this status */
}

static int quick_status;

void exit_quickly(void)
{
    end_write(LEDGER_END_EXIT, (uint32_t)quick_status, true);
}

static _Noreturn void end(end_function *next, int status)
{
    status = exit_status(status);
    if (next)
        next(status);
    for (;;)
        syscall(SYS_exit_group, status);
}

EXPORTED _Noreturn void _exit(int status)
{
    end(next_exit, status);
}

EXPORTED _Noreturn void _Exit(int status)
{
    end(next_Exit, status);
}

EXPORTED _Noreturn void quick_exit(int status)
{
    find_next(&next_quick_exit, "quick_exit");
    quick_status = status;
    if (next_quick_exit)
        next_quick_exit(status);
    _exit(status);
}

EXPORTED _Noreturn void abort(void)
{
    end_before_abort();
    if (next_abort)
        next_abort();
    leave_by_abort();
}

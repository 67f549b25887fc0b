/* BudgetExhaustedError in an unmodified Python program.
 *
 * raised here: the caller is an extension of NumPy or SciPy that asks for an error after the call (extension.h), and the
 * thread is one of Python's: the exception appears on the program's line, and outputs stay as they were.
 * pending: elsewhere it is left for the main thread, which raises it as soon as it runs Python code again. Until then the
 * program may look at the call's outputs, so they are filled (spoil.h). The interpreter's lock is not taken: a thread that
 * the interpreter does not know would wait for it for ever while the main thread waits for that thread. Where calls are still
 * refused five seconds later, the main thread is not coming, and the process ends as one without an interpreter does. */
#include "deliver.h"
#include "class.h"
#include "clock.h"
#include "config.h"
#include "extension.h"
#include "kernel.h"
#include "letter.h"
#include "lock.h"
#include "message.h"
#include "out.h"
#include "stack.h"
#include "unhandled.h"
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* The refusal that is left for the main thread, under `leaving`; `waiting`: not raised yet. */
static atomic_flag leaving = ATOMIC_FLAG_INIT;
static atomic_bool waiting;
static struct refusal left;
static uint64_t left_since_ns;
static _Atomic uintptr_t native_from; /* left by the main thread: where its stack enters the native code that called BLAS */
static struct refusal last;           /* for the line at the end: any of several threads' */

/* In the main thread, with the interpreter's lock. */
static int raise_pending(void *unused)
{
    (void)unused;
    const uint64_t glue_ns = 1000000000;
    const uintptr_t own_way = 512; /* from the interpreter's loop to here; by way of native code it is 2 KB */
    if (!atomic_load(&waiting))
        return 0;
    /* Numba calls Python to wrap its results, and loses or trips over an exception there. */
    if ((uintptr_t)__builtin_frame_address(0) + own_way < atomic_load(&native_from) &&
        clock_now_ns() - left_since_ns < glue_ns && !py.add_pending(raise_pending, NULL))
        return 0;
    class_raise(&left);
    atomic_store(&waiting, false);
    return -1;
}

/* Only one at a time: the main thread learns of the first. */
static void leave_pending(const struct refusal *refusal)
{
    if (atomic_load(&waiting) || atomic_flag_test_and_set(&leaving))
        return;
    if (!atomic_load(&waiting)) {
        left = *refusal;
        left_since_ns = clock_now_ns();
        atomic_store(&native_from, stack_entry((uintptr_t)py.is_initialized));
        atomic_store(&waiting, true);
        py.add_pending(raise_pending, NULL); /* where its queue is full, the exit status tells */
    }
    atomic_flag_clear(&leaving);
}

/* Native code that goes on until it gets a number would go on for ever. */
static bool waits_too_long(const struct thread *t, bool own_thread)
{
    const uint64_t patience_ns = 5000000000;
    uint64_t since_ns = own_thread ? t->exception_since_ns : atomic_load(&waiting) ? left_since_ns : 0;
    return since_ns && clock_now_ns() - since_ns > patience_ns;
}

bool python_refuse(struct thread *t, const struct refusal *refusal)
{
    if (!interpreter_runs())
        return false;
    if (!t->caller)
        return true;
    shim_lock();
    last = *refusal;
    shim_unlock();
    bool pythons = py.this_thread() != NULL, here = pythons && extension_checks_errors(t->caller);
    bool own_thread = pythons && kernel_tid() != getpid();
    t->refused = here ? THREAD_REFUSED_RAISED : THREAD_REFUSED_PENDING;
    if (!here) {
        if (waits_too_long(t, own_thread))
            return false;
        if (!own_thread || !letter_send(t, refusal))
            leave_pending(refusal);
        return true;
    }
    int state = py.ensure();
    if (!py.occurred())
        class_raise(refusal);
    py.release(state);
    return true;
}

int python_end_status(int status, bool *unhandled)
{
    bool lost = atomic_load(&waiting) || unhandled_was_lost();
    *unhandled = (lost && !status) || (unhandled_was_uncaught() && status == 1);
    return lost && !status ? config.exit_code : status;
}

void python_report(int status, const char *file)
{
    struct out line = {0};
    refusal_say(&last, " would cost ", &line);
    out_text(&line, ", and the program went on without handling it: exit status ");
    out_grouped(&line, (unsigned)status);
    out_text(&line, " instead of 0");
    if (*file) {
        out_text(&line, ". Summary: ");
        out_text(&line, file);
    }
    out_bytes(&line, "", 1);
    message_line(line.failed ? "flopshim: budget exhausted" : line.data, NULL);
    out_free(&line);
}

void python_forget(void)
{
    atomic_store(&waiting, false);
    unhandled_forget();
}

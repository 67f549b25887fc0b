/* A refused call in a process with a Python interpreter: BudgetExhaustedError or TimeExhaustedError instead of the process's
 * end. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct refusal;
struct thread;

/* True: there is an interpreter, and the call is to be skipped. The exception is set in this thread, or left for the main
 * thread, or the caller of flopshim_deduct() raises it. False: no interpreter (or one that is ending). No lock is held;
 * takes the interpreter's lock where the thread is Python's own and the caller is NumPy's or SciPy's. */
bool python_refuse(struct thread *t, const struct refusal *refusal);

/* The status with which a process that wants to end with `status` ends: another one instead of 0 where a refusal was
 * raised that no handler saw. *unhandled: it ends by a refusal. */
int python_end_status(int status, bool *unhandled);

/* One line on stderr that says why the status is another. `file`: the summary, or "". */
void python_report(int status, const char *file);

/* In a fork child: what was refused is the parent's business. */
void python_forget(void);

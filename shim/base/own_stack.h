/* A stack of the shim's own: what the shim does seldom goes deep (a summary, a ledger, a message), and the program's stack may
 * be as small as PTHREAD_STACK_MIN, or 4 KiB of a clone. What runs there must not call the program: a handler, a callback,
 * Python. No signal handler of the program's runs meanwhile in the thread, nor is it cancelled, so nothing jumps out. */
#pragma once

/* Run work(data) there; where there is no memory for a stack, on the program's. Async-signal-safe; errno is that of work. */
void own_stack_run(void (*work)(void *data), void *data);

/* In a fork child: nobody else is on it. */
void own_stack_forget(void);

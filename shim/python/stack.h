/* Where Python's main thread entered native code. */
#pragma once
#include <stdint.h>

/* The main thread's stack pointer where the interpreter (an address in its code) called the native code that is running now;
 * 0: not known, or another thread. */
uintptr_t stack_entry(uintptr_t interpreter);

/* Functions that glibc 2.34 moved into libc.so.6, from libdl and libpthread. They are asked for by the version that either
 * place has, and the library links libc.so.6 alone: where an earlier glibc has not loaded theirs with the program they are
 * NULL. Such a function is taken by MOVED, which may be NULL, or sought at need as well (moved_find.h). */
#pragma once
#include <dlfcn.h>
#include <pthread.h>

/* NOLINTBEGIN(bugprone-macro-parentheses): a declared name has none */
#define MOVED_OLDEST(name)                              \
    extern __typeof__(name) name __attribute__((weak)); \
    __asm__(".symver " #name ", " #name "@GLIBC_2.2.5\n")
/* NOLINTEND(bugprone-macro-parentheses) */

/* The tests' library of an early C library (FLOPSHIM_EARLY) finds none of them linked. */
#ifdef FLOPSHIM_EARLY
#define MOVED(name) ((__typeof__(&(name)))0)
#else
#define MOVED(name) (&(name))
#endif

MOVED_OLDEST(dlerror);
MOVED_OLDEST(dlopen);
MOVED_OLDEST(dlvsym);
MOVED_OLDEST(pthread_create);
MOVED_OLDEST(pthread_detach);
MOVED_OLDEST(pthread_key_create);
MOVED_OLDEST(pthread_mutex_trylock);
MOVED_OLDEST(pthread_setspecific);

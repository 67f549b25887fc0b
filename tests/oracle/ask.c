/* Preloaded into the program under flopgrind: asks it for the operations so far, and lets LAPACK run unblocked. */
#include "operations.h"
#include <dlfcn.h>
#include <stddef.h>
#include <valgrind/valgrind.h>

static int unblocked;

/* 0: not under the tool. */
int oracle_operations(struct operations *out)
{
    return (int)VALGRIND_DO_CLIENT_REQUEST_EXPR(0, OPERATIONS_READ, out, 0, 0, 0, 0);
}

void oracle_unblocked(int on)
{
    unblocked = on;
}

typedef int ilaenv_type(const int *, const char *, const char *, const int *, const int *, const int *, const int *, size_t,
                        size_t);

/* LAPACK asks here for block sizes, as a preloaded symbol comes first: ispec 1 is the best one, and 1 means unblocked. */
int ilaenv_(const int *ispec, const char *name, const char *opts, const int *n1, const int *n2, const int *n3, const int *n4,
            size_t name_length, size_t opts_length)
{
    static ilaenv_type *next;
    if (unblocked && *ispec == 1)
        return 1;
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "ilaenv_");
    if (!next) /* a module of Python's has brought LAPACK along */
        *(void **)&next = dlsym(dlopen("liblapack.so.3", RTLD_NOW | RTLD_NOLOAD), "ilaenv_");
    return next(ispec, name, opts, n1, n2, n3, n4, name_length, opts_length);
}

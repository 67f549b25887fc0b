/* What is known of the libraries that implement BLAS and LAPACK. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct provider {
    uintptr_t start; /* 0: it was unloaded */
    uintptr_t end;
    bool wide;           /* its unsuffixed names take 64-bit integers */
    bool result_pointer; /* complex results by hidden pointer */
    char path[256];
    char name[24];
    char version[40];
    const void *noted_in; /* the process of the ledger that has it */
};

/* The provider that holds this function, found at its first use. NULL where the
 * address lies in no object, or the table is full. Any thread; calls the loader. */
const struct provider *provider_of(void *function);

/* Is the calling thread asking a provider who it is, so that what arrives at a stub is no call of the program's? */
bool provider_is_asked(void);

/* Is the object at this path nothing but a provider, so that its calls are its own? (libtorch_cpu has a BLAS inside and
 * calls it at top level: it is not.) */
bool provider_is_pure(const char *path);

/* Does the object that begins there hold a provider that was noted? */
bool provider_starts_at(uintptr_t start);

/* Those found so far, in order; a place is used again where its provider was unloaded and noted. */
size_t provider_count(void);
const struct provider *provider_at(size_t i);
void provider_noted(size_t i, const void *in);

/* What lies in [start, end) is being unloaded. */
void provider_forget(uintptr_t start, uintptr_t end);
/* The same of those that lie in no object any more; says where each lay. */
void provider_forget_gone(void (*tell)(uintptr_t start, uintptr_t end));

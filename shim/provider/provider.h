/* What is known of the libraries that implement BLAS and LAPACK. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct provider {
    uintptr_t start;
    uintptr_t end;
    bool wide;           /* its unsuffixed names take 64-bit integers */
    bool result_pointer; /* complex results by hidden pointer */
    char path[256];
    char name[24];
    char version[40];
};

/* The provider that holds this function, noted at its first use. NULL where the
 * address lies in no object, or the table is full. Any thread; calls the loader. */
const struct provider *provider_of(void *function);

/* Is the object at this path nothing but a provider, so that its calls are its own? (libtorch_cpu has a BLAS inside and
 * calls it at top level: it is not.) */
bool provider_is_pure(const char *path);

/* Does the object that begins there hold a provider that was noted? */
bool provider_starts_at(uintptr_t start);

/* Those noted so far, in order. */
size_t provider_count(void);
const struct provider *provider_at(size_t i);

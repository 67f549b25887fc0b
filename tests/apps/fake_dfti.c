/* The part of MKL's DFT interface that the shim looks at, without any transform: what was done to a descriptor is remembered.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { DOMAIN = 0, DIMENSION = 1, LENGTHS = 2, SCALE = 4, TRANSFORMS = 7 };

struct descriptor {
    int domain;
    long rank, lengths[7], transforms;
    double scale;
};

static long make(struct descriptor **handle, int domain, long rank, const long *lengths)
{
    *handle = calloc(1, sizeof **handle);
    **handle = (struct descriptor){.domain = domain, .rank = rank, .transforms = 1, .scale = 1};
    memcpy((*handle)->lengths, lengths, (size_t)rank * sizeof *lengths);
    return rank > 7;
}

long DftiCreateDescriptor(struct descriptor **handle, int precision, int domain, long rank, ...)
{
    va_list list;
    long result;
    va_start(list, rank);
    (void)precision;
    if (rank == 1)
        result = make(handle, domain, 1, (long[]){va_arg(list, long)});
    else
        result = make(handle, domain, rank, va_arg(list, long *));
    va_end(list);
    return result;
}

long DftiCreateDescriptor_s_1d(struct descriptor **handle, int domain, long length)
{
    return make(handle, domain, 1, &length);
}

long DftiCreateDescriptor_d_md(struct descriptor **handle, int domain, long rank, const long *lengths)
{
    return make(handle, domain, rank, lengths);
}

/* A descriptor that nobody sees being made. */
struct descriptor *fake_dfti(void)
{
    struct descriptor *d = NULL;
    make(&d, 33, 2, (long[]){16, 32});
    d->transforms = 3;
    return d;
}

long DftiSetValue(struct descriptor *d, int what, ...)
{
    va_list list;
    va_start(list, what);
    if (what == TRANSFORMS)
        d->transforms = va_arg(list, long);
    else if (what == SCALE)
        d->scale = va_arg(list, double);
    va_end(list);
    return 0;
}

long DftiGetValue(struct descriptor *d, int what, ...)
{
    va_list list;
    va_start(list, what);
    void *value = va_arg(list, void *);
    va_end(list);
    if (what == DOMAIN)
        *(int *)value = d->domain;
    else if (what == DIMENSION)
        *(long *)value = d->rank;
    else if (what == LENGTHS)
        memcpy(value, d->lengths, (size_t)d->rank * sizeof(long));
    else if (what == TRANSFORMS)
        *(long *)value = d->transforms;
    else
        *(double *)value = d->scale;
    return 0;
}

long DftiCommitDescriptor(struct descriptor *d)
{
    return d == NULL;
}

long DftiComputeForward(struct descriptor *d, void *in, ...)
{
    return !d || !in;
}

long DftiComputeBackward(struct descriptor *d, void *in, ...)
{
    return !d || !in;
}

long DftiFreeDescriptor(struct descriptor **handle)
{
    free(*handle);
    *handle = NULL;
    return 0;
}

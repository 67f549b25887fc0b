/* The outputs of a refused call: spoil.h. NaN is stored as bits, so no floating-point flag is raised. */
#include "spoil.h"
#include <stddef.h>
#include <string.h>

static void fill_nan(char *first, int64_t n, struct spoil element)
{
    for (int64_t i = 0; i < n * element.reals; i++) {
        if (element.real_bytes == sizeof(double))
            ((uint64_t *)(void *)first)[i] = 0x7ff8000000000000;
        else
            ((uint32_t *)(void *)first)[i] = 0x7fc00000;
    }
}

void spoil_matrix(const struct thread *t, void *first, int64_t rows, int64_t columns, int64_t ld, int64_t uplo, bool rowwise,
                  struct spoil element)
{
    int64_t length = rowwise ? columns : rows, count = rowwise ? rows : columns;
    if (t->refused != THREAD_REFUSED_PENDING || !first || ld < length)
        return;
    bool upper = uplo && (uplo == 'U') != rowwise, lower = uplo && !upper;
    size_t bytes = (size_t)element.real_bytes * element.reals;
    for (int64_t j = 0; j < count; j++) {
        int64_t from = lower && j < length ? j : 0, to = upper && j < length ? j + 1 : length;
        fill_nan((char *)first + bytes * (size_t)(j * ld + from), to - from, element);
    }
}

/* A vector with a negative step lies in the same places as one with a positive. */
void spoil_vector(const struct thread *t, void *first, int64_t n, int64_t step, struct spoil element)
{
    size_t bytes = (size_t)element.real_bytes * element.reals;
    if (t->refused != THREAD_REFUSED_PENDING || !first)
        return;
    if (step < 0)
        step = -step;
    for (int64_t i = 0; i < n; i++)
        fill_nan((char *)first + bytes * (size_t)(i * step), 1, element);
}

void spoil_zero(void *first, int64_t n, unsigned real_bytes)
{
    if (first && n > 0)
        memset(first, 0, (size_t)n * real_bytes);
}

void spoil_integers(void *first, int64_t n, bool counting, bool is_wide)
{
    for (int64_t i = 0; first && i < n; i++) {
        if (is_wide)
            ((int64_t *)first)[i] = counting ? i + 1 : 0;
        else
            ((int32_t *)first)[i] = counting ? (int32_t)(i + 1) : 0;
    }
}

void spoil_info(void *info, int value, bool is_wide)
{
    if (is_wide)
        *(int64_t *)info = value;
    else
        *(int32_t *)info = value;
}

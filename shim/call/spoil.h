/* What a refused call leaves in its outputs in a Python program, generated from the `writes` lines of the specs. Reals become
 * NaN where the program may read them before the exception reaches it (deliver.c, pending). Integers that a client uses
 * as indices, and imaginary parts that it counts pairs by, are made harmless in any case: NumPy and SciPy look at them before
 * they look for an error. Nothing outside the part that the routine itself would have written is touched. */
#pragma once
#include "thread.h"
#include <stdbool.h>
#include <stdint.h>

/* An element: so many reals of so many bytes. */
struct spoil {
    uint8_t real_bytes;
    uint8_t reals;
};

/* Columns of `rows`, `ld` apart; the other way round where stored by rows. uplo: 'U' or 'L', only that triangle; 0: all. */
void spoil_matrix(const struct thread *t, void *first, int64_t rows, int64_t columns, int64_t ld, int64_t uplo, bool rowwise,
                  struct spoil element);
void spoil_vector(const struct thread *t, void *first, int64_t n, int64_t step, struct spoil element);
void spoil_zero(void *first, int64_t n, unsigned real_bytes);
/* counting: 1, 2, 3 ...; else 0. */
void spoil_integers(void *first, int64_t n, bool counting, bool wide);
void spoil_info(void *info, int value, bool wide);

static inline int64_t spoil_min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t spoil_max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

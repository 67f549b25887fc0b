/* Fourier transforms. */
#include "formulas.h"

#define LOG_BITS 56 /* behind the binary point */

/* log2 of n >= 1, truncated; exact for a power of 2. By squaring: a mantissa of 2 or more is a bit. */
static count_t log2_of(uint64_t n)
{
    const int whole = 63 - __builtin_clzll(n);
    uint64_t log = (uint64_t)whole << LOG_BITS;
    unsigned __int128 mantissa = (unsigned __int128)n << (63 - whole); /* in [1, 2), 63 bits behind the point */
    for (int bit = LOG_BITS - 1; bit >= 0; bit--) {
        mantissa = mantissa * mantissa >> 63;
        if (mantissa >> 64) {
            mantissa >>= 1;
            log |= (uint64_t)1 << bit;
        }
    }
    return (count_t)log;
}

/* FFTW's libbench2/mflops.c. */
count_t count_fft(int64_t transform, count_t n, count_t howmany, count_t ranks)
{
    if (n <= 0 || howmany <= 0 || ranks <= 0)
        return 0;
    if (n >= COUNT_HUGE || n > INT64_MAX)
        return COUNT_HUGE;
    const count_t half = transform == 'R' ? 5 : 10;
    const count_t product = count_mul(count_mul(count_mul(half, n), howmany), log2_of((uint64_t)n));
    return count_div(count_div(product, (count_t)2 << LOG_BITS), ranks);
}

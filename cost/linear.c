/* Factorisations, solves and inverses of linear systems. */
#include "formulas.h"

static count_t triangle(count_t n)
{
    return n * (n + 1) / 2;
}

/* LAWN 41, in the closed form of LAPACK's DOPLA, which holds for every shape. */
struct cost_ops count_getrf(count_t m, count_t n)
{
    const count_t k = count_min(m, n);
    if (outside(k, count_max(m, n)))
        return ops_outside(k);
    const count_t adds = k * (6 * m * n - 3 * (m + n) * (k + 1) + (k + 1) * (2 * k + 1)) / 6;
    return ops(adds + k * (2 * m - k - 1) / 2, adds);
}

/* LAWN 41. */
struct cost_ops count_getrs(count_t n, count_t nrhs)
{
    if (outside(count_min(n, nrhs), count_max(n, nrhs)))
        return ops_outside(count_min(n, nrhs));
    return ops(nrhs * n * n, nrhs * n * (n - 1));
}

/* LAWN 41. */
struct cost_ops count_getri(count_t n)
{
    if (outside(n, n))
        return ops_outside(n);
    return ops(n * (5 + 3 * n + 4 * n * n) / 6, n * (5 - 9 * n + 4 * n * n) / 6);
}

/* Sum of (p - s i)(q - t i) for i = 1..count, where s and t are 0 or 1. */
static count_t sum_products(count_t count, count_t p, count_t s, count_t q, count_t t)
{
    if (count <= 0)
        return 0;
    const count_t squares = count * (count + 1) * (2 * count + 1) / 6;
    return count * p * q - triangle(count) * (p * t + q * s) + s * t * squares;
}

/* Sum over the pivots i = 1..min(m,n) of min(below, m-i) * (min(right, n-i) + more). */
static count_t band_updates(count_t m, count_t n, count_t below, count_t right, count_t more)
{
    const count_t k = count_min(m, n);
    const count_t full_below = count_min(count_max(m - below, 0), k); /* pivots with all of `below` rows under them */
    const count_t full_right = count_min(count_max(n - right, 0), k);
    const count_t first = count_min(full_below, full_right), second = count_max(full_below, full_right);
    const bool rows_end_first = full_below < full_right;
    count_t sum = sum_products(first, below, 0, right + more, 0);
    const count_t m2 = m - first, n2 = n - first;
    if (rows_end_first)
        sum += sum_products(second - first, m2, 1, right + more, 0);
    else
        sum += sum_products(second - first, below, 0, n2 + more, 1);
    return sum + sum_products(k - second, m - second, 1, n - second + more, 1);
}

/* LAWN 41 takes the fill of partial pivoting to be complete, kl + ku diagonals above; without row exchanges there is
 * none. Charged is what lies 60 % between: fitted, on random matrices with up to four times as many diagonals below as above.
 */
static count_t band_factors(count_t m, count_t n, count_t kl, count_t ku, count_t more)
{
    const count_t none = band_updates(m, n, kl, ku, more), full = band_updates(m, n, kl, kl + ku, more);
    return none + 60 * (full - none) / 100;
}

struct cost_ops count_gbtrf(count_t m, count_t n, count_t kl, count_t ku)
{
    const count_t k = count_min(m, n);
    if (outside(count_min(k, 1 + count_min(kl, ku)), count_max(count_max(m, n), count_max(kl, ku))))
        return ops_outside(count_min(k, 1 + count_min(kl, ku)));
    return ops(band_factors(m, n, kl, ku, 1), band_factors(m, n, kl, ku, 0));
}

/* LAWN 41. */
struct cost_ops count_gbtrs(count_t n, count_t kl, count_t ku, count_t nrhs)
{
    const count_t smallest = count_min(count_min(n, nrhs), 1 + count_min(kl, ku));
    if (outside(smallest, count_max(count_max(n, nrhs), count_max(kl, ku))))
        return ops_outside(smallest);
    const count_t below = count_min(kl, n - 1), above = count_min(kl + ku, n - 1);
    const count_t corners = triangle(below) + triangle(above);
    return ops(nrhs * (n * (below + 1 + above) - corners), nrhs * (n * (below + above) - corners));
}

/* LAWN 41. */
struct cost_ops count_potrf(count_t n)
{
    if (outside(n, n))
        return ops_outside(n);
    return ops(n * (2 + 3 * n + n * n) / 6, n * (n * n - 1) / 6);
}

/* LAWN 41. */
struct cost_ops count_potri(count_t n)
{
    if (outside(n, n))
        return ops_outside(n);
    return ops(n * (2 + 3 * n + n * n) / 3, n * (1 - 3 * n + 2 * n * n) / 6);
}

/* LAWN 41. */
struct cost_ops count_potrs(count_t n, count_t nrhs)
{
    if (outside(count_min(n, nrhs), count_max(n, nrhs)))
        return ops_outside(count_min(n, nrhs));
    return ops(nrhs * n * (n + 1), nrhs * n * (n - 1));
}

/* LAWN 41. */
struct cost_ops count_lauum(count_t n)
{
    return count_potrf(n);
}

/* LAWN 41. */
struct cost_ops count_pbtrf(count_t n, count_t kd)
{
    if (outside(count_min(n, 1 + kd), count_max(n, kd)))
        return ops_outside(count_min(n, 1 + kd));
    const count_t k = count_min(kd, n - 1);
    return ops((k * (-4 - 6 * k - 2 * k * k) + n * (6 + 9 * k + 3 * k * k)) / 6,
               (k * (-1 - 3 * k - 2 * k * k) + 3 * n * k * (k + 1)) / 6);
}

/* LAWN 41. */
struct cost_ops count_pbtrs(count_t n, count_t kd, count_t nrhs)
{
    const count_t smallest = count_min(count_min(n, nrhs), 1 + kd);
    if (outside(smallest, count_max(count_max(n, nrhs), kd)))
        return ops_outside(smallest);
    const count_t k = count_min(kd, n - 1);
    return ops(nrhs * (2 * n - k) * (k + 1), nrhs * k * (2 * n - k - 1));
}

/* LAWN 41. */
struct cost_ops count_sytrf(count_t n)
{
    if (outside(n, n))
        return ops_outside(n);
    return ops(n * (20 + 3 * n + n * n) / 6, n * (n * n - 1) / 6);
}

/* LAWN 41. */
struct cost_ops count_sytri(count_t n)
{
    if (outside(n, n))
        return ops_outside(n);
    return ops(n * (2 + n * n) / 3, n * (n * n - 1) / 3);
}

/* LAWN 41; a unit diagonal needs no products by its inverse. */
struct cost_ops count_trtri(count_t n, int64_t diag)
{
    if (outside(n, n))
        return ops_outside(n);
    return ops(n * (2 + 3 * n + n * n) / 6 - (diag == 'U' ? triangle(n) : 0), n * (2 - 3 * n + n * n) / 6);
}

/* LAWN 41. */
struct cost_ops count_trtrs(count_t n, count_t nrhs, int64_t diag)
{
    if (outside(count_min(n, nrhs), count_max(n, nrhs)))
        return ops_outside(count_min(n, nrhs));
    return ops(nrhs * (triangle(n) - (diag == 'U' ? n : 0)), nrhs * n * (n - 1) / 2);
}

/* LAWN 41. */
struct cost_ops count_tbtrs(count_t n, count_t kd, count_t nrhs, int64_t diag)
{
    const count_t smallest = count_min(count_min(n, nrhs), 1 + kd);
    if (outside(smallest, count_max(count_max(n, nrhs), kd)))
        return ops_outside(smallest);
    const count_t k = count_min(kd, n - 1);
    const count_t outside_band = (n - k - 1) * (n - k) / 2;
    return ops(nrhs * (triangle(n) - outside_band - (diag == 'U' ? n : 0)), nrhs * (n * (n - 1) / 2 - outside_band));
}

/* Entries kept by level 2 algorithms on a full product: m n k multiply-add pairs (LAWN 41, gemm). */
struct cost_ops count_product(count_t m, count_t n, count_t k)
{
    const count_t smallest = count_min(count_min(m, n), k);
    if (outside(smallest, count_max(count_max(m, n), k)))
        return ops_outside(smallest);
    return ops(m * n * k, m * n * k);
}

/* Derived here: the unblocked reduction, n^3 + 3 n^2 in all. */
struct cost_ops count_sygst(count_t n)
{
    if (outside(n, n))
        return ops_outside(n);
    return ops(n * n * (n + 5) / 2, n * n * (n + 1) / 2);
}

/* To standard form with a band: each of n kb rotations is chased to the nearer end, which is near where the band is wide; and,
 * where vectors are wanted, into them. Derived here, and fitted to bands from 1 to n/2. */
count_t count_sbgst(int64_t vect, count_t n, count_t ka, count_t kb, count_t weight)
{
    if (outside(count_min(n, 1 + count_min(ka, kb)), count_max(n, count_max(ka, kb))))
        return count_outside(count_min(n, 1 + count_min(ka, kb)));
    ka = count_min(ka, n - 1), kb = count_min(kb, ka);
    if (kb <= 0)
        return 0;
    const count_t wide = count_min(ka, n / 2);
    const count_t band = n * n * (52 * kb - 20 + (28 * kb + 10 * kb * kb) / ka) - n * kb * (66 * wide - 11 * kb);
    return weight * (count_max(band / 10, n * n * kb) + (vect == 'N' ? 0 : 5 * n * n * n * kb / (4 * ka)));
}

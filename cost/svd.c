/* Singular values, and the least squares and cosine-sine decompositions that rest on them. As in eigen.c the terms of
 * iterations were fitted to counted runs on dense random matrices; weight is 4 for complex data, 1 for real. */
#include "formulas.h"

/* LAPACK first takes a QR factorisation of a matrix so much taller than wide (ILAENV): 11/6 in gesdd, else 1.6. */
static bool tall_for_gesdd(count_t large, count_t k)
{
    return 6 * large >= 11 * k;
}

static bool tall_for_gesvd(count_t large, count_t k)
{
    return 10 * large >= 16 * k;
}

static count_t reduced(bool tall, count_t m, count_t n, count_t weight)
{
    const count_t k = count_min(m, n), large = count_max(m, n);
    if (!tall)
        return count_gebrd_blocked(m, n, weight);
    return count_add(ops_total(count_geqrf(large, k), weight), count_gebrd_blocked(k, k, weight));
}

static count_t applied(count_t m, count_t n, count_t k, count_t weight)
{
    return ops_total(count_ormqr('L', m, n, k), weight);
}

static count_t generated(count_t m, count_t n, count_t k, count_t weight)
{
    return ops_total(count_orgqr(m, n, k), weight);
}

/* Implicit QR on a bidiagonal matrix, updating that many rows and columns of vectors. */
count_t count_bdsqr(count_t n, count_t vectors, count_t weight)
{
    if (outside(n, count_max(n, vectors)))
        return count_outside(n);
    if (vectors <= 0)
        return 10 * n * n + 245 * n; /* dqds */
    return (168 * n * n + 1370 * n + weight * (53 * n * n * vectors + 440 * n * n)) / 10;
}

/* Divide and conquer on a bidiagonal matrix: of gesdd's fit, without the back-transformation. */
count_t count_bdsdc(int64_t compq, count_t n)
{
    if (outside(n, n))
        return count_outside(n);
    if (compq == 'N')
        return count_bdsqr(n, 0, 1);
    return compq == 'I' ? (24 * n * n * n + 1000 * n * n) / 10 : 105 * n * n + 4500 * n;
}

/* gesdd: divide and conquer. jobz O keeps one side in A and costs what S does. */
count_t count_gesdd(int64_t jobz, count_t m, count_t n, count_t weight)
{
    const count_t k = count_min(m, n), large = count_max(m, n);
    if (outside(k, large))
        return count_outside(k);
    const bool tall = tall_for_gesdd(large, k);
    const count_t reduction = reduced(tall, m, n, weight);
    if (jobz == 'N')
        return reduction + (123 * k * k + 1950 * k) / 10;
    const count_t u = jobz == 'A' ? large : k;
    const count_t conquer = (24 * k * k * k + 860 * k * k) / 10;
    if (!tall)
        return reduction + conquer + applied(large, u, k, weight) + applied(k, k, k, weight);
    return reduction + conquer + generated(large, u, k, weight) + 2 * weight * large * k * k + 2 * applied(k, k, k, weight);
}

/* The taller side's vectors in gesvd: none, k of them, or all. */
static count_t gesvd_columns(int64_t job, count_t large, count_t k)
{
    return job == 'N' ? 0 : job == 'A' ? large : k;
}

/* gesvd: implicit QR with the rotations applied to each side that is wanted. */
count_t count_gesvd(int64_t jobu, int64_t jobvt, count_t m, count_t n, count_t weight)
{
    const count_t k = count_min(m, n), large = count_max(m, n);
    if (outside(k, large))
        return count_outside(k);
    const bool tall = tall_for_gesvd(large, k);
    const count_t reduction = reduced(tall, m, n, weight);
    if (jobu == 'N' && jobvt == 'N')
        return reduction + (123 * k * k + 1950 * k) / 10;
    const int64_t long_job = m >= n ? jobu : jobvt, short_job = m >= n ? jobvt : jobu;
    const count_t u = gesvd_columns(long_job, large, k);
    const bool rows = short_job != 'N';
    const count_t long_rows = u ? (tall ? k : large) : 0; /* of the vectors that the rotations update */
    count_t sum = reduction + 77 * k * k + weight * 53 * k * k * (long_rows + (rows ? k : 0)) / 10;
    if (rows)
        sum += weight * 4 * k * k * k / 3;
    if (u && tall)
        sum += weight * (4 * k * k * k / 3 + 2 * large * k * k) + generated(large, u, k, weight);
    else if (u)
        sum += generated(large, u, k, weight);
    return sum;
}

/* gesvdx: bisection and inverse iteration on the Golub-Kahan form, for s of k triplets. */
count_t count_gesvdx(int64_t jobu, int64_t jobvt, count_t m, count_t n, count_t s, count_t weight)
{
    const count_t k = count_min(m, n), large = count_max(m, n);
    if (outside(count_min(k, s), large))
        return count_outside(count_min(k, s));
    const bool tall = tall_for_gesvd(large, k);
    count_t sum = reduced(tall, m, n, weight) + 319 * k * s;
    if (jobu != 'V' && jobvt != 'V')
        return sum;
    sum += 96 * k * s + 73 * k * k * s / 100;
    if (jobu == 'V')
        sum += applied(m >= n && !tall ? large : k, s, k, weight);
    if (jobvt == 'V')
        sum += applied(m < n && !tall ? large : k, s, k, weight);
    if (tall && (m >= n ? jobu : jobvt) == 'V')
        sum += applied(large, s, k, weight);
    return sum;
}

/* One-sided Jacobi: six sweeps of rotations over all pairs of columns, each a product, a rotation of two columns, and
 * of two of V's where it is wanted. Structure; nobody checked it against counted runs. */
count_t count_gesvj(int64_t jobv, count_t m, count_t n, count_t weight)
{
    if (outside(count_min(m, n), count_max(m, n)))
        return count_outside(count_min(m, n));
    const count_t sweeps = weight * 6 * n * (n - 1) / 2 * (8 * m + (jobv == 'N' ? 0 : 6 * n));
    return weight == 4 ? 13 * sweeps / 10 : sweeps; /* complex rotations turn by a phase besides: fitted */
}

/* gejsv: two pivoted or plain QR factorisations, four sweeps on the square factor, the products back. Fitted. */
count_t count_gejsv(int64_t jobu, int64_t jobv, count_t m, count_t n, count_t weight)
{
    if (outside(count_min(m, n), count_max(m, n)))
        return count_outside(count_min(m, n));
    const bool left = jobu == 'U' || jobu == 'F', right = jobv == 'V' || jobv == 'J';
    count_t sum = count_geqp3(m, n, weight) + ops_total(count_geqrf(n, n), weight);
    sum += count_gesvj(right ? 'V' : 'N', n, n, weight) * 2 / 3;
    sum += (left ? applied(m, jobu == 'F' ? m : n, n, weight) : 0) + (right ? applied(n, n, n, weight) : 0);
    return (weight == 4 ? 133 : left || right ? 87 : 120) * sum / 100;
}

/* gelsd and gelss: reduction, Q' applied to the right-hand sides, the bidiagonal problem, P applied to the solution. */
static count_t least_squares(count_t m, count_t n, count_t nrhs, count_t weight)
{
    const count_t k = count_min(m, n), large = count_max(m, n);
    const bool tall = tall_for_gesvd(large, k);
    const count_t applied_q = tall ? weight * 4 * large * k * nrhs : 0;
    return reduced(tall, m, n, weight) + applied_q + weight * 8 * k * k * nrhs;
}

count_t count_gelsd(count_t m, count_t n, count_t nrhs, count_t weight)
{
    const count_t k = count_min(m, n);
    if (outside(k, count_max(count_max(m, n), nrhs)))
        return count_outside(k);
    return least_squares(m, n, count_max(nrhs, 0), weight) + count_max(246 * k * k - 1490 * k, 100 * k);
}

count_t count_gelss(count_t m, count_t n, count_t nrhs, count_t weight)
{
    const count_t k = count_min(m, n);
    if (outside(k, count_max(count_max(m, n), nrhs)))
        return count_outside(k);
    return least_squares(m, n, count_max(nrhs, 0), weight) + weight * (66 * k * k * k + 600 * k * k) / 10;
}

/* Simultaneous bidiagonalisation of the four blocks of an m x m orthogonal matrix split at p rows and q columns: at
 * step i reflectors of m - 2 i entries in all meet m - 2 i columns and as many rows. Derived here; unchecked. */
count_t count_orbdb(count_t m, count_t p, count_t q, count_t weight)
{
    const count_t steps = count_min(count_min(p, m - p), count_min(q, m - q));
    if (outside(steps, m))
        return count_outside(steps);
    const count_t rest = m - 2 * steps;
    return weight * 4 * (m * m * m - rest * rest * rest) / 3;
}

/* The same of two blocks, p and m - p rows of q columns: at step i a reflector of columns and one of rows meet what is left
 * of both, and a projection makes the next; past the smallest dimension rows alone. Derived here. */
count_t count_orbdb_two(count_t m, count_t p, count_t q, count_t weight)
{
    const count_t s = count_min(count_min(p, m - p), count_min(q, m - q));
    if (outside(s, m))
        return count_outside(s);
    const count_t d = q - s;
    const count_t both = 12 * m * q * s - 6 * (m + 2 * q) * s * s + 8 * s * s * s;
    return weight * (both + 2 * (m - s - q) * d * d + 4 * d * d * d / 3);
}

/* bbcsd: implicit QR on four bidiagonal blocks, updating vectors of that many rows in all. As bdsqr; unchecked. */
count_t count_bbcsd(count_t q, count_t vectors, count_t weight)
{
    if (outside(q, count_max(q, vectors)))
        return count_outside(q);
    return 4 * (44 * q * q + 137 * q) + weight * 75 * q * q * count_max(vectors, 0) / 10;
}

/* orcsd: orbdb, the orthogonal factors that are wanted, bbcsd. wanted: their orders. */
count_t count_orcsd(count_t m, count_t p, count_t q, count_t u1, count_t u2, count_t v1t, count_t v2t, count_t weight)
{
    const count_t steps = count_min(count_min(p, m - p), count_min(q, m - q));
    if (outside(steps, m))
        return count_outside(steps);
    const count_t factors = u1 * u1 * u1 + u2 * u2 * u2 + v1t * v1t * v1t + v2t * v2t * v2t;
    return count_orbdb(m, p, q, weight) + weight * 4 * factors / 3 + count_bbcsd(steps, u1 + u2 + v1t + v2t, weight);
}

/* orcsd2by1: likewise, of two blocks. */
count_t count_orcsd_two(count_t m, count_t p, count_t q, count_t u1, count_t u2, count_t v1t, count_t weight)
{
    const count_t steps = count_min(count_min(p, m - p), count_min(q, m - q));
    if (outside(steps, m))
        return count_outside(steps);
    const count_t factors = u1 * u1 * u1 + u2 * u2 * u2 + v1t * v1t * v1t;
    return count_orbdb_two(m, p, q, weight) + weight * 4 * factors / 3 + count_bbcsd(steps, u1 + u2 + v1t, weight);
}

/* Preprocessing of the generalised singular value decomposition: pivoted QR of B, of A, and the updates. Unchecked. */
count_t count_ggsvp(count_t m, count_t p, count_t n, count_t weight)
{
    if (outside(count_min(count_min(m, p), n), count_max(count_max(m, p), n)))
        return count_outside(count_min(count_min(m, p), n));
    return count_geqp3(p, n, weight) + count_geqp3(m, n, weight);
}

/* Kogbetliantz sweeps on two triangular blocks of order l: 9. They come in pairs: 8 were counted to n = 160, 10 from 192 on.
 * A rotation of two real numbers is 6 operations, of two complex ones 28: the compiler makes its cosine complex. */
count_t count_tgsja(count_t m, count_t p, count_t n, count_t l, count_t vectors, count_t weight)
{
    const count_t largest = count_max(count_max(m, p), count_max(n, vectors));
    l = count_min(l, n);
    if (outside(l, largest))
        return count_outside(l);
    const count_t rotation = weight == 4 ? 28 : 6, rows = count_min(m, l) + count_min(p, l) + 2 * l + count_max(vectors, 0);
    return 9 * l * (l - 1) / 2 * rotation * rows;
}

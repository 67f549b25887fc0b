/* Counts that the price cards name. Those that return a struct are multiplications and additions in the routine's own
 * field; those that return a count_t are totals of real operations where they take a weight (4 for complex data, 1 for
 * real). Arguments may be any int64_t; options are upper-case letters; a result of 0 where it describes nothing,
 * COUNT_HUGE where a dimension is beyond DIMENSION_LIMIT. Each definition names its source: LAWN 41 is Blackford &
 * Dongarra, "Installation Guide for LAPACK" (operation counts), with the closed forms of LAPACK's timing code. */
#pragma once
#include "ops.h"
#include <stdint.h>

#ifdef COUNT_SMALL
#define FORMULA static __attribute__((unused)) /* small.c has definitions of its own */
#else
#define FORMULA
#endif

/* Entries of an m x n matrix that lie in the band of kl diagonals below and ku above the main one. Derived here: all
 * entries less the two corners outside. */
FORMULA count_t count_band(count_t m, count_t n, count_t kl, count_t ku);

/* Linear systems: linear.c */
FORMULA struct cost_ops count_getrf(count_t m, count_t n);
FORMULA struct cost_ops count_getrs(count_t n, count_t nrhs);
FORMULA struct cost_ops count_getri(count_t n);
FORMULA struct cost_ops count_gbtrf(count_t m, count_t n, count_t kl, count_t ku);
FORMULA struct cost_ops count_gbtrs(count_t n, count_t kl, count_t ku, count_t nrhs);
FORMULA struct cost_ops count_potrf(count_t n);
FORMULA struct cost_ops count_potri(count_t n);
FORMULA struct cost_ops count_potrs(count_t n, count_t nrhs);
FORMULA struct cost_ops count_lauum(count_t n);
FORMULA struct cost_ops count_pbtrf(count_t n, count_t kd);
FORMULA struct cost_ops count_pbtrs(count_t n, count_t kd, count_t nrhs);
FORMULA struct cost_ops count_sytrf(count_t n);
FORMULA struct cost_ops count_sytri(count_t n);
FORMULA struct cost_ops count_trtri(count_t n, int64_t diag);
FORMULA struct cost_ops count_trtrs(count_t n, count_t nrhs, int64_t diag);
FORMULA struct cost_ops count_tbtrs(count_t n, count_t kd, count_t nrhs, int64_t diag);
FORMULA struct cost_ops count_product(count_t m, count_t n, count_t k);
FORMULA struct cost_ops count_sygst(count_t n);
FORMULA count_t count_sbgst(int64_t vect, count_t n, count_t ka, count_t kb, count_t weight);

/* Orthogonal factorisations and least squares: orthogonal.c */
FORMULA struct cost_ops count_geqrf(count_t m, count_t n);
FORMULA struct cost_ops count_gelqf(count_t m, count_t n);
FORMULA struct cost_ops count_orgqr(count_t m, count_t n, count_t k);
FORMULA struct cost_ops count_orglq(count_t m, count_t n, count_t k);
FORMULA struct cost_ops count_ormqr(int64_t side, count_t m, count_t n, count_t k);
FORMULA struct cost_ops count_orgbr(int64_t vect, count_t m, count_t n, count_t k);
FORMULA struct cost_ops count_ormbr(int64_t vect, int64_t side, count_t m, count_t n, count_t k);
FORMULA struct cost_ops count_ormtr(int64_t side, count_t m, count_t n, count_t order);
FORMULA struct cost_ops count_geqrt(count_t m, count_t n, count_t nb);
FORMULA struct cost_ops count_tpqrt(count_t m, count_t n, count_t l, count_t nb);
FORMULA struct cost_ops count_tpqrt2(count_t m, count_t n, count_t l);
FORMULA struct cost_ops count_tprfb(int64_t side, count_t m, count_t n, count_t k, count_t l);
FORMULA struct cost_ops count_gemqrt(int64_t side, count_t m, count_t n, count_t k, count_t nb);
FORMULA struct cost_ops count_latsqr(count_t m, count_t n, count_t mb, count_t nb);
FORMULA struct cost_ops count_lamtsqr(int64_t side, count_t m, count_t n, count_t k, count_t mb, count_t nb);
FORMULA struct cost_ops count_tpmqrt(int64_t side, count_t m, count_t n, count_t k, count_t l, count_t nb);
FORMULA count_t count_geqp3(count_t m, count_t n, count_t weight);
FORMULA count_t count_geqp3rk(count_t m, count_t n, count_t nrhs, count_t most, count_t weight);
FORMULA struct cost_ops count_tzrzf(count_t m, count_t n);
FORMULA struct cost_ops count_larfb(int64_t side, count_t m, count_t n, count_t k);
FORMULA struct cost_ops count_larft(count_t n, count_t k);
FORMULA struct cost_ops count_gels(count_t m, count_t n, count_t nrhs);
FORMULA count_t count_gelsy(count_t m, count_t n, count_t nrhs, count_t weight);

/* Reductions and eigenvalues: eigen.c */
FORMULA struct cost_ops count_gebrd(count_t m, count_t n);
FORMULA struct cost_ops count_gehrd(count_t n, count_t ilo, count_t ihi);
FORMULA struct cost_ops count_sytrd(count_t n);
FORMULA count_t count_gebrd_blocked(count_t m, count_t n, count_t weight);
FORMULA count_t count_wanted(int64_t range, count_t n, count_t il, count_t iu);
FORMULA count_t count_steqr(int64_t compz, count_t n, count_t weight);
FORMULA count_t count_stedc(int64_t compz, count_t n, count_t weight);
FORMULA count_t count_stemr(int64_t jobz, count_t n, count_t k);
FORMULA count_t count_syev(int64_t jobz, count_t n, count_t weight);
FORMULA count_t count_syevd(int64_t jobz, count_t n, count_t weight);
FORMULA count_t count_syevr(int64_t jobz, count_t n, count_t k, count_t weight);
FORMULA count_t count_syevx(int64_t jobz, count_t n, count_t k, count_t weight);
FORMULA count_t count_unblocked(count_t n, count_t weight);
FORMULA count_t count_sbtrd(int64_t vect, count_t n, count_t kd, count_t weight);
FORMULA count_t count_sytrd_2stage(count_t n, count_t weight);
FORMULA count_t count_hseqr(int64_t job, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight);
FORMULA count_t count_lahqr(int64_t job, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight);
FORMULA count_t count_geev(int64_t jobvl, int64_t jobvr, count_t n, count_t weight);
FORMULA count_t count_gees(int64_t jobvs, count_t n, count_t weight);
FORMULA count_t count_gges(int64_t jobvsl, int64_t jobvsr, count_t n, count_t weight);
FORMULA count_t count_ggev(int64_t jobvl, int64_t jobvr, count_t n, count_t weight);
FORMULA count_t count_gghrd(int64_t compq, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight);
FORMULA count_t count_hgeqz(int64_t job, int64_t compq, int64_t compz, count_t n, count_t ilo, count_t ihi, count_t weight);
FORMULA count_t count_laqz0(int64_t wants, int64_t wantq, int64_t wantz, count_t n, count_t ilo, count_t ihi, count_t weight);
FORMULA count_t count_gges3(int64_t jobvsl, int64_t jobvsr, count_t n, count_t weight);
FORMULA count_t count_ggev3(int64_t jobvl, int64_t jobvr, count_t n, count_t weight);
FORMULA count_t count_trevc(int64_t side, int64_t howmny, count_t n, count_t weight);
FORMULA count_t count_trevc3(int64_t side, int64_t howmny, count_t n, count_t weight);

/* Singular values: svd.c */
FORMULA count_t count_bdsqr(count_t n, count_t vectors, count_t weight);
FORMULA count_t count_bdsdc(int64_t compq, count_t n);
FORMULA count_t count_gesdd(int64_t jobz, count_t m, count_t n, count_t weight);
FORMULA count_t count_gesvd(int64_t jobu, int64_t jobvt, count_t m, count_t n, count_t weight);
FORMULA count_t count_gesvdx(int64_t jobu, int64_t jobvt, count_t m, count_t n, count_t s, count_t weight);
FORMULA count_t count_gesvj(int64_t jobv, count_t m, count_t n, count_t weight);
FORMULA count_t count_gejsv(int64_t jobu, int64_t jobv, count_t m, count_t n, count_t weight);
FORMULA count_t count_gelsd(count_t m, count_t n, count_t nrhs, count_t weight);
FORMULA count_t count_gelss(count_t m, count_t n, count_t nrhs, count_t weight);
FORMULA count_t count_orbdb(count_t m, count_t p, count_t q, count_t weight);
FORMULA count_t count_orbdb_two(count_t m, count_t p, count_t q, count_t weight);
FORMULA count_t count_bbcsd(count_t q, count_t vectors, count_t weight);
FORMULA count_t count_orcsd(count_t m, count_t p, count_t q, count_t u1, count_t u2, count_t v1t, count_t v2t, count_t weight);
FORMULA count_t count_orcsd_two(count_t m, count_t p, count_t q, count_t u1, count_t u2, count_t v1t, count_t weight);
FORMULA count_t count_ggsvp(count_t m, count_t p, count_t n, count_t weight);
FORMULA count_t count_tgsja(count_t m, count_t p, count_t n, count_t l, count_t vectors, count_t weight);

/* Fourier transforms: fft.c */
FORMULA count_t count_fft(int64_t transform, count_t n, count_t howmany, count_t ranks);

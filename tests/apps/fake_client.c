/* Calls the fake provider with arguments that cannot be mistaken for one another, and with huge dimensions (`big`). Every
 * pointer is a number: neither library may look behind the arrays. */
#include <complex.h>
#include <stdint.h>
#include <stdio.h>
#ifdef WIDE
typedef int64_t INT;
#define BIG 0x700000000
#else
typedef int32_t INT;
#define BIG 0x7fffffff
#endif
#define N(i) (&(INT){(INT)(i)})
#define AT(n) ((void *)(uintptr_t)(0x100000000 * (n) + 0x77))

void dgemm_(const char *, const char *, const INT *, const INT *, const INT *, const double *, const double *, const INT *,
            const double *, const INT *, const double *, double *, const INT *, size_t, size_t);
void dtrsm_(const char *, const char *, const char *, const char *, const INT *, const INT *, const double *, const double *,
            const INT *, double *, const INT *, size_t, size_t, size_t, size_t);
void cblas_sgemm(int, int, int, INT, INT, INT, float, const float *, INT, const float *, INT, float, float *, INT);
void cblas_zgemm(int, int, int, INT, INT, INT, const void *, const void *, INT, const void *, INT, const void *, void *, INT);
void cblas_srotmg(float *, float *, float *, float, float *);
void cblas_zdrot(INT, void *, INT, void *, INT, double, double);
double ddot_(const INT *, const double *, const INT *, const double *, const INT *);
float cblas_sdsdot(INT, float, const float *, INT, const float *, INT);
double complex zdotc_(const INT *, const void *, const INT *, const void *, const INT *);
float complex cdotu_(const INT *, const void *, const INT *, const void *, const INT *);
void cblas_zdotc_sub(INT, const void *, INT, const void *, INT, void *);
INT idamax_(const INT *, const double *, const INT *);
size_t cblas_icamax(INT, const void *, INT);

static void every_argument(void)
{
    dgemm_("t", "C", N(11), N(12), N(13), &(double){1.5}, AT(1), N(14), AT(2), N(15), &(double){2.5}, AT(3), N(16), 17, 18);
    dtrsm_("R", "l", "N", "U", N(21), N(22), &(double){3.5}, AT(4), N(23), AT(5), N(24), 25, 26, 27, 28);
    cblas_sgemm(101, 112, 111, 31, 32, 33, 4.5f, AT(6), 34, AT(7), 35, 5.5f, AT(8), 36);
    cblas_zgemm(102, 113, 111, 41, 42, 43, &(double complex){10.5 + I}, AT(10), 44, AT(11), 45, &(double complex){I}, AT(13),
                46);
    cblas_srotmg(AT(14), AT(15), AT(16), 6.5f, AT(17));
    cblas_zdrot(51, AT(18), -52, AT(19), 53, 7.5, 8.5);
    printf("%g\n", ddot_(N(61), AT(20), N(-62), AT(21), N(63)));
    printf("%g\n", (double)cblas_sdsdot(71, 9.5f, AT(22), 72, AT(23), -73));
    double complex z = zdotc_(N(81), AT(24), N(82), AT(25), N(83));
    float complex c = cdotu_(N(91), AT(26), N(92), AT(27), N(93));
    printf("%g %g %g %g\n", creal(z), cimag(z), (double)crealf(c), (double)cimagf(c));
    cblas_zdotc_sub(101, AT(28), 102, AT(29), 103, AT(30));
    printf("%lld\n", (long long)idamax_(N(111), AT(31), N(112)));
    printf("%zx\n", cblas_icamax(121, AT(32), -122));
}

static void big(void)
{
    const double one = 1;
    const double complex one_complex = 1;
    dgemm_("N", "N", N(BIG), N(2), N(3), &one, AT(1), N(BIG), AT(2), N(BIG), &one, AT(3), N(BIG), 1, 1);
    ddot_(N(BIG), AT(1), N(1), AT(2), N(1));
    cblas_zgemm(102, 111, 111, BIG, BIG, 1, &one_complex, AT(1), BIG, AT(2), BIG, &one_complex, AT(3), BIG);
    fflush(stdout);
    dgemm_("N", "N", N(BIG), N(BIG), N(BIG), &one, AT(1), N(BIG), AT(2), N(BIG), &one, AT(3), N(BIG), 1, 1);
    dgemm_("N", "N", N(BIG), N(BIG), N(-BIG), &one, AT(1), N(BIG), AT(2), N(BIG), &one, AT(3), N(BIG), 1, 1);
}

int main(int argc, char **argv)
{
    (void)argv;
    (argc > 1 ? big : every_argument)();
    return 0;
}

/* A few calls whose arguments are no loop's business: rotations by flag, and illegal arguments. Prints what came out. */
#include <stdint.h>
#include <stdio.h>
#ifndef INTEGER
#define INTEGER int32_t
#endif
typedef INTEGER INT;

void drotm_(const INT *, double *, const INT *, double *, const INT *, const double *);
void cblas_srotm(INT, float *, INT, float *, INT, const float *);
void drotmg_(double *, double *, double *, const double *, double *);
void cblas_srotmg(float *, float *, float *, float, float *);
void drotg_(double *, double *, double *, double *);
void cblas_srotg(float *, float *, float *, float *);
void crotg_(float *, const float *, float *, float *);
void zrotg_(double *, const double *, double *, double *);
double ddot_(const INT *, const double *, const INT *, const double *, const INT *);
double cblas_ddot(INT, const double *, INT, const double *, INT);
void dgemv_(const char *, const INT *, const INT *, const double *, const double *, const INT *, const double *, const INT *,
            const double *, double *, const INT *, size_t);
void dgemm_(const char *, const char *, const INT *, const INT *, const INT *, const double *, const double *, const INT *,
            const double *, const INT *, const double *, double *, const INT *, size_t, size_t);
void cblas_dgemm(int, int, int, INT, INT, INT, double, const double *, INT, const double *, INT, double, double *, INT);

static int complaints;
void xerbla_(const char *name, const INT *info, size_t length)
{
    (void)length, printf("%.5s %d\n", name, (int)*info), complaints++;
}
void cblas_xerbla(INT info, const char *name, const char *form, ...)
{
    (void)form, (void)name, (void)info, complaints++;
}

static void rotations(void)
{
    static const float flags[] = {-2, -1, 0, 1};
    for (int i = 0; i < 4; i++) {
        double x[6] = {1, 2, 3, 4, 5, 6}, y[6] = {6, 5, 4, 3, 2, 1}, parameters[5] = {flags[i], 0.5, 0.25, 0.75, 2};
        float u[6] = {1, 2, 3, 4, 5, 6}, v[6] = {6, 5, 4, 3, 2, 1}, short_parameters[5] = {flags[i], 0.5f, 0.25f, 0.75f, 2};
        drotm_(&(INT){5}, x, &(INT){1}, y, &(INT){1}, parameters);
        cblas_srotm(3, u, 2, v, -2, short_parameters);
        printf("%g %g %g %g %g %g\n", x[0], x[4], y[2], u[0], u[4], v[4]);
    }
}

static void generators(void)
{
    double a = 3, b = 4, c, s, d1 = 2, d2 = 3, x1 = 1, p[5] = {0}, za[2] = {1, 2}, zb[2] = {3, 4}, zs[2];
    float fa = 3, fb = 4, fc, fs, fd1 = 2, fd2 = 3, fx1 = 1, fp[5] = {0}, ca[2] = {1, 2}, cb[2] = {3, 4}, cs[2];
    drotg_(&a, &b, &c, &s);
    cblas_srotg(&fa, &fb, &fc, &fs);
    printf("%g %g %g %g %g %g\n", a, c, s, (double)fa, (double)fc, (double)fs);
    drotmg_(&d1, &d2, &x1, &(double){1}, p);
    cblas_srotmg(&fd1, &fd2, &fx1, 1, fp);
    printf("%g %g %g %g %g\n", d1, x1, p[0], (double)fd1, (double)fp[0]);
    crotg_(ca, cb, &fc, cs);
    zrotg_(za, zb, &c, zs);
    printf("%g %g %g %g\n", (double)ca[0], (double)fc, za[0], c);
}

static void illegal(void)
{
    double a[36] = {1, 2, 3}, x[6] = {1, 2, 3}, y[6] = {0};
    const double one = 1;
    dgemv_("X", &(INT){3}, &(INT){2}, &one, a, &(INT){6}, x, &(INT){1}, &one, y, &(INT){1}, 1);
    dgemv_("N", &(INT){3}, &(INT){2}, &one, a, &(INT){2}, x, &(INT){1}, &one, y, &(INT){1}, 1);
    dgemv_("N", &(INT){3}, &(INT){2}, &one, a, &(INT){3}, x, &(INT){0}, &one, y, &(INT){1}, 1);
    dgemm_("N", "?", &(INT){2}, &(INT){2}, &(INT){2}, &one, a, &(INT){2}, a, &(INT){2}, &one, y, &(INT){2}, 1, 1);
    dgemm_("T", "N", &(INT){2}, &(INT){2}, &(INT){3}, &one, a, &(INT){2}, a, &(INT){3}, &one, y, &(INT){2}, 1, 1);
    cblas_dgemm(101, 111, 7, 2, 2, 2, 1, a, 2, a, 2, 1, y, 2);
    cblas_dgemm(7, 111, 111, 2, 2, 2, 1, a, 2, a, 2, 1, y, 2);
    printf("%g %g\n", x[0], (double)complaints);
}

int main(int argc, char **argv)
{
    double x[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    if (argc > 1 && *argv[1] == 'i') {
        illegal();
        return 0;
    }
    rotations();
    generators();
    printf("%g %g\n", ddot_(&(INT){10}, x, &(INT){1}, x, &(INT){-1}), cblas_ddot(5, x, 2, x, 0));
    return 0;
}

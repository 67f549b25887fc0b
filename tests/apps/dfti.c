/* MKL's DFT interface, declared as mkl_dfti.h does: transforms of 1024, twice; of three of them at once; of 16 x 32 real
 * numbers; of 64 real numbers; and, of fake_dfti.c (not where an argument is given), of three of 16 x 32 real numbers by a
 * descriptor that was made unseen. */
#include <stdio.h>

enum { SINGLE = 35, DOUBLE = 36, COMPLEX = 32, REAL = 33, SCALE = 4, TRANSFORMS = 7 };
long DftiCreateDescriptor(void **, int, int, long, ...);
long DftiCreateDescriptor_s_1d(void **, int, long);
long DftiCreateDescriptor_d_md(void **, int, long, const long *);
long DftiSetValue(void *, int, ...);
long DftiGetValue(void *, int, ...);
long DftiCommitDescriptor(void *);
long DftiComputeForward(void *, void *, ...);
long DftiComputeBackward(void *, void *, ...);
long DftiFreeDescriptor(void **);
void *fake_dfti(void);

static double x[1 << 14];

static long execute(void *d)
{
    return DftiCommitDescriptor(d) | DftiComputeForward(d, x);
}

int main(int argc, char **argv)
{
    void *d = NULL;
    double scale = 0;
    const long lengths[] = {16, 32};
    long status = DftiCreateDescriptor(&d, DOUBLE, COMPLEX, 1, 1024L);
    status |= DftiSetValue(d, SCALE, 0.25) | DftiGetValue(d, SCALE, &scale);
    status |= execute(d) | DftiComputeBackward(d, x);
    status |= DftiSetValue(d, TRANSFORMS, 3L) | DftiSetValue(d, 14, 1024L) | DftiSetValue(d, 15, 1024L);
    status |= execute(d) | DftiFreeDescriptor(&d);
    status |= DftiCreateDescriptor(&d, DOUBLE, REAL, 2, lengths) | execute(d) | DftiFreeDescriptor(&d);
    status |= DftiCreateDescriptor_d_md(&d, REAL, 2, lengths) | execute(d) | DftiFreeDescriptor(&d);
    status |= DftiCreateDescriptor_s_1d(&d, REAL, 64) | execute(d) | DftiFreeDescriptor(&d);
    (void)argv;
    if (argc == 1) {
        d = fake_dfti();
        status |= execute(d) | DftiFreeDescriptor(&d);
    }
    printf("%ld %g\n", status, scale);
    return 0;
}

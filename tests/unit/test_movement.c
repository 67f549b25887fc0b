/* What calls move at least, by hand; and shapes that are none. */
#include "movement.h"
#include <criterion/criterion.h>
#include <string.h>

static bool bytes_of(const char *name, const char *shape, uint64_t *bytes)
{
    int routine = cost_find(name);
    cr_assert(routine >= 0, "%s", name);
    *bytes = 77;
    return movement_of_shape(&cost_routines[routine], shape, bytes);
}

static const struct {
    const char *routine, *shape;
    uint64_t numbers;
    unsigned each;
} cases[] = {
    {"dgemm", "m=2 n=3 k=5", 10 + 15 + 6, 8},
    {"sgemm", "m=2 n=3 k=5", 31, 4},
    {"cgemm", "m=2 n=3 k=5", 31, 8},
    {"zgemm", "m=2 n=3 k=5", 31, 16},
    {"sbgemm", "m=2 n=3 k=5", 31, 2},
    {"zgemm3m", "m=1000000 n=1000000 k=1000000", 3000000000000, 16},
    {"ddot", "n=7", 14, 8},
    {"dsdot", "n=7", 14, 4},
    {"idamax", "n=7", 7, 8},
    {"dznrm2", "n=7", 7, 16},
    {"drotm", "n=7 param=-2", 0, 8},
    {"drotm", "n=7 param=-1", 28, 8},
    {"dgemv", "m=3 n=4", 12 + 7, 8},
    {"dgbmv", "m=4 n=4 kl=1 ku=1", 10 + 8, 8},
    {"dsymm", "m=2 n=3 side=L", 3 + 12, 8},
    {"dsymm", "m=2 n=3 side=R", 6 + 12, 8},
    {"dtrsm", "m=2 n=3 side=L diag=U", 1 + 12, 8},
    {"dtrsm", "m=2 n=3 side=R diag=N", 6 + 12, 8},
    {"dsyrk", "n=3 k=2", 6 + 6, 8},
    {"dgetrf", "m=3 n=2", 12, 8},
    {"dgesv", "n=3 nrhs=2", 18 + 12, 8},
    {"dsgesv", "n=3 nrhs=2", 18 + 12, 8},
    {"zcgesv", "n=3 nrhs=2", 18 + 12, 16},
    {"dpotrf", "n=3", 12, 8},
    {"dgbtrf", "m=5 n=5 kl=1 ku=1", 13 + 16, 8},
    {"dgttrf", "n=4", 10 + 12, 8},
    {"dgeqrf", "m=4 n=3", 24, 8},
    {"dormqr", "m=4 n=2 k=3 side=L", 6 + 16, 8},
    {"dsyev", "n=4 jobz=N", 10, 8},
    {"dsyev", "n=4 jobz=V", 26, 8},
    {"dsyevr", "n=4 il=2 iu=3 jobz=V range=I", 10 + 8, 8},
    {"dgeev", "n=4 jobvl=N jobvr=V", 32, 8},
    {"dgesdd", "m=4 n=2 jobz=A", 8 + 20, 8},
    {"dgesdd", "m=4 n=2 jobz=S", 8 + 12, 8},
    {"dgesvd", "m=4 n=2 jobu=N jobvt=A", 8 + 4, 8},
    {"dgemm", "m=0 n=3 k=5", 15, 8},
    {"dgemm", "m=-1 n=3 k=5", 0, 8},
    {"dtrtri", "n=0 diag=U", 0, 8},
};

Test(movement, is_what_is_read_and_written_once)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t bytes;
        cr_expect(bytes_of(cases[i].routine, cases[i].shape, &bytes), "%s %s", cases[i].routine, cases[i].shape);
        cr_expect(bytes == cases[i].numbers * cases[i].each, "%s %s: %lu", cases[i].routine, cases[i].shape, bytes);
    }
}

Test(movement, saturates)
{
    uint64_t bytes;
    cr_expect(bytes_of("dgemm", "m=4611686018427387904 n=4611686018427387904 k=1", &bytes) && bytes == UINT64_MAX);
}

Test(movement, knows_shapes_from_other_texts)
{
    static const char *const texts[] = {"",
                                        "m=2",
                                        "m=2 n=3",
                                        "m=2 n=3 k=5 ",
                                        "m=2 n=3 k=5 l=6",
                                        "n=3 m=2 k=5",
                                        "m=2 n=3 k=",
                                        "m=2 n=3 k=-",
                                        "m=2 n=3 k=5x",
                                        "m=2  n=3 k=5",
                                        "m=2 n=3 k",
                                        "m=2 n=3 kk=5",
                                        "m=2,n=3 k=5",
                                        "m= 2 n=3 k=5",
                                        "m=2 n=3 k=0x5",
                                        "m2 n=3 k=5",
                                        "m=2 n=3 k=LL",
                                        "m=99999999999999999999 n=3 k=5"};
    uint64_t bytes;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        cr_expect(!bytes_of("dgemm", texts[i], &bytes), "'%s'", texts[i]);
    cr_expect(!bytes_of("dlarnv", "n=3", &bytes), "it has no rule");
    cr_expect(!bytes_of("gemm_s8u8s32", "m=2 n=3 k=5", &bytes), "its numbers are of several kinds");
}

/* Every rule gives a number for every routine that has it, whatever the sizes. */
Test(movement, is_never_more_for_less)
{
    for (int r = 0; r < cost_routine_count; r++) {
        int64_t value[COST_DIMS_MOST];
        uint64_t before = 0;
        const struct cost_routine *routine = &cost_routines[r];
        uint32_t dims = cost_dims(routine).count;
        for (int64_t size = 0; size < 40; size++) {
            for (uint32_t i = 0; i < COST_DIMS_MOST; i++)
                value[i] = i < dims ? size : 'V';
            uint64_t bytes;
            if (!movement_bytes(routine, value, &bytes))
                break;
            cr_expect(bytes >= before, "%s of %ld", cost_name(routine), size);
            before = bytes;
        }
    }
}

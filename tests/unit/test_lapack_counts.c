/* LAPACK prices worked out apart from the code, in exact fractions from the closed formulas that cost/README.md names;
 * quick returns, workspace queries and sizes that no matrix has; what a question may look like. */
#include "evaluate.h"
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 16

static char error[512];

static int ask(const char *question, struct cost_answer *answer)
{
    char copy[256];
    const char *words[ARGUMENTS_MAX];
    int count = 0;
    snprintf(copy, sizeof copy, "%s", question);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) && count < ARGUMENTS_MAX;)
        words[count++] = word;
    return cost_evaluate(words[0], count - 1, words + 1, answer, error, sizeof error);
}

static uint64_t price(const char *question)
{
    struct cost_answer answer = {0};
    cr_expect_eq(ask(question, &answer), 0, "%s: %s", question, error);
    return answer.flop_cost;
}

static const struct {
    const char *question;
    uint64_t expected;
} counts[] = {
    {"dgetrf m=100 n=60", 286190},
    {"zgetrf m=60 n=100", 1138700},
    {"dgetrf m=1000 n=1000", 666166500},
    {"dgetrs n=100 nrhs=3", 59700},
    {"zgesv n=64 nrhs=5", 858048},
    {"dgetri n=100", 1323500},
    {"zgetri n=9", 3948},
    {"dpotrf n=100", 338350},
    {"zpotrf n=100", 1363500},
    {"dpptrf n=7", 140},
    {"dpotri n=100", 671750},
    {"dpotrs n=50 nrhs=2", 10000},
    {"zposv n=50 nrhs=2", 214650},
    {"dlauum n=30", 9455},
    {"dsytri n=100", 666700},
    {"dsytrf n=100", 338650},
    {"dtrtri n=100", 333400},
    {"dtrtri n=100 diag=U", 328350},
    {"ztrtrs n=40 nrhs=3", 19440},
    {"dtrtrs n=40 nrhs=3 diag=U", 4680},
    {"dtbtrs n=50 kd=4 nrhs=2", 860},
    {"dpbtrs n=50 kd=4 nrhs=2", 1720},
    {"dgbtrs n=50 kl=3 ku=4 nrhs=2", 1964},
    {"dgttrs n=20 nrhs=2", 264},
    {"dpttrf n=20", 57},
    {"zpttrf n=20", 114},
    {"dpttrs n=20 nrhs=3", 288},
    {"dgtsv n=20 nrhs=2", 321},
    {"dgeqrf m=100 n=60", 585880},
    {"dgeqrf m=60 n=100", 590680},
    {"zgeqlf m=100 n=60", 2355880},
    {"dgelqf m=100 n=60", 588340},
    {"dgerqf m=60 n=100", 588340},
    {"zgelqf m=60 n=100", 2370640},
    {"dorgqr m=100 n=60 k=40", 534880},
    {"zungql m=100 n=60 k=60", 2320240},
    {"dorglq m=60 n=100 k=40", 536520},
    {"dormqr side=L m=100 n=60 k=40", 775200},
    {"zunmlq side=R m=100 n=60 k=40", 2601720},
    {"dorgbr vect=Q m=100 n=60 k=60", 577120},
    {"dorgbr vect=P m=60 n=60 k=100", 277300},
    {"dormbr vect=Q side=L m=100 n=20 k=60", 339600},
    {"dormbr vect=P side=L m=60 n=20 k=100", 142780},
    {"dorgtr n=50", 159201},
    {"dorghr n=50 ilo=11 ihi=40", 33321},
    {"dgebrd m=100 n=60", 1157300},
    {"zgebrd m=60 n=100", 4649000},
    {"dgehrd n=100", 3328129},
    {"dsytrd n=100", 1368031},
    {"zhetrd n=100", 5502602},
    {"dlarft n=100 k=32", 89280},
    {"dlarf side=L m=50 n=30", 6030},
    {"dlaswp n=100", 0},
    {"dlange norm=M m=9 n=9", 0},
    {"dlange norm=1 m=9 n=7", 63},
    {"dgels m=100 n=60 nrhs=4", 668200},
    {"dgels m=60 n=100 nrhs=4", 670660},
    /* Without a right-hand side they return at once; gelss and gelsd do not */
    {"dgels m=100 n=60 nrhs=0", 0},
    {"zgelsy m=100 n=60 nrhs=0", 0},
    {"dgetsls m=60 n=100 nrhs=0", 0},
    {"dgelst m=60 n=100 nrhs=0", 0},
    {"dgelsx m=60 n=100 nrhs=0", 0},
    {"dsygst n=100", 1030000},
    {"dgesvx fact=F n=64 nrhs=1", 143360},
    {"dtrsyl m=20 n=30", 32400},
    {"dsyev jobz=N n=64", 629077},
    {"dgeev jobvl=N jobvr=V n=64", 6881278},
};

Test(lapack_counts, closed_formulas)
{
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        cr_expect_eq(price(counts[i].question), counts[i].expected, "%s: %" PRIu64 ", not %" PRIu64, counts[i].question,
                     price(counts[i].question), counts[i].expected);
}

Test(lapack_counts, one_operation_has_one_price)
{
    cr_expect_eq(price("dgesv n=50 nrhs=3"), price("dgetrf m=50 n=50") + price("dgetrs n=50 nrhs=3"));
    cr_expect_eq(price("dpftrf n=50"), price("dpotrf n=50"));
    cr_expect_eq(price("dgetf2 m=50 n=20"), price("dgetrf m=50 n=20"));
    cr_expect_eq(price("dtfsm side=R m=50 n=20"), price("dtrsm side=R m=50 n=20"));
    cr_expect_eq(price("dgeqr m=50 n=20"), price("dgeqrf m=50 n=20"));
    cr_expect_eq(price("dsptrd n=50"), price("dsytrd n=50"));
}

Test(lapack_counts, options_change_the_price)
{
    cr_expect_lt(price("dsyev jobz=N n=100"), price("dsyev jobz=V n=100"));
    cr_expect_lt(price("dgesdd jobz=N m=100 n=50"), price("dgesdd jobz=S m=100 n=50"));
    cr_expect_lt(price("dgesdd jobz=S m=100 n=50"), price("dgesdd jobz=A m=100 n=50"));
    cr_expect_lt(price("dgeev jobvl=N n=100"), price("dgeev jobvl=V n=100"));
    cr_expect_lt(price("dsyevr jobz=V range=I il=1 iu=5 n=100"), price("dsyevr jobz=V n=100"));
    cr_expect_lt(price("dgesvx fact=F n=100"), price("dgesvx fact=N n=100"));
    cr_expect_lt(price("dormqr side=L m=100 n=10 k=10"), price("dormqr side=L m=100 n=10 k=20"));
    cr_expect_lt(price("dgehrd n=100 ilo=10 ihi=20"), price("dgehrd n=100"));
}

Test(lapack_counts, queries_and_empty_matrices_cost_nothing)
{
    cr_expect_eq(price("dgeqrf m=100 n=60 lwork=-1"), 0);
    cr_expect_eq(price("dgeqr m=100 n=60 tsize=-2"), 0);
    cr_expect_eq(price("dsyevd jobz=V n=100 liwork=-1"), 0);
    cr_expect_eq(price("dgetrf m=0 n=100"), 0);
    cr_expect_eq(cost_price((unsigned)cost_find("dgetrf"), (int64_t[]){100, -1}, COST_OPS), 0);
    cr_expect_eq(price("dgetrs n=100 nrhs=0"), 0);
    cr_expect_eq(price("dsytrd n=1"), 0);
    cr_expect_eq(price("dgehrd n=1"), 0);
}

/* A call with such arguments is rejected and costs 0; a question about it is a mistake that 0 would hide. */
Test(lapack_counts, a_question_with_arguments_that_are_rejected_is_refused)
{
    static const struct {
        const char *question, *named;
    } bad[] = {
        {"dgemm m=-1 n=5 k=5", "dgemm: m=-1 is not accepted; a dimension is 0 or more"},
        {"cblas_dgemm m=5 n=5 k=-5", "dgemm: k=-5"},
        {"daxpy n=-1e3", "daxpy: n=-1e3"},
        {"dcopy n=-3", "dcopy: n=-3"},
        {"dgetrf m=100 n=-1", "dgetrf: n=-1"},
        {"dgesv n=4 nrhs=-1", "dgesv: nrhs=-1"},
        {"dgemm_batch m=2 n=2 k=2 group_size=-4", "dgemm_batch: group_size=-4"},
        {"dlaswp n=4 m=-1", "dlaswp: m=-1"},
        {"dgemm m=5 n=5 k=5 lda=0", "dgemm: lda=0 is not accepted; a leading dimension is 1 or more"},
        {"dgehrd n=10 ilo=6 ihi=5", "dgehrd: ilo=6 ihi=5 is not accepted; 1 <= ilo <= ihi <= n=10"},
        {"dgehrd n=10 ilo=0", "dgehrd: ilo=0 ihi=10"},
        {"dsyevr n=10 range=I il=2 iu=11", "dsyevr: il=2 iu=11"},
        {"dgesvdx m=5 n=10 range=I il=3 iu=2", "dgesvdx: il=3 iu=2"},
        {"dsyevr n=10 il=7 iu=9", "dsyevr: il=7 iu=9 is not accepted; they are of range=I, and range is A"},
        {"dorgqr m=10 n=20 k=5", "dorgqr: n=20 is not accepted; n is at most m=10"},
        {"dorglq m=5 n=20 k=6", "dorglq: k=6 is not accepted; k is at most m=5"},
        {"dormqr m=20 n=10 k=25", "dormqr: k=25 is not accepted; k is at most m=20"},
        {"dormqr side=R m=20 n=10 k=15", "dormqr: k=15 is not accepted; k is at most n=10"},
        {"dgeqrt m=9 n=5 nb=6", "dgeqrt: nb=6 is not accepted; nb is at most n=5"},
        {"dtzrzf m=5 n=3", "dtzrzf: m=5 is not accepted; m is at most n=3"},
        {"dsbgst n=10 ka=2 kb=3", "dsbgst: kb=3 is not accepted; kb is at most ka=2"},
        {"dtrexc n=10 ifst=3 ilst=11", "dtrexc: ilst=11 is not accepted; ilst is at most n=10"},
        {"dtrexc n=10 ifst=0 ilst=1", "dtrexc: ifst=0 is not accepted; it is 1 or more"},
        {"dgeqp3rk m=5 n=6 kmax=-1", "dgeqp3rk: kmax=-1 is not accepted; it is 0 or more"},
        {"dgemv m=5 n=3 incx=0", "dgemv: incx=0 is not accepted; a step is not 0"},
        {"zherk n=5 k=3 trans=T", "zherk: trans=T is not accepted; one of N, C"},
        {"zsyrk n=5 k=3 trans=C", "zsyrk: trans=C is not accepted; one of N, T"},
        {"zgels m=5 n=3 trans=T", "zgels: trans=T is not accepted; one of N, C"},
        {"dgels m=5 n=3 trans=C", "dgels: trans=C is not accepted; one of N, T"},
        {"dsyev n=5 jobz=S", "dsyev: jobz=S is not accepted; one of N, V"},
        {"dgesdd m=5 n=5 jobz=V", "dgesdd: jobz=V is not accepted; one of N, S, A, O"},
    };
    struct cost_answer answer;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_eq(ask(bad[i].question, &answer), -1, "%s is answered", bad[i].question);
        cr_expect(strncmp(error, bad[i].named, strlen(bad[i].named)) == 0, "%s: %s", bad[i].question, error);
    }
    cr_expect_eq(price("dsyevr n=10 il=1 iu=10"), price("dsyevr n=10"), "il and iu of all say nothing where range is A");
    cr_expect_eq(price("dgemv M=5 N=3 INCX=2"), 30, "names in any case");
    cr_expect_eq(price("daxpy n=5 incx=0"), 10, "a vector's step may be 0");
    cr_expect_eq(price("dsyrk n=5 k=3 trans=C"), 90, "real data have no conjugate");
}

/* By hand: 2*3*4*5 = 120. */
Test(lapack_counts, every_spelling_of_a_name_is_the_routine)
{
    static const char *const gemm[] = {"dgemm",       "DGEMM",          "dgemm_",         "DGEMM_",
                                       "dgemm_64_",   "dgemm64_",       "scipy_dgemm_",   "scipy_dgemm_64_",
                                       "cblas_dgemm", "cblas_dgemm64_", "CBLAS_DGEMM_64", "scipy_cblas_dgemm64_"};
    char question[64];
    for (size_t i = 0; i < sizeof gemm / sizeof *gemm; i++) {
        snprintf(question, sizeof question, "%s m=3 n=4 k=5", gemm[i]);
        cr_expect_eq(price(question), 120, "%s", question);
    }
    cr_expect_eq(cost_find("LAPACKE_dgesv"), cost_find("dgesv"));
    cr_expect_eq(cost_find("LAPACKE_dgesv_work64_"), cost_find("dgesv"));
    cr_expect_eq(cost_find("cblas_zdotu_sub"), cost_find("zdotu"));
    cr_expect_eq(cost_find("dgemm__"), -1);
    cr_expect_eq(cost_find(""), -1);
}

Test(lapack_counts, dimensions_that_no_matrix_has_saturate)
{
    cr_expect_eq(price("dgetrf m=4611686018427387904 n=4611686018427387904"), UINT64_MAX);
    cr_expect_eq(price("dgesdd jobz=S m=4611686018427387904 n=4611686018427387904"), UINT64_MAX);
    cr_expect_eq(price("zgeev jobvl=V jobvr=V n=9223372036854775807"), UINT64_MAX);
}

Test(evaluate, says_what_is_wrong)
{
    struct cost_answer answer;
    cr_expect_eq(ask("dgexx n=3", &answer), -1);
    cr_expect(strstr(error, "'dgexx'"), "%s", error);
    cr_expect_eq(ask("dgesv nn=3", &answer), -1);
    cr_expect(strstr(error, "'nn'") && strstr(error, "nrhs"), "%s", error);
    cr_expect_eq(ask("dgesv n=many", &answer), -1);
    cr_expect(strstr(error, "n=many"), "%s", error);
    cr_expect_eq(ask("dormqr side=Q m=3 n=3", &answer), -1);
    cr_expect(strstr(error, "side=Q") && strstr(error, "L, R"), "%s", error);
    cr_expect_eq(ask("dgesv", &answer), -1);
    cr_expect(strstr(error, "n="), "%s", error);
    cr_expect_eq(ask("dgesv n", &answer), -1);
    cr_expect(strstr(error, "name=value"), "%s", error);
}

static void expect_formula(const char *question, const char *formula)
{
    struct cost_answer answer = {0};
    cr_assert_eq(ask(question, &answer), 0, "%s", error);
    cr_expect_str_eq(answer.formula, formula, "%s: %s", question, answer.formula);
}

Test(evaluate, formulas_read_well)
{
    expect_formula("dgemm m=1 n=1 k=1", "2*m*n*k");
    expect_formula("zgemm m=1 n=1 k=1", "8*m*n*k");
    expect_formula("dsyrk n=1 k=1", "k*n*(n+1)");
    expect_formula("zherk n=1 k=1", "4*k*n*(n+1)");
    expect_formula("dasum n=1", "n");
    expect_formula("zaxpby n=1", "6*2*n + 2*n");
    expect_formula("dcopy n=1", "0");
    expect_formula("dgesv n=1", "getrf(n,n) + getrs(n,nrhs)");
    expect_formula("dgecon n=1", "11*n*n");
    expect_formula("zgecon n=1", "4*11*n*n");
}

Test(evaluate, upper_case_exponents_and_absent_arguments)
{
    cr_expect_eq(price("DGEMM m=1e2 n=100 k=100"), 2000000);
    cr_expect_eq(price("dgetrf n=100"), price("dgetrf m=100 n=100 lda=100"));
    cr_expect_eq(price("dgesv n=100"), price("dgesv n=100 nrhs=1"));
    cr_expect_eq(price("dgehrd n=100"), price("dgehrd n=100 ilo=1 ihi=100"));
}

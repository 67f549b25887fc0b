/* oplog CASE: calls in contexts that log them; prints the log, a line a call. test_oplog.py knows what it must say. */
#include <cblas.h>
#include <complex.h>
#include <flopshim.h>
#include <inttypes.h>
#include <lapacke.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dswap_(const int *, double *, const int *, double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);
void dgesv_(const int *, const int *, double *, const int *, int *, double *, const int *, int *);
void dlaset_(const char *, const int *, const int *, const double *, const double *, double *, const int *, size_t);

static double a[64], b[64], c[64];
static const int one = 1, eight = 8;

/* Reference LAPACK's would end the process. */
void xerbla_(const char *name, const int *info, size_t length)
{
    (void)info, (void)length;
    printf("xerbla %.5s\n", name);
    flopshim_deduct("in_xerbla", 5);
}

static void begin(const char *name, uint64_t budget, uint64_t capacity)
{
    flopshim_begin(&(struct flopshim_context){.namespace_ = name, .flop_budget = budget, .quiet = 1});
    printf("%s: log %d\n", name, flopshim_log_begin(capacity));
}

static void end(void)
{
    struct flopshim_usage used;
    int status = flopshim_end(&used);
    printf("end %d: used %" PRIu64 "\n", status, used.flops_used);
}

static void dot(int n)
{
    ddot_(&n, a, &one, b, &one);
}

static void multiply(int m, int n, int k)
{
    const double scale = 1;
    dgemm_("N", "N", &m, &n, &k, &scale, a, &eight, b, &eight, &scale, c, &eight, 1, 1);
}

/* Order n, the leading dimension as given. */
static int solve(int n, int nrhs, int lda)
{
    int pivots[8], info;
    memset(a, 0, sizeof a);
    for (int i = 0; i < 8; i++)
        a[i * 9] = 2;
    dgesv_(&n, &nrhs, a, &lda, pivots, b, &eight, &info);
    return info;
}

static void print(uint64_t index)
{
    struct flopshim_operation o;
    int status = flopshim_log_read(index, &o);
    printf("%" PRIu64 ":", index);
    if (status) {
        printf(" %d\n", status);
        return;
    }
    printf(" %s/%s %" PRIu64 " %" PRIu64, o.namespace_, o.name, o.flop_cost, o.cumulative);
    for (uint32_t i = 0; i < o.dim_count; i++)
        printf(" %s=%" PRId64, o.dim_names[i], o.dims[i]);
    for (uint32_t i = o.dim_count; i < 8; i++)
        if (o.dims[i])
            printf(" unused=%" PRId64, o.dims[i]);
    puts("");
}

static void print_all(void)
{
    printf("count %" PRIu64 "\n", flopshim_log_count());
    for (uint64_t i = 0; i <= flopshim_log_count(); i++)
        print(i);
}

static void calls(void)
{
    int pivots[8];
    print_all();
    printf("no context: %d\n", flopshim_log_begin(10));
    begin("work", 0, 100);
    multiply(4, 5, 6);
    flopshim_push("inner");
    cblas_dgemv(CblasRowMajor, CblasNoTrans, 3, 7, 1, a, 8, b, 1, 1, c, 1);
    flopshim_pop();
    dot(10);
    printf("info %d\n", solve(3, 1, 8));
    printf("info %d\n", solve(4, 2, 8));
    memset(b, 0, sizeof b);
    for (int i = 0; i < 8; i++)
        a[i * 9] = 2;
    printf("info %d\n", LAPACKE_dgesv(LAPACK_ROW_MAJOR, 3, 2, a, 8, pivots, b, 8));
    flopshim_deduct("my_op", 1000);
    dswap_(&(int){5}, a, &one, b, &one);
    dlaset_("A", &(int){2}, &(int){3}, a, a, c, &eight, 1);
    cblas_dgbmv(CblasColMajor, CblasNoTrans, 6, 7, 1, 2, 1, a, 8, b, 1, 1, c, 1);
    double complex z[4] = {0}, result;
    cblas_zdotu_sub(2, z, 1, z, 1, &result);
    multiply(0, 5, 6);
    end();
    print_all();
    dot(10);
    begin("second", 0, 0);
    printf("too many: %d\n", flopshim_log_begin(FLOPSHIM_LOG_MOST + 1));
    dot(10);
    printf("not logged: %" PRIu64 "\n", flopshim_log_count());
    printf("most: %d\n", flopshim_log_begin(FLOPSHIM_LOG_MOST));
    printf("NULL: %d\n", flopshim_log_read(0, NULL));
    print_all();
    dot(10);
    print_all();
    end();
}

static enum flopshim_answer answer;
static enum flopshim_answer on_refusal(const struct flopshim_refusal *refusal, void *data)
{
    (void)data;
    printf("refused %s\n", refusal->operation);
    dot(3); /* what does not fit is left out, what fits is logged as any call */
    return answer;
}

static void refused(void)
{
    flopshim_on_exhausted(on_refusal, NULL);
    begin("tight", 100, 100);
    dot(20);
    multiply(4, 5, 6);
    printf("deduct %d\n", flopshim_deduct("my_op", 70));
    answer = FLOPSHIM_RUN;
    dot(40);
    end();
    print_all();
}

/* A call that is rejected inside costs nothing; what xerbla_ deducts does. */
static void refunded(void)
{
    begin("rejected", 0, 100);
    dot(10);
    printf("info %d\n", solve(3, 1, 2));
    dot(10);
    print_all();
    end();
    begin("narrow", 0, 1);
    printf("info %d\n", solve(3, 1, 2));
    print_all();
    end();
}

static void ring(void)
{
    begin("ring", 0, 4);
    for (int n = 1; n <= 10; n++)
        dot(n);
    print_all();
    print(UINT64_MAX);
    end();
}

static void multiplier(void)
{
    flopshim_begin(&(struct flopshim_context){.multiplier = 2.5, .quiet = 1, .flop_budget = 1000, .flops_used = 100});
    printf("log %d\n", flopshim_log_begin(10));
    dot(3);
    flopshim_deduct("twice", 10);
    end();
    print_all();
}

/* ---- threads ---- */

enum { CALLS = 20000, KEPT = 1000 };
static pthread_barrier_t barrier;

static void *by_itself(void *argument)
{
    const int base = *(int *)argument, calls_made = CALLS + base;
    struct flopshim_operation o;
    int wrong = 0;
    flopshim_begin(&(struct flopshim_context){.namespace_ = base == 1 ? "one" : "two", .quiet = 1});
    pthread_barrier_wait(&barrier);
    wrong += flopshim_log_begin(KEPT) != FLOPSHIM_OK;
    for (int i = 0; i < calls_made; i++)
        dot(base);
    flopshim_end(NULL);
    wrong += flopshim_log_count() != (uint64_t)calls_made;
    wrong += flopshim_log_read((uint64_t)(calls_made - KEPT - 1), &o) != FLOPSHIM_UNKNOWN;
    for (int i = calls_made - KEPT; i < calls_made; i++) {
        wrong += flopshim_log_read((uint64_t)i, &o) != FLOPSHIM_OK || o.dims[0] != base || strcmp(o.name, "ddot");
        wrong += o.cumulative != (uint64_t)(2 * base) * (uint64_t)(i + 1) || strcmp(o.namespace_, base == 1 ? "one" : "two");
    }
    return (void *)(intptr_t)wrong;
}

static void threads(void)
{
    pthread_t both[2];
    int bases[2] = {1, 2};
    begin("main", 0, 10);
    dot(7);
    pthread_barrier_init(&barrier, NULL, 2);
    for (int i = 0; i < 2; i++)
        pthread_create(&both[i], NULL, by_itself, &bases[i]);
    for (int i = 0; i < 2; i++) {
        void *wrong;
        pthread_join(both[i], &wrong);
        printf("wrong in thread: %d\n", (int)(intptr_t)wrong);
    }
    print_all();
    end();
    flopshim_begin(&(struct flopshim_context){.scope = FLOPSHIM_PROCESS, .quiet = 1});
    printf("process's context: %d\n", flopshim_log_begin(10));
}

static long address_space_kib(void)
{
    char line[128];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, status))
        sscanf(line, "VmSize: %ld", &kib);
    fclose(status);
    return kib;
}

static void *logs_a_little(void *argument)
{
    flopshim_begin(&(struct flopshim_context){.quiet = 1});
    flopshim_log_begin(FLOPSHIM_LOG_MOST);
    dot(1);
    return argument;
}

/* Logs of threads that ended, and those that others replaced, are given back. */
static void memory(void)
{
    long after_first = 0;
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, logs_a_little, NULL);
        pthread_join(thread, NULL);
        logs_a_little(NULL);
        if (i == 0)
            after_first = address_space_kib();
    }
    printf("grew by a log: %d\n", address_space_kib() - after_first > 64 * 1024);
}

static void forked(void)
{
    begin("parent", 0, 10);
    dot(1);
    fflush(stdout);
    if (!fork()) {
        dot(2);
        print_all();
        printf("child: %d\n", flopshim_log_begin(10));
        begin("child", 0, 10);
        dot(3);
        print_all();
        fflush(stdout);
        exit(0);
    }
    wait(NULL);
    dot(4);
    print_all();
    end();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"calls", calls},           {"refused", refused}, {"refunded", refunded}, {"ring", ring},
                 {"multiplier", multiplier}, {"threads", threads}, {"memory", memory},     {"fork", forked}};
    for (size_t i = 0; argc > 1 && i < sizeof cases / sizeof *cases; i++)
        if (!strcmp(argv[1], cases[i].name))
            cases[i].run();
    return 0;
}

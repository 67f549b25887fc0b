/* Long runs against a BLAS that does nothing. Prints figures, a name and a number a line.
 *   long run CALLS THREADS NAMESPACES SHAPES   CALLS calls in THREADS threads, four at a time, each in namespaces of its turn
 *   long fill NAMESPACES OPERATIONS LIMITED   a call of each operation in each namespace; then what must go on working
 *   long contexts COUNT                        opens and closes COUNT contexts of their own names, until there is no room
 *   long tree PROCESSES                        each an image that makes one call and starts the next */
#include "flopshim.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);

enum { AT_ONCE = 4, PARTS = 20, NAMES_EACH = 5 };

static long calls_each, namespaces, shapes, refused;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long long flops;
static double *call_ns, *start_ns;

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void say(const char *name, double number)
{
    printf("%s %.17g\n", name, number);
    fflush(stdout);
}

static void dot(void)
{
    static const double x[1];
    ddot_(&(int){1}, x, &(int){1}, x, &(int){1});
}

/* A shape by its number: each of m, n and k below 128. */
static unsigned long long gemm(long shape)
{
    static const double one = 1;
    double c = 0;
    int m = 1 + (int)(shape & 127), n = 1 + (int)(shape >> 7 & 127), k = 1 + (int)(shape >> 14 & 127);
    dgemm_("N", "N", &m, &n, &k, &one, &one, &m, &one, &k, &one, &c, &m, 1, 1);
    return 2ull * (unsigned)m * (unsigned)n * (unsigned)k;
}

/* kB of a line of smaps_rollup, or 0. */
static double resident(const char *what)
{
    char line[256];
    long kb = 0;
    FILE *f = fopen("/proc/self/smaps_rollup", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, what, strlen(what)))
            kb = strtol(line + strlen(what), NULL, 10);
    if (f)
        fclose(f);
    return (double)kb;
}

/* Bytes of the ledger's file. */
static double ledger_bytes(void)
{
    char line[1024] = "";
    struct stat st = {0};
    FILE *f = fopen("/proc/self/maps", "r");
    while (f && fgets(line, sizeof line, f) && !strstr(line, ".ledger"))
        ;
    if (f)
        fclose(f);
    line[strcspn(line, "\n")] = 0;
    return strchr(line, '/') && !stat(strchr(line, '/'), &st) ? (double)st.st_size : 0;
}

static void say_memory(const char *when)
{
    char name[64];
    snprintf(name, sizeof name, "anonymous_kb_%s", when);
    say(name, resident("Anonymous:"));
    snprintf(name, sizeof name, "ledger_%s", when);
    say(name, ledger_bytes());
}

/* ---- run ---- */

static void *thread(void *argument)
{
    long number = (long)argument, shape = number * calls_each;
    char name[32];
    unsigned long long sum = 0;
    double start = cpu_ns();
    for (long i = 0; i < NAMES_EACH; i++) {
        snprintf(name, sizeof name, "namespace-%ld", (number * NAMES_EACH + i) % namespaces);
        flopshim_push(name);
        dot();
        flopshim_pop();
    }
    sum += 2 * NAMES_EACH + gemm(shape % shapes);
    double begun = cpu_ns();
    for (long i = NAMES_EACH + 1; i < calls_each; i++)
        sum += gemm((shape + i) % shapes);
    double end = cpu_ns();
    call_ns[number] = (end - begun) / (double)(calls_each - NAMES_EACH - 1);
    start_ns[number] = begun - start;
    pthread_mutex_lock(&mutex);
    flops += sum;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static int ascending(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* Least and median of the threads of a part of the run. */
static void say_part(const char *name, const double *all, long count, int part)
{
    char line[64];
    long from = count * part / PARTS, length = count * (part + 1) / PARTS - from;
    double *sorted = malloc((size_t)length * sizeof *sorted);
    memcpy(sorted, all + from, (size_t)length * sizeof *sorted);
    qsort(sorted, (size_t)length, sizeof *sorted, ascending);
    snprintf(line, sizeof line, "%s_least_%d", name, part);
    say(line, sorted[0]);
    snprintf(line, sizeof line, "%s_median_%d", name, part);
    say(line, sorted[length / 2]);
    free(sorted);
}

static int run(char **argv)
{
    long threads = atol(argv[1]);
    pthread_t ids[AT_ONCE];
    calls_each = atol(argv[0]) / threads;
    namespaces = atol(argv[2]);
    shapes = atol(argv[3]);
    call_ns = malloc((size_t)threads * sizeof *call_ns);
    start_ns = malloc((size_t)threads * sizeof *start_ns);
    memset(call_ns, 1, (size_t)threads * sizeof *call_ns);
    memset(start_ns, 1, (size_t)threads * sizeof *start_ns);
    for (long i = 0; i < threads; i += AT_ONCE) {
        for (long j = 0; j < AT_ONCE; j++)
            if (pthread_create(&ids[j], NULL, thread, (void *)(i + j)))
                return 3;
        for (long j = 0; j < AT_ONCE; j++)
            pthread_join(ids[j], NULL);
        if (i <= threads / 2 && i + AT_ONCE > threads / 2)
            say_memory("half");
    }
    say_memory("end");
    for (int part = 0; part < PARTS; part += PARTS / 4 - (part == 15)) /* 0 5 10 15 19 */
        say_part("call", call_ns, threads, part), say_part("start", start_ns, threads, part);
    say("flops", (double)flops);
    return 0;
}

/* ---- fill ---- */

static enum flopshim_answer count_refused(const struct flopshim_refusal *refusal, void *data)
{
    (void)refusal, (void)data;
    __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
    return FLOPSHIM_SKIP;
}

static void *late_thread(void *argument)
{
    (void)argument;
    flopshim_push("late");
    for (int i = 0; i < 10; i++)
        dot();
    flopshim_pop();
    return NULL;
}

/* 50 threads of 10 calls, a fork child of 10, a new name of 10: each costs 2. */
static void go_on(void)
{
    pthread_t ids[50];
    int status = 1;
    for (int i = 0; i < 50; i++)
        if (pthread_create(&ids[i], NULL, late_thread, NULL))
            exit(3);
    for (int i = 0; i < 50; i++)
        pthread_join(ids[i], NULL);
    pid_t child = fork();
    if (!child) {
        late_thread(NULL);
        exit(0);
    }
    waitpid(child, &status, 0);
    late_thread(NULL);
    say("child_status", status);
}

/* The first call makes the ledger, in the address space that the test leaves: where 256 MiB do not fit, it takes less. */
static void make_ledger(void)
{
    struct rlimit limit;
    dot();
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_AS, &limit);
}

static int fill(char **argv)
{
    char name[32];
    const struct flopshim_context context = {.namespace_ = "one more", .flop_budget = 100};
    struct flopshim_usage usage = {0};
    long operations = atol(argv[1]), charged = 0;
    namespaces = atol(argv[0]);
    flopshim_on_exhausted(count_refused, NULL);
    make_ledger();
    for (long i = 0; i < namespaces; i++) {
        snprintf(name, sizeof name, "namespace-%ld", i);
        flopshim_push(name);
        dot();
        for (long j = 1; j < operations; j++) {
            snprintf(name, sizeof name, "operation-%ld", j);
            flopshim_deduct(name, 1);
        }
        flopshim_pop();
    }
    say_memory("full");
    go_on();
    say("begin", flopshim_begin(&context));
    flopshim_end(&usage);
    while (atol(argv[2]) && flopshim_deduct("to the end", 7) == FLOPSHIM_OK)
        charged++;
    while (atol(argv[2]) && flopshim_deduct("to the end", 1) == FLOPSHIM_OK)
        charged++;
    say("charged", (double)charged);
    say("refused", (double)refused);
    flopshim_usage(NULL, &usage);
    say("used", (double)usage.flops_used);
    return 0;
}

/* ---- contexts ---- */

static int contexts(char **argv)
{
    long count = atol(argv[0]), opened = 0, wrong = 0;
    char name[32];
    struct flopshim_context context = {.namespace_ = name, .flop_budget = 10, .quiet = 1};
    struct flopshim_usage usage;
    int status = 0;
    make_ledger();
    double first = 0, last = 0;
    for (; opened < count; opened++) {
        double start = cpu_ns();
        snprintf(name, sizeof name, "context-%ld", opened);
        if ((status = flopshim_begin(&context)) != FLOPSHIM_OK)
            break;
        dot();
        flopshim_end(&usage);
        wrong += usage.flops_used != 2 || usage.calls != 1;
        *(opened < count / 2 ? &first : &last) += cpu_ns() - start;
    }
    say_memory("end");
    say("opened", (double)opened);
    say("status", status);
    say("wrong", (double)wrong);
    say("first_half_ns", first / (double)(count / 2));
    say("second_half_ns", last / (double)(count - count / 2));
    dot();
    say("push", flopshim_push("late"));
    dot();
    return 0;
}

/* ---- tree ---- */

static int tree(char **argv)
{
    long left = atol(argv[0]);
    char program[4096] = "";
    int status = 0;
    flopshim_on_exhausted(count_refused, NULL);
    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        return 3;
    for (; left > 0; left--) {
        pid_t child = fork();
        if (!child) {
            execl(program, "long", "one", (char *)NULL);
            _exit(4);
        }
        waitpid(child, &status, 0);
        if (status)
            return 5;
    }
    say_memory("end");
    double start = cpu_ns();
    dot();
    say("first_draw_ns", cpu_ns() - start);
    while (!refused)
        dot();
    say("refused", (double)refused);
    start = cpu_ns();
    dot();
    say("refusal_ns", cpu_ns() - start);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 6 && !strcmp(argv[1], "run"))
        return run(argv + 2);
    if (argc == 5 && !strcmp(argv[1], "fill"))
        return fill(argv + 2);
    if (argc == 3 && !strcmp(argv[1], "contexts"))
        return contexts(argv + 2);
    if (argc == 3 && !strcmp(argv[1], "tree"))
        return tree(argv + 2);
    dot(); /* one process of the tree */
    return 0;
}

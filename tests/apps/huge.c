/* huge PROCESSES THREADS [kill]: products of up to 2^62 FLOPs each, by a library that does nothing, all against one budget of
 * more than 2^64. A unit is 2^41 FLOPs, a product has 2^20 to 2^21 of them. Each thread of each process calls until it was
 * refused PATIENCE times since its last success; with `kill` the second half of the processes are killed meanwhile. Then the
 * first process spends what is left, down to single units. Prints how many units ran, and how many threads were killed. */
#include "flopshim.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 20, MOST_THREADS = 16, LARGEST = 21 };

void dgemm_64_(const char *transa, const char *transb, const int64_t *m, const int64_t *n, const int64_t *k,
               const double *alpha, const double *a, const int64_t *lda, const double *b, const int64_t *ldb,
               const double *beta, double *c, const int64_t *ldc, size_t length_a, size_t length_b);

static struct {
    uint64_t ran;
    int ready; /* processes that have begun */
} * shared;
static int processes = 1, slows;
static __thread int refused;

static enum flopshim_answer on_refusal(const struct flopshim_refusal *refusal, void *data)
{
    (void)refusal, (void)data;
    refused = 1;
    return FLOPSHIM_SKIP;
}

static int call(int64_t units)
{
    const int64_t side = 1 << 20;
    const double one = 1;
    double c = 0;
    refused = 0;
    dgemm_64_("N", "N", &units, &side, &side, &one, &one, &units, &one, &side, &one, &c, &units, 1, 1);
    if (!refused)
        __atomic_add_fetch(&shared->ran, (uint64_t)units, __ATOMIC_RELAXED);
    return !refused;
}

static void *work(void *seed)
{
    const struct timespec moment = {0, 100000};
    uint32_t random = 2463534242u + (uint32_t)(uintptr_t)seed * 7919;
    for (int patience = PATIENCE; patience > 0; patience--) {
        random ^= random << 13, random ^= random >> 17, random ^= random << 5;
        if (call((1 << 20) + random % (1 << 20)))
            patience = PATIENCE + 1;
        if (slows)
            nanosleep(&moment, NULL);
    }
    return NULL;
}

static void work_together(int threads, int process)
{
    pthread_t all[MOST_THREADS];
    call(1);
    for (__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
         __atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < processes;)
        sched_yield();
    for (int i = 0; i < threads; i++)
        pthread_create(&all[i], NULL, work, (void *)(uintptr_t)(process * threads + i + 1));
    for (int i = 0; i < threads; i++)
        pthread_join(all[i], NULL);
}

static pid_t start(int threads, int process)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    flopshim_on_exhausted(on_refusal, NULL);
    work_together(threads, process);
    _exit(0);
}

static void *kill_half(void *data)
{
    const struct timespec moment = {0, 20000000};
    const pid_t *pids = data;
    while (__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST) < processes)
        sched_yield();
    nanosleep(&moment, NULL);
    for (int i = (processes + 1) / 2; i < processes; i++)
        kill(pids[i], SIGKILL);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t killer;
    int threads = argc > 2 ? atoi(argv[2]) : 1;
    pid_t pids[MOST_THREADS] = {0};
    processes = argc > 2 ? atoi(argv[1]) : 1;
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    slows = argc > 3;
    flopshim_on_exhausted(on_refusal, NULL);
    for (int i = 1; i < processes; i++)
        pids[i] = start(threads, i);
    if (slows)
        pthread_create(&killer, NULL, kill_half, pids);
    work_together(threads, 0);
    if (slows)
        pthread_join(killer, NULL);
    for (int i = 1; i < processes; i++)
        waitpid(pids[i], NULL, 0);
    for (int bit = LARGEST; bit >= 0; bit--)
        while (call((int64_t)1 << bit))
            ;
    printf("%llu %d\n", (unsigned long long)shared->ran, slows ? processes / 2 * threads : 0);
    return 0;
}

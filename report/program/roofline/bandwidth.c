/* Processes, for threads would need a newer C library than the program does. Each has arrays of its own; all begin a round
 * together, and its time is from the first start to the last end (bandwidth.h). */
#include "bandwidth.h"
#include "clock.h"
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS_LEAST = 5, ROUNDS_MOST = 1000, PROCESSES_MOST = 1024 };
#define CACHE_TIMES 4 /* the arrays together are that many times the last cache */
#define CACHE_USUAL ((size_t)32 << 20)
#define MEMORY_PART 4 /* and at most one of so many parts of memory */

/* Shared by all. */
struct meeting {
    unsigned arrived[2 * ROUNDS_MOST + 2];
    bool is_over, has_failed;
    uint64_t begun_ns[PROCESSES_MOST], ended_ns[PROCESSES_MOST];
};

static bool is_set(const bool *flag)
{
    return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void set(bool *flag)
{
    __atomic_store_n(flag, true, __ATOMIC_RELEASE);
}

/* A process that ended before its time would be waited for for ever: the first one, whose children the others are, looks. */
static void meet(struct meeting *meeting, unsigned gate, unsigned self, unsigned processes)
{
    __atomic_fetch_add(&meeting->arrived[gate], 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&meeting->arrived[gate], __ATOMIC_ACQUIRE) < processes && !is_set(&meeting->has_failed)) {
        if (!self && processes > 1 && waitpid(-1, NULL, WNOHANG) > 0)
            set(&meeting->has_failed);
        sched_yield();
    }
}

/* Numbers in each array. */
static size_t size_of_arrays(unsigned processes)
{
    long cache = sysconf(_SC_LEVEL3_CACHE_SIZE), pages = sysconf(_SC_AVPHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    size_t bytes = CACHE_TIMES * (cache > (long)CACHE_USUAL ? (size_t)cache : CACHE_USUAL);
    size_t most = pages > 0 && page > 0 ? (size_t)pages * (size_t)page / MEMORY_PART : bytes;
    return (bytes < most ? bytes : most) / processes / sizeof(double) + 1;
}

__attribute__((noinline)) static void triad(double *restrict a, const double *restrict b, const double *restrict c,
                                            double scale, size_t count)
{
    for (size_t i = 0; i < count; i++)
        a[i] = b[i] + scale * c[i];
}

/* From the first start to the last end. */
static double rate_of(const struct meeting *meeting, unsigned processes, size_t count)
{
    uint64_t begun = meeting->begun_ns[0], ended = meeting->ended_ns[0];
    for (unsigned i = 1; i < processes; i++) {
        begun = meeting->begun_ns[i] < begun ? meeting->begun_ns[i] : begun;
        ended = meeting->ended_ns[i] > ended ? meeting->ended_ns[i] : ended;
    }
    return 3.0 * (double)count * sizeof(double) * processes / (double)(ended - begun + 1);
}

/* One process's part. The first one, which is ours, judges each round. Returns the best one's rate, 0 where there is none. */
static double work(struct meeting *meeting, unsigned self, unsigned processes, size_t count, double seconds)
{
    double *arrays = malloc(3 * count * sizeof *arrays), best = 0;
    if (!arrays) {
        set(&meeting->has_failed);
        return 0;
    }
    for (size_t i = 0; i < 3 * count; i++)
        arrays[i] = 1;
    uint64_t until = clock_now_ns() + (uint64_t)(seconds * 1e9);
    for (unsigned round = 0; round < ROUNDS_MOST && !is_set(&meeting->is_over) && !is_set(&meeting->has_failed); round++) {
        meet(meeting, 2 * round, self, processes);
        meeting->begun_ns[self] = clock_now_ns();
        triad(arrays, arrays + count, arrays + 2 * count, 0.5 + self, count);
        meeting->ended_ns[self] = clock_now_ns();
        if (!self && round + 1 >= ROUNDS_LEAST && clock_now_ns() > until)
            set(&meeting->is_over);
        meet(meeting, 2 * round + 1, self, processes);
        double rate = self ? 0 : rate_of(meeting, processes, count);
        best = rate > best ? rate : best;
    }
    free(arrays);
    return is_set(&meeting->has_failed) ? 0 : best;
}

double bandwidth_measure(unsigned processors, double seconds)
{
    unsigned processes = processors < 1 ? 1 : processors > PROCESSES_MOST ? PROCESSES_MOST : processors;
    size_t count = size_of_arrays(processes);
    struct meeting *meeting = mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (meeting == MAP_FAILED)
        return 0;
    unsigned started = 1;
    for (; started < processes; started++) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (!pid) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            work(meeting, started, processes, count, seconds);
            _exit(0);
        }
    }
    if (started < processes)
        set(&meeting->has_failed);
    double rate = work(meeting, 0, processes, count, seconds);
    while (wait(NULL) > 0)
        ;
    munmap(meeting, sizeof *meeting);
    return rate;
}

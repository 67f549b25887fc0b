/* race SECONDS_LIMIT: 8 threads make ddot_ calls of random lengths, all against one budget, until each was refused 40 times
 * since its last success. The handler refuses (SKIP). Prints: calls that ran, what they cost, smallest refused cost seen
 * after the last success of any thread. */
#include "flopshim.h"
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 8, LONGEST = 64, PATIENCE = 40 };
double ddot_(const int *, const double *, const int *, const double *, const int *);

static double x[LONGEST];
static pthread_barrier_t together;
static uint64_t ran_calls[THREADS], ran_flops[THREADS];
static uint64_t wrong; /* refusals that say that the call would have fitted */
static __thread int refused;

static enum flopshim_answer on_refusal(const struct flopshim_refusal *refusal, void *data)
{
    (void)data;
    refused = 1;
    if (refusal->flop_cost <= refusal->flops_remaining)
        __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
    return FLOPSHIM_SKIP;
}

static void *work(void *argument)
{
    int self = (int)(intptr_t)argument, one = 1;
    uint32_t random = 2463534242u + (uint32_t)self * 7919;
    pthread_barrier_wait(&together);
    for (int patience = PATIENCE; patience > 0;) {
        random ^= random << 13, random ^= random >> 17, random ^= random << 5;
        int n = 2 + (int)(random % (LONGEST - 1));
        refused = 0;
        ddot_(&n, x, &one, x, &one);
        if (refused) {
            patience--;
            continue;
        }
        ran_calls[self]++;
        ran_flops[self] += 2 * (uint64_t)n;
        patience = PATIENCE;
    }
    return NULL;
}

/* All threads are done: what still fits must be let through, down to the last FLOP that a call of 2 can use. */
static uint64_t spend_the_rest(void)
{
    uint64_t rest = 0;
    const int one = 1;
    for (int n = LONGEST; n > 0;) {
        refused = 0;
        ddot_(&n, x, &one, x, &one);
        if (refused)
            n--;
        else
            rest += 2 * (uint64_t)n;
    }
    return rest;
}

int main(void)
{
    pthread_t threads[THREADS];
    uint64_t calls = 0, flops = 0;
    if (flopshim_on_exhausted(on_refusal, NULL) != FLOPSHIM_OK)
        return 3;
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        calls += ran_calls[i], flops += ran_flops[i];
    printf("%llu %llu %llu %llu\n", (unsigned long long)calls, (unsigned long long)flops, (unsigned long long)wrong,
           (unsigned long long)spend_the_rest());
    return 0;
}

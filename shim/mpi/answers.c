/* A node's answering thread looks at its rank's memory every few milliseconds and calls no function of MPI: those would wait
 * for a thread that waits in one, or might not be allowed. It takes no signal of the program's. Messages of others reach that
 * memory by themselves (shared memory, a network that does it), or when the rank calls MPI. */
#include "answers.h"
#include "clock.h"
#include "loader.h"
#include "ranks.h"
#include "window.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { NONE, RUNS, IS_TO_END, HAS_ENDED };

#define LOOK_NS 4000000
#define PATIENCE_NS UINT64_C(10000000000)

static atomic_int state;
static pthread_mutex_t returning = PTHREAD_MUTEX_INITIALIZER;
static wide (*take_back)(void);
static uint64_t *asked, *answered, *returned, *collected; /* by node, and so is: */
static bool *is_mute;

void answers_return(void)
{
    pthread_mutex_lock(&returning);
    window_store(WINDOW_RETURNED, window_load(WINDOW_RETURNED) + (uint64_t)take_back());
    pthread_mutex_unlock(&returning);
}

static void *answer(void *unused)
{
    uint64_t done = 0;
    while (state == RUNS) {
        uint64_t calls = window_load(WINDOW_ASKED);
        if (calls != done) {
            answers_return();
            window_store(WINDOW_ANSWERED, calls);
            done = calls;
        }
        clock_pause(LOOK_NS);
    }
    state = HAS_ENDED;
    return unused;
}

static void start(void)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    state = RUNS;
    if (pthread_create(&thread, NULL, answer, NULL) == 0)
        pthread_detach(thread);
    else
        state = NONE;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

bool answers_begin(wide (*how)(void))
{
    size_t size = (size_t)ranks.node_count;
    take_back = how;
    asked = calloc(4 * size, sizeof *asked);
    is_mute = calloc(size, sizeof *is_mute);
    if (!asked || !is_mute)
        return false;
    answered = asked + size;
    returned = answered + size;
    collected = returned + size;
    if (ranks.rank == ranks.leader)
        start();
    return state == RUNS || ranks.rank != ranks.leader;
}

void answers_end(void)
{
    int runs = RUNS;
    if (atomic_compare_exchange_strong(&state, &runs, IS_TO_END))
        while (state != HAS_ENDED)
            clock_pause(LOOK_NS / 8);
    free(asked);
    free(is_mute);
}

static bool is_awaited(int node)
{
    return ranks.nodes[node] != ranks.leader && !is_mute[node] && answered[node] <= asked[node];
}

static bool is_anybody_awaited(void)
{
    for (int node = 0; node < ranks.node_count; node++)
        if (is_awaited(node))
            return true;
    return false;
}

static void wait_for_answers(void)
{
    uint64_t until = clock_now_ns() + PATIENCE_NS;
    do {
        clock_pause(LOOK_NS / 4);
        window_add_others(WINDOW_ANSWERED, 0, answered);
    } while (is_anybody_awaited() && clock_now_ns() < until && !window_failed());
    for (int node = 0; node < ranks.node_count; node++)
        is_mute[node] |= is_awaited(node);
}

uint64_t answers_collect(void)
{
    uint64_t sum = 0;
    window_add_others(WINDOW_ASKED, 1, asked);
    wait_for_answers();
    window_add_others(WINDOW_RETURNED, 0, returned);
    window_add_others(WINDOW_COLLECTED, 0, collected);
    for (int node = 0; node < ranks.node_count; node++) {
        if (ranks.nodes[node] == ranks.leader || returned[node] == collected[node])
            continue;
        window_replace(ranks.nodes[node], WINDOW_COLLECTED, returned[node]);
        sum += returned[node] - collected[node];
    }
    return window_failed() ? 0 : sum;
}

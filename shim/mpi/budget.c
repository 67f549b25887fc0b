/* The pool's counter tells what is given out. It is never above the limit but by what ranks used before MPI_Init: a rank takes
 * while it has the pool locked, and what ranks return is put into the pool by whoever has it locked. So a FLOP is in the pool,
 * in one rank's share, or returned by one. */
#include "budget.h"
#include "answers.h"
#include "clock.h"
#include "job.h"
#include "link.h"
#include "loader.h"
#include "mpi_calls.h"
#include "ranks.h"
#include "window.h"

#define MOMENT_NS 1000000
/* For ranks that do not come to MPI_Finalize, where this one's exception was handled by nobody */
#define LATE_NS UINT64_C(5000000000)

/* Held by the one thread of the rank that draws, and while MPI is being finalized */
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static bool is_open;
static int level; /* of threads, that MPI provides */

static uint64_t limit(void)
{
    return link_find()->config->limit_flops;
}

int budget_level(int required)
{
    return ranks_are_wanted() && limit() != CONFIG_UNLIMITED ? MPI_MULTIPLE : required;
}

/* ---- the pool ---- */

/* Half of an equal share of what is left, so that all ranks together can draw for long: the last FLOPs go out in small pieces.
 */
static uint64_t piece_of(uint64_t rest)
{
    return ranks.size == 1 ? rest : rest / (2 * (uint64_t)ranks.size);
}

/* A rank that finds the lock taken tries again, ever less often. MPI_Compare_and_swap would do without a lock, but Open
 * MPI 4.1.4 crashes in it where the ranks of a node share memory (osc/rdma over btl/vader); its MPI_Fetch_and_op is sound. */
static void lock_pool(void)
{
    long ns = MOMENT_NS / 50;
    while (window_replace(0, WINDOW_LOCK, 1) && !window_failed()) {
        clock_pause(ns);
        ns += ns < MOMENT_NS ? ns : 0;
    }
}

static void unlock_pool(void)
{
    window_replace(0, WINDOW_LOCK, 0);
}

/* With the pool locked. 0: there are not so many; *left are. */
static uint64_t take(uint64_t need, uint64_t *left)
{
    uint64_t taken = window_read(0, WINDOW_TAKEN);
    *left = taken < limit() ? limit() - taken : 0;
    if (*left < need || window_failed())
        return 0;
    uint64_t got = need + piece_of(*left - need);
    window_add(0, WINDOW_TAKEN, got);
    return got;
}

static uint64_t take_or_call_back(uint64_t need, uint64_t *left)
{
    lock_pool();
    uint64_t got = take(need, left);
    if (!got) {
        window_add(0, WINDOW_TAKEN, -answers_collect());
        got = take(need, left);
    }
    unlock_pool();
    return got;
}

/* ---- whoever runs short ---- */

static bool may_call(void)
{
    int is_main = 0;
    return level == MPI_MULTIPLE || (mpi.is_thread_main(&is_main) == MPI_OK && is_main);
}

/* True where MPI was finalized meanwhile: the process has the rest for itself. */
static bool draw(uint64_t need)
{
    uint64_t left = 0, got = 0;
    pthread_mutex_lock(&busy);
    bool was_open = is_open;
    if (was_open && may_call())
        got = take_or_call_back(need, &left);
    pthread_mutex_unlock(&busy);
    if (got)
        link_find()->add(got);
    else if (was_open)
        link_find()->left(left);
    return got || !was_open;
}

static void leave(int status)
{
    ranks_abort();
    mpi.abort(mpi_abi.world, status);
}

static const struct share_hooks hooks = {.draw = draw, .leave = leave};

/* ---- the beginning and the end ---- */

bool budget_begin(void)
{
    if (limit() == CONFIG_UNLIMITED)
        return true;
    if (mpi.query_thread(&level) != MPI_OK || !window_open())
        return false;
    uint64_t spent = link_find()->join(&hooks);
    window_add(0, WINDOW_TAKEN, spent);
    is_open = answers_begin(link_find()->release) && !window_failed() && mpi.barrier(ranks.comm) == MPI_OK;
    return is_open;
}

/* Until all ranks are here. Where an exception of this one was handled by nobody, the others may wait for what it would have
 * sent. */
static void meet(void)
{
    mpi_handle request = 0;
    int done = 0;
    uint64_t until = clock_now_ns() + LATE_NS;
    if (mpi.ibarrier(ranks.comm, &request) != MPI_OK)
        return;
    while (mpi.test(&request, &done, (void *)mpi_abi.no_status) == MPI_OK && !done) {
        if (link_find()->is_unhandled() && clock_now_ns() > until)
            leave(1);
        clock_pause(MOMENT_NS / 10);
    }
}

/* What is in the pool, and what was returned and is not in it again. Nobody draws any more. */
static uint64_t all_left(void)
{
    uint64_t ours = window_load(WINDOW_RETURNED) - window_load(WINDOW_COLLECTED), all = 0;
    if (ranks.rank == 0)
        ours += limit() - window_load(WINDOW_TAKEN);
    bool known = mpi.allreduce(&ours, &all, 1, mpi_abi.number, mpi_abi.sum, ranks.comm) == MPI_OK;
    return known && all <= limit() ? all : 0; /* ranks may have overdrawn it before MPI_Init */
}

/* What is left then is shared out, for calls after MPI_Finalize. */
void budget_end(void)
{
    pthread_mutex_lock(&busy);
    if (is_open) {
        answers_return();
        meet();
        uint64_t left = all_left();
        answers_end();
        window_close();
        link_find()->leave_job(left / (uint64_t)ranks.size);
    }
    is_open = false;
    pthread_mutex_unlock(&busy);
}

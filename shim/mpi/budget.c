/* The pool's counter tells what is given out. It is never above the limit but by what ranks used before MPI_Init: a rank takes
 * for its node while it has the pool locked, and what nodes return is put into the pool by whoever has it locked. So a FLOP is
 * in the pool, in one node's share, or returned by one. */
#include "budget.h"
#include "answers.h"
#include "clock.h"
#include "job.h"
#include "link.h"
#include "loader.h"
#include "mpi_calls.h"
#include "node.h"
#include "ranks.h"
#include "window.h"
#include <stdlib.h>

#define MOMENT_NS 1000000
#define MOST_AT_ONCE ((uint64_t)1 << 60)
/* For ranks that do not come to MPI_Finalize, where this one's exception was handled by nobody */
#define LATE_NS UINT64_C(5000000000)

/* Held by the one thread of the rank that draws, and while MPI is being finalized */
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
static bool is_open;
static int level; /* of threads, that MPI provides */

static wide limit(void)
{
    return link_find()->config->limit_flops;
}

int budget_level(int required)
{
    return ranks_are_wanted() && limit() != CONFIG_UNLIMITED ? MPI_MULTIPLE : required;
}

/* ---- the pool ---- */

/* Half of an equal share of what is left, so that all nodes together can draw for long: the last FLOPs go out in small pieces.
 * What a node returns between two collections is counted in 64 bits, so it holds less than that. */
static uint64_t piece_of(wide rest)
{
    wide piece = ranks.node_count == 1 ? rest : rest / (2 * (unsigned)ranks.node_count);
    return piece < MOST_AT_ONCE ? (uint64_t)piece : MOST_AT_ONCE;
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

/* With the pool locked, and so the next two. */
static wide taken(void)
{
    wide high = limit() > UINT64_MAX / 2 ? window_read(0, WINDOW_TAKEN_HIGH) : 0;
    return high << 64 | window_read(0, WINDOW_TAKEN);
}

static void change_taken(wide from, wide to)
{
    uint64_t high = (uint64_t)(to >> 64) - (uint64_t)(from >> 64);
    window_add(0, WINDOW_TAKEN, (uint64_t)(to - from));
    if (high)
        window_add(0, WINDOW_TAKEN_HIGH, high);
}

/* 0: there are not so many; *left are. */
static wide take(uint64_t need, wide *left)
{
    wide before = taken();
    *left = wide_less(limit(), before);
    if (*left < need || window_failed())
        return 0;
    wide got = need + (need < MOST_AT_ONCE ? piece_of(*left - need) : (wide)0);
    change_taken(before, before + got);
    return got;
}

static wide take_or_call_back(uint64_t need, wide *left)
{
    lock_pool();
    wide got = take(need, left);
    if (!got) {
        uint64_t returned = answers_collect();
        wide before = returned ? taken() : 0;
        if (returned)
            change_taken(before, before - returned);
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

/* Who waits for another rank of its node calls MPI all the same: that one may wait for a message that this rank is to see. */
static void begin_drawing(void)
{
    int is_there;
    for (long ns = MOMENT_NS / 50; !link_find()->begin_drawing(); ns += ns < MOMENT_NS ? ns : 0) {
        if (mpi.iprobe)
            mpi.iprobe(0, 0, ranks.comm, &is_there, (void *)mpi_abi.no_status);
        clock_pause(ns);
    }
}

/* True: the node has got some, now or since it had `draws`. */
static bool draw_for_node(uint64_t need, uint64_t draws, wide *left)
{
    wide got = 0;
    begin_drawing();
    bool others_got = link_find()->draws() != draws;
    if (!others_got)
        got = take_or_call_back(need, left);
    if (got)
        link_find()->add(got);
    link_find()->end_drawing();
    return got || others_got;
}

/* True where MPI was finalized meanwhile: the process has the rest for itself. */
static bool draw(uint64_t need, uint64_t draws)
{
    wide left = 0;
    pthread_mutex_lock(&busy);
    bool was_open = is_open, got = was_open && may_call() && draw_for_node(need, draws, &left);
    pthread_mutex_unlock(&busy);
    if (!got && was_open)
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

/* In parts of 32 bits each, so that their sums over all ranks have room. A collective, and so needs nobody's answers. */
static bool sum_of_all(wide ours, wide *all)
{
    uint64_t parts[4], sums[4];
    for (int i = 0; i < 4; i++)
        parts[i] = (uint32_t)(ours >> 32 * i);
    if (mpi.allreduce(parts, sums, 4, mpi_abi.number, mpi_abi.sum, ranks.comm) != MPI_OK)
        return false;
    for (int i = 0; i < 4; i++)
        *all += (wide)sums[i] << 32 * i;
    return true;
}

/* Each node has its first piece without asking: one that is alone all of it. */
static void deal(wide spent)
{
    wide piece = piece_of(wide_less(limit(), spent)), given = spent + piece * (unsigned)ranks.node_count;
    if (ranks.rank == 0) {
        window_store(WINDOW_TAKEN, (uint64_t)given);
        window_store(WINDOW_TAKEN_HIGH, (uint64_t)(given >> 64));
    }
    if (ranks.rank == ranks.leader)
        link_find()->add(piece);
}

bool budget_begin(void)
{
    if (limit() == CONFIG_UNLIMITED)
        return true;
    if (mpi.query_thread(&level) != MPI_OK || !window_open())
        return false;
    wide spent = 0;
    bool known = node_list() && sum_of_all(link_find()->join(&hooks), &spent);
    if (ranks.is_shared)
        link_find()->join_node();
    if (known)
        deal(spent);
    is_open = answers_begin(link_find()->release) && known && !window_failed() && mpi.barrier(ranks.comm) == MPI_OK;
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
static wide all_left(void)
{
    wide ours = window_load(WINDOW_RETURNED) - window_load(WINDOW_COLLECTED), all = 0;
    if (ranks.rank == 0)
        ours += limit() - ((wide)window_load(WINDOW_TAKEN_HIGH) << 64 | window_load(WINDOW_TAKEN));
    return sum_of_all(ours, &all) && all <= limit() ? all : 0; /* ranks may have overdrawn it before MPI_Init */
}

/* What is left then is shared out, for calls after MPI_Finalize. */
void budget_end(void)
{
    pthread_mutex_lock(&busy);
    if (is_open) {
        meet();
        if (ranks.rank == ranks.leader)
            answers_return();
        wide left = all_left();
        answers_end();
        window_close();
        link_find()->leave_job(left / (unsigned)ranks.size);
        free(ranks.nodes);
    }
    is_open = false;
    pthread_mutex_unlock(&busy);
}

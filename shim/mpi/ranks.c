/* Joining a job, and leaving it (ranks.h). */
#include "ranks.h"
#include "budget.h"
#include "clock.h"
#include "gather.h"
#include "job.h"
#include "kernel.h"
#include "link.h"
#include "mpi_calls.h"
#include "node.h"
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MOMENT_NS 100000
/* For the launcher, before the job is aborted */
#define READ_NS UINT64_C(500000000)

struct ranks ranks;
static atomic_flag has_begun = ATOMIC_FLAG_INIT;

/* With a limit of the job nothing else than the job can be held to it. */
static void give_up(const struct job_link *link, const char *why)
{
    bool limited = link->config->limit_flops != CONFIG_UNLIMITED;
    link->say("flopshim: FLOP_SCOPE=job: ", why,
              limited ? "; the program is not run without its limit" : "; each process is counted by itself", NULL);
    if (limited)
        link->end(2);
}

bool ranks_are_wanted(void)
{
    const struct job_link *link = link_find();
    return link && link->config->job && !link->config->disabled;
}

/* Rank 0 draws the job's number, by the clock. */
static bool join(void)
{
    uint32_t number = (uint32_t)clock_now_ns() ^ (uint32_t)getpid() << 16;
    bool joined = mpi.comm_dup(mpi_abi.world, &ranks.comm) == MPI_OK &&
                  mpi.comm_set_errhandler(ranks.comm, mpi_abi.errors_return) == MPI_OK &&
                  mpi.comm_rank(ranks.comm, &ranks.rank) == MPI_OK && mpi.comm_size(ranks.comm, &ranks.size) == MPI_OK &&
                  mpi.bcast(&number, 1, mpi_abi.integer, 0, ranks.comm) == MPI_OK;
    if (joined) {
        link_find()->joined((uint32_t)ranks.rank, (uint32_t)ranks.size, number);
        node_join();
    }
    return joined;
}

void ranks_begin(uintptr_t caller)
{
    if (!ranks_are_wanted() || atomic_flag_test_and_set(&has_begun))
        return;
    const char *why = mpi_calls_find(caller);
    if (!why && !join())
        why = "MPI gave no communicator of all ranks";
    if (!why && !budget_begin())
        why = mpi_abi.no_window;
    if (why)
        give_up(link_find(), why);
    else
        ranks.is_open = true;
}

void ranks_note_session(void)
{
    if (ranks_are_wanted() && !atomic_flag_test_and_set(&has_begun))
        give_up(link_find(), "the program uses MPI by sessions, without MPI_Init");
}

/* MPICH's Hydra kills the job without reading what a rank wrote last, in 1 of 100 aborts: so the refusal would be lost. */
static void let_stderr_be_read(void)
{
    struct stat file;
    int unread = 0;
    if (kernel_fstat(STDERR_FILENO, &file) != 0 || !S_ISFIFO(file.st_mode))
        return;
    for (uint64_t until = clock_now_ns() + READ_NS; clock_now_ns() < until; clock_pause(MOMENT_NS))
        if (ioctl(STDERR_FILENO, FIONREAD, &unread) != 0 || unread == 0)
            return;
}

void ranks_abort(void)
{
    ranks.is_open = false;
    if (!ranks.size)
        return;
    link_find()->advise("MPI_Abort ends it");
    let_stderr_be_read();
}

void ranks_end(void)
{
    if (!ranks.is_open)
        return;
    ranks.is_open = false;
    budget_end();
    gather_summaries();
    mpi.comm_free(&ranks.comm);
}

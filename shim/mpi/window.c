/* The window (window.h): open to all ranks from its making to its end, each change flushed before it is believed. */
#include "window.h"
#include "mpi_calls.h"
#include "ranks.h"
#include <stdatomic.h>
#include <string.h>

static mpi_handle window;
static uint64_t *words;
static atomic_bool failed;

static void check(int result)
{
    if (result != MPI_OK)
        failed = true;
}

bool window_failed(void)
{
    return failed;
}

bool window_open(void)
{
    if (mpi.win_allocate(WINDOW_WORDS * sizeof *words, sizeof *words, mpi_abi.no_info, ranks.comm, &words, &window) != MPI_OK)
        return false;
    check(mpi.win_set_errhandler(window, mpi_abi.errors_return));
    memset(words, 0, WINDOW_WORDS * sizeof *words);
    check(mpi.barrier(ranks.comm));
    check(mpi.win_lock_all(0, window));
    return !failed;
}

void window_close(void)
{
    check(mpi.win_unlock_all(window));
    check(mpi.win_free(&window));
}

uint64_t window_load(enum window_word word)
{
    return __atomic_load_n(&words[word], __ATOMIC_ACQUIRE);
}

void window_store(enum window_word word, uint64_t value)
{
    __atomic_store_n(&words[word], value, __ATOMIC_RELEASE);
}

static uint64_t change(int rank, enum window_word word, uint64_t operand, mpi_handle operation)
{
    uint64_t before = 0;
    check(mpi.fetch_and_op(&operand, &before, mpi_abi.number, rank, word, operation, window));
    check(mpi.win_flush(rank, window));
    return before;
}

uint64_t window_read(int rank, enum window_word word)
{
    return change(rank, word, 0, mpi_abi.no_op);
}

void window_add(int rank, enum window_word word, uint64_t more)
{
    change(rank, word, more, mpi_abi.sum);
}

uint64_t window_replace(int rank, enum window_word word, uint64_t by)
{
    return change(rank, word, by, mpi_abi.replace);
}

void window_add_others(enum window_word word, uint64_t more, uint64_t *before)
{
    mpi_handle operation = more ? mpi_abi.sum : mpi_abi.no_op;
    for (int i = 0; i < ranks.node_count; i++)
        if (ranks.nodes[i] != ranks.leader)
            check(mpi.fetch_and_op(&more, &before[i], mpi_abi.number, ranks.nodes[i], word, operation, window));
    check(mpi.win_flush_all(window));
}

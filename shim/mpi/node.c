/* Of the ranks that share memory the first one makes the ledger and moves in; then the others do, each into the slot of its
 * number. Where it cannot, each has its own; so has one that cannot follow it: another folder, another user, no room. */
#include "node.h"
#include "job.h"
#include "link.h"
#include "mpi_calls.h"
#include "ranks.h"
#include <stdlib.h>
#include <unistd.h>

struct place {
    int leader;
    char path[600]; /* "": there is none */
};

static void make(struct place *place, int size)
{
    const struct job_link *link = link_find();
    place->leader = ranks.rank;
    bool made = link->make_node((uint32_t)size, place->path, sizeof place->path);
    if (made && link->move_to_node(place->path, 0))
        return;
    if (made)
        unlink(place->path);
    *place->path = 0;
}

/* The budget's account is shared by all that have moved in, or by none. */
static bool all_can_share(mpi_handle node, bool moved)
{
    const struct job_link *link = link_find();
    uint64_t failed = 0, all_failed = 0;
    if (link->config->limit_flops == CONFIG_UNLIMITED)
        return true;
    if (moved)
        failed = !link->map_node();
    return mpi.allreduce(&failed, &all_failed, 1, mpi_abi.number, mpi_abi.sum, node) == MPI_OK && !all_failed;
}

static void share(mpi_handle node)
{
    struct place place = {0};
    int number, size;
    if (mpi.comm_set_errhandler(node, mpi_abi.errors_return) != MPI_OK || mpi.comm_rank(node, &number) != MPI_OK ||
        mpi.comm_size(node, &size) != MPI_OK)
        return;
    if (number == 0 && size > 1)
        make(&place, size);
    if (mpi.bcast(&place, sizeof place, mpi_abi.byte, 0, node) != MPI_OK || !*place.path)
        return;
    bool moved = number == 0 || link_find()->move_to_node(place.path, (uint32_t)number);
    ranks.is_shared = all_can_share(node, moved) && moved;
    if (ranks.is_shared)
        ranks.leader = place.leader;
}

void node_join(void)
{
    mpi_handle node = 0;
    ranks.leader = ranks.rank;
    if (!mpi.comm_split_type || mpi.comm_split_type(ranks.comm, mpi_abi.shared, ranks.rank, mpi_abi.no_info, &node) != MPI_OK)
        return;
    share(node);
    mpi.comm_free(&node);
}

bool node_list(void)
{
    int *leaders = malloc(((size_t)ranks.size + 1) * sizeof *leaders), leader = ranks.leader;
    if (!leaders || mpi.gather(&leader, 1, mpi_abi.integer, leaders, 1, mpi_abi.integer, 0, ranks.comm) != MPI_OK ||
        mpi.bcast(leaders, ranks.size, mpi_abi.integer, 0, ranks.comm) != MPI_OK)
        return false;
    ranks.nodes = leaders;
    ranks.node_count = 0;
    for (int rank = 0; rank < ranks.size; rank++)
        if (leaders[rank] == rank)
            ranks.nodes[ranks.node_count++] = rank;
    return true;
}

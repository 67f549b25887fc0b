/* The table (mpi_abi.h), which tests/apps/mpi_abi.c holds to the headers of both. */
#include "mpi_abi.h"
#include <stddef.h>
#include <string.h>

static const struct {
    size_t at;
    const char *openmpi;
    mpi_handle mpich;
} handles[] = {
    {offsetof(struct mpi_abi, world), "ompi_mpi_comm_world", 0x44000000},
    {offsetof(struct mpi_abi, byte), "ompi_mpi_byte", 0x4c00010d},
    {offsetof(struct mpi_abi, integer), "ompi_mpi_int", 0x4c000405},
    {offsetof(struct mpi_abi, number), "ompi_mpi_unsigned_long", 0x4c000808},
    {offsetof(struct mpi_abi, no_info), "ompi_mpi_info_null", 0x1c000000},
    {offsetof(struct mpi_abi, errors_return), "ompi_mpi_errors_return", 0x54000001},
    {offsetof(struct mpi_abi, sum), "ompi_mpi_op_sum", 0x58000003},
    {offsetof(struct mpi_abi, replace), "ompi_mpi_op_replace", 0x5800000d},
    {offsetof(struct mpi_abi, no_op), "ompi_mpi_op_no_op", 0x5800000e},
};

static const char *const like_mpich[] = {"MPICH", "Intel(R) MPI", "MVAPICH", "CRAY MPICH"};

static bool begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
}

static bool is_like_mpich(const char *version)
{
    for (size_t i = 0; i < sizeof like_mpich / sizeof *like_mpich; i++)
        if (begins_with(version, like_mpich[i]))
            return true;
    return false;
}

/* Its osc/pt2pt refuses threads, osc/rdma needs such a network, and osc/ucx is not taken by itself without one. */
static const char no_window[] = "MPI made no window for the account";
static const char no_window_openmpi[] =
    "MPI made no window for the account (between nodes without RDMA, Open MPI 4 does with OMPI_MCA_osc=ucx, "
    "OMPI_MCA_opal_common_ucx_tls=any and OMPI_MCA_opal_common_ucx_devices=any, given to all ranks: mpirun -x)";

bool mpi_abi_of(const char *version, void *(*find)(const char *name), struct mpi_abi *abi)
{
    bool is_openmpi = begins_with(version, "Open MPI");
    if (!is_openmpi && !is_like_mpich(version))
        return false;
    abi->name = is_openmpi ? "Open MPI" : "MPICH";
    abi->no_window = is_openmpi ? no_window_openmpi : no_window;
    for (size_t i = 0; i < sizeof handles / sizeof *handles; i++) {
        mpi_handle handle = is_openmpi ? (mpi_handle)find(handles[i].openmpi) : handles[i].mpich;
        if (!handle)
            return false;
        memcpy((char *)abi + handles[i].at, &handle, sizeof handle);
    }
    abi->no_status = is_openmpi ? 0 : 1;
    abi->shared = is_openmpi ? 0 : 1;
    return true;
}

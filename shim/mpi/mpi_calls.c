/* Functions are sought behind this library in the loader's order, where another tool may stand before the MPI library; and
 * where that was loaded for one object alone (Python's extensions), in what that object needs. */
#include "mpi_calls.h"
#include "loader.h"
#include <stdio.h>
#include <string.h>

struct mpi_calls mpi;
struct mpi_abi mpi_abi;

static const struct {
    const char *name;
    size_t at;
} functions[] = {
    {"PMPI_Get_library_version", offsetof(struct mpi_calls, get_library_version)},
    {"PMPI_Comm_dup", offsetof(struct mpi_calls, comm_dup)},
    {"PMPI_Comm_split_type", offsetof(struct mpi_calls, comm_split_type)},
    {"PMPI_Comm_set_errhandler", offsetof(struct mpi_calls, comm_set_errhandler)},
    {"PMPI_Comm_rank", offsetof(struct mpi_calls, comm_rank)},
    {"PMPI_Comm_size", offsetof(struct mpi_calls, comm_size)},
    {"PMPI_Comm_free", offsetof(struct mpi_calls, comm_free)},
    {"PMPI_Barrier", offsetof(struct mpi_calls, barrier)},
    {"PMPI_Bcast", offsetof(struct mpi_calls, bcast)},
    {"PMPI_Gather", offsetof(struct mpi_calls, gather)},
    {"PMPI_Gatherv", offsetof(struct mpi_calls, gatherv)},
    {"PMPI_Allreduce", offsetof(struct mpi_calls, allreduce)},
    {"PMPI_Abort", offsetof(struct mpi_calls, abort)},
    {"PMPI_Query_thread", offsetof(struct mpi_calls, query_thread)},
    {"PMPI_Is_thread_main", offsetof(struct mpi_calls, is_thread_main)},
    {"PMPI_Iprobe", offsetof(struct mpi_calls, iprobe)},
    {"PMPI_Ibarrier", offsetof(struct mpi_calls, ibarrier)},
    {"PMPI_Test", offsetof(struct mpi_calls, test)},
    {"PMPI_Win_allocate", offsetof(struct mpi_calls, win_allocate)},
    {"PMPI_Win_set_errhandler", offsetof(struct mpi_calls, win_set_errhandler)},
    {"PMPI_Win_lock_all", offsetof(struct mpi_calls, win_lock_all)},
    {"PMPI_Win_unlock_all", offsetof(struct mpi_calls, win_unlock_all)},
    {"PMPI_Win_flush", offsetof(struct mpi_calls, win_flush)},
    {"PMPI_Win_flush_all", offsetof(struct mpi_calls, win_flush_all)},
    {"PMPI_Win_free", offsetof(struct mpi_calls, win_free)},
    {"PMPI_Fetch_and_op", offsetof(struct mpi_calls, fetch_and_op)},
};

/* NULL then, and done without */
static bool may_lack(size_t at)
{
    return at == offsetof(struct mpi_calls, comm_split_type) || at == offsetof(struct mpi_calls, iprobe);
}

static void *library; /* a handle of the object that called, whose needs are searched too; NULL: the global scope does */

/* What an object needs is searched in its own order; the object stays loaded, as what called MPI_Init does. */
static void *open_object_of(uintptr_t caller)
{
    Dl_info object;
    if (!dladdr((void *)caller, &object) || !object.dli_fname || !*object.dli_fname)
        return NULL;
    return dlopen(object.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
}

/* An object that jumps here, in place of a call, is not the one that it returns to: then that is searched which called before.
 */
void *mpi_calls_next(const char *name, uintptr_t caller)
{
    static void *earlier;
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) {
        void *object = open_object_of(caller);
        found = object ? dlsym(object, name) : NULL;
        if (found && object)
            earlier = object;
        else if (earlier)
            found = dlsym(earlier, name);
    }
    return found;
}

/* In the global scope from its beginning: an object of Open MPI's may have been copied into the program. */
static void *find(const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    return found || !library ? found : dlsym(library, name);
}

const char *mpi_calls_find(uintptr_t caller)
{
    static char why[256], version[MPI_VERSION_BYTES];
    int length = 0;
    if (!dlsym(RTLD_DEFAULT, "PMPI_Comm_rank"))
        library = open_object_of(caller);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *found = find(functions[i].name);
        if (!found && !may_lack(functions[i].at)) {
            snprintf(why, sizeof why, "the program's MPI library has no %s", functions[i].name);
            return why;
        }
        memcpy((char *)&mpi + functions[i].at, &found, sizeof found);
    }
    if (mpi.get_library_version(version, &length) != MPI_OK)
        return "the program's MPI library does not say what it is";
    version[strcspn(version, "\r\n,")] = 0;
    if (mpi_abi_of(version, find, &mpi_abi))
        return NULL;
    snprintf(why, sizeof why, "the program's MPI library (%.100s) is neither Open MPI nor one with MPICH's ABI", version);
    return why;
}

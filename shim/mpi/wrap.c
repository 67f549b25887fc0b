/* The functions of MPI that this library stands before, in C's and Fortran's names, and in the names that another tool calls
 * them by (PMPI_). Each goes on to the next definition of its own name; where that calls another one of these, ranks_begin and
 * ranks_end see that it is the second. Communicators and the like are passed on unseen (mpi_abi.h). */
#include "budget.h"
#include "mpi_calls.h"
#include "ranks.h"
#include <stdio.h>

#define EXPORTED __attribute__((visibility("default"), noinline))
#define CALLER ((uintptr_t)__builtin_return_address(0))

typedef int init(int *, char ***);
typedef int init_thread(int *, char ***, int, int *);
typedef int finalize(void);
typedef int abort_(mpi_handle, int);
typedef int session_init(mpi_handle, mpi_handle, void *);
typedef void fortran_init(int *);
typedef void fortran_init_thread(int *, int *, int *);
typedef void fortran_finalize(int *);
typedef void fortran_abort(int *, int *, int *);

/* The next function of a name, sought once. */
static void *next(void **known, const char *name, uintptr_t caller)
{
    if (!*known)
        *known = mpi_calls_next(name, caller);
    if (!*known)
        fprintf(stderr, "flopshim: %s was called, and no MPI library defines it\n", name);
    return *known;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): a declared name has none */
#define NEXT(type, name) \
    static void *known;  \
    type *next_ = (type *)next(&known, #name, CALLER)

/* Where a higher level of threads is needed, the function that asks for it is called instead. */
#define INIT(name, with_threads)                                                                          \
    EXPORTED int name(int *count, char ***arguments);                                                     \
    EXPORTED int name(int *count, char ***arguments)                                                      \
    {                                                                                                     \
        static void *known, *known_thread;                                                                \
        int level = budget_level(MPI_SINGLE), provided, result = MPI_OTHER_ERROR;                         \
        init *plain = level == MPI_SINGLE ? (init *)next(&known, #name, CALLER) : NULL;                   \
        init_thread *threaded = plain ? NULL : (init_thread *)next(&known_thread, #with_threads, CALLER); \
        if (plain || threaded)                                                                            \
            result = plain ? plain(count, arguments) : threaded(count, arguments, level, &provided);      \
        if (result == MPI_OK)                                                                             \
            ranks_begin(CALLER);                                                                          \
        return result;                                                                                    \
    }

#define INIT_THREAD(name)                                                                                 \
    EXPORTED int name(int *count, char ***arguments, int required, int *provided);                        \
    EXPORTED int name(int *count, char ***arguments, int required, int *provided)                         \
    {                                                                                                     \
        NEXT(init_thread, name);                                                                          \
        int result = next_ ? next_(count, arguments, budget_level(required), provided) : MPI_OTHER_ERROR; \
        if (result == MPI_OK)                                                                             \
            ranks_begin(CALLER);                                                                          \
        return result;                                                                                    \
    }

#define FINALIZE(name)                            \
    EXPORTED int name(void);                      \
    EXPORTED int name(void)                       \
    {                                             \
        NEXT(finalize, name);                     \
        ranks_end();                              \
        return next_ ? next_() : MPI_OTHER_ERROR; \
    }

#define ABORT(name)                                           \
    EXPORTED int name(mpi_handle comm, int status);           \
    EXPORTED int name(mpi_handle comm, int status)            \
    {                                                         \
        NEXT(abort_, name);                                   \
        ranks_abort();                                        \
        return next_ ? next_(comm, status) : MPI_OTHER_ERROR; \
    }

#define SESSION_INIT(name)                                                    \
    EXPORTED int name(mpi_handle info, mpi_handle handler, void *session);    \
    EXPORTED int name(mpi_handle info, mpi_handle handler, void *session)     \
    {                                                                         \
        NEXT(session_init, name);                                             \
        int result = next_ ? next_(info, handler, session) : MPI_OTHER_ERROR; \
        if (result == MPI_OK)                                                 \
            ranks_note_session();                                             \
        return result;                                                        \
    }

#define FORTRAN_INIT(name, with_threads)                                                                                  \
    EXPORTED void name(int *error);                                                                                       \
    EXPORTED void name(int *error)                                                                                        \
    {                                                                                                                     \
        static void *known, *known_thread;                                                                                \
        int level = budget_level(MPI_SINGLE), provided;                                                                   \
        fortran_init *plain = level == MPI_SINGLE ? (fortran_init *)next(&known, #name, CALLER) : NULL;                   \
        fortran_init_thread *threaded = plain ? NULL : (fortran_init_thread *)next(&known_thread, #with_threads, CALLER); \
        if (plain)                                                                                                        \
            plain(error);                                                                                                 \
        else if (threaded)                                                                                                \
            threaded(&level, &provided, error);                                                                           \
        if (plain || threaded)                                                                                            \
            ranks_begin(CALLER);                                                                                          \
    }

#define FORTRAN_INIT_THREAD(name)                                 \
    EXPORTED void name(int *required, int *provided, int *error); \
    EXPORTED void name(int *required, int *provided, int *error)  \
    {                                                             \
        NEXT(fortran_init_thread, name);                          \
        int level = budget_level(*required);                      \
        if (!next_)                                               \
            return;                                               \
        next_(&level, provided, error);                           \
        ranks_begin(CALLER);                                      \
    }

#define FORTRAN_FINALIZE(name)        \
    EXPORTED void name(int *error);   \
    EXPORTED void name(int *error)    \
    {                                 \
        NEXT(fortran_finalize, name); \
        ranks_end();                  \
        if (next_)                    \
            next_(error);             \
    }

#define FORTRAN_ABORT(name)                                 \
    EXPORTED void name(int *comm, int *status, int *error); \
    EXPORTED void name(int *comm, int *status, int *error)  \
    {                                                       \
        NEXT(fortran_abort, name);                          \
        ranks_abort();                                      \
        if (next_)                                          \
            next_(comm, status, error);                     \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

INIT(MPI_Init, MPI_Init_thread)
INIT(PMPI_Init, PMPI_Init_thread)
INIT_THREAD(MPI_Init_thread)
INIT_THREAD(PMPI_Init_thread)
FINALIZE(MPI_Finalize)
FINALIZE(PMPI_Finalize)
ABORT(MPI_Abort)
ABORT(PMPI_Abort)
SESSION_INIT(MPI_Session_init)
SESSION_INIT(PMPI_Session_init)

/* gfortran's name, those of other compilers, and that of the module mpi_f08. */
FORTRAN_INIT(mpi_init, mpi_init_thread)
FORTRAN_INIT(mpi_init_, mpi_init_thread_)
FORTRAN_INIT(mpi_init__, mpi_init_thread__)
FORTRAN_INIT(MPI_INIT, MPI_INIT_THREAD)
FORTRAN_INIT(mpi_init_f08_, mpi_init_thread_f08_)
FORTRAN_INIT_THREAD(mpi_init_thread)
FORTRAN_INIT_THREAD(mpi_init_thread_)
FORTRAN_INIT_THREAD(mpi_init_thread__)
FORTRAN_INIT_THREAD(MPI_INIT_THREAD)
FORTRAN_INIT_THREAD(mpi_init_thread_f08_)
FORTRAN_FINALIZE(mpi_finalize)
FORTRAN_FINALIZE(mpi_finalize_)
FORTRAN_FINALIZE(mpi_finalize__)
FORTRAN_FINALIZE(MPI_FINALIZE)
FORTRAN_FINALIZE(mpi_finalize_f08_)
FORTRAN_ABORT(mpi_abort)
FORTRAN_ABORT(mpi_abort_)
FORTRAN_ABORT(mpi_abort__)
FORTRAN_ABORT(MPI_ABORT)
FORTRAN_ABORT(mpi_abort_f08_)

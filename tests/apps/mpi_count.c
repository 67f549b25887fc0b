/* Counts the one-sided messages that its process sends, and tells how many at its end. It is preloaded behind flopshim's
 * libraries. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>

typedef int fetch_and_op(const void *, void *, uintptr_t, int, intptr_t, uintptr_t, uintptr_t);

fetch_and_op PMPI_Fetch_and_op;
static int sent;

int PMPI_Fetch_and_op(const void *operand, void *before, uintptr_t type, int rank, intptr_t place, uintptr_t op,
                      uintptr_t window)
{
    fetch_and_op *next = (fetch_and_op *)dlsym(RTLD_NEXT, "PMPI_Fetch_and_op");
    __atomic_add_fetch(&sent, 1, __ATOMIC_RELAXED);
    return next(operand, before, type, rank, place, op, window);
}

__attribute__((destructor)) static void tell(void)
{
    if (sent)
        fprintf(stderr, "sent %d\n", sent);
}

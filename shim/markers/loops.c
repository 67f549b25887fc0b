/* The element-wise loops of NumPy's ufuncs, which reach no library. NumPy lets others stand in for them
 * (PyUFunc_ReplaceLoopBySignature of its C interface); the Python package has it call one of the thunks here in place of each.
 * It comes from whatever uses a ufunc: operators, reductions, methods, NumPy's own Python code. A loop is charged before it
 * runs; one that does not fit is left out, and the exception is raised as soon as Python runs on. Any thread, with the
 * interpreter's lock or without. Private to the package, like openings.c. */
#include "charge.h"
#include "enter.h"
#include "flopshim.h"
#include <stdatomic.h>
#include <stdio.h>

#define EXPORTED __attribute__((visibility("default")))
#define LOOPS 768
#define NAME_BYTES 32

typedef void loop_function(char **arguments, const intptr_t *counts, const intptr_t *steps, void *data);

/* Constant once NumPy knows the thunk, but `own`, which it stores itself. */
static struct loop {
    loop_function *_Atomic own; /* what the thunk stands in for */
    char name[NAME_BYTES];
    uint32_t flops; /* an element */
    uint32_t precision;
} loops[LOOPS];

static atomic_uint everywhere; /* so many wish that the loops of all threads are charged */

EXPORTED void *flopshim_python_loop(uint32_t number, const char *name, uint32_t flops, uint32_t precision);
EXPORTED void *flopshim_python_own_loop(uint32_t number);
EXPORTED int flopshim_python_count_loops(int wishes, int in_all_threads);

static bool is_charged(const struct loop *loop, intptr_t count)
{
    struct thread *t = enter_thread();
    uint64_t cost;
    if (!t || count <= 0 || __builtin_mul_overflow((uint64_t)count, loop->flops, &cost))
        return true;
    const struct deduction deduction = {
        .operation = loop->name, .cost = cost, .precision = loop->precision, .loop = (uint32_t)(loop - loops) + 1};
    return call_deduct(t, &deduction);
}

/* What all thunks come to. Between NumPy's store of `own` and that of the thunk there may be nothing, or another thread. */
__attribute__((used)) static void run(char **arguments, const intptr_t *counts, const intptr_t *steps, void *data,
                                      uint32_t number)
{
    struct loop *loop = &loops[number];
    loop_function *own;
    while (!(own = atomic_load_explicit(&loop->own, memory_order_relaxed)))
        __builtin_ia32_pause();
    bool counts_here = atomic_load_explicit(&everywhere, memory_order_relaxed) || call_self->loops_here;
    if (!counts_here || is_charged(loop, counts[0]))
        own(arguments, counts, steps, data);
}

/* A thunk is 16 bytes long, adds its number as the fifth argument and jumps. */
__asm__(".pushsection .text\n"
        ".p2align 4\n"
        "loop_thunks:\n"
        ".set number, 0\n"
        ".rept 768\n"
        ".p2align 4\n"
        "endbr64\n"
        "mov $number, %r8d\n"
        "jmp run\n"
        ".set number, number + 1\n"
        ".endr\n"
        ".popsection\n");
_Static_assert(LOOPS == 768, "thunks");

/* The thunk of a number; NULL: there is none such. */
void *flopshim_python_loop(uint32_t number, const char *name, uint32_t flops, uint32_t precision)
{
    if (number >= LOOPS)
        return NULL;
    struct loop *loop = &loops[number];
    snprintf(loop->name, sizeof loop->name, "%s", name);
    loop->flops = flops;
    loop->precision = precision;
    uintptr_t thunks;
    __asm__("lea loop_thunks(%%rip), %0" : "=r"(thunks));
    return (void *)(thunks + (size_t)number * 16);
}

/* Where NumPy is to store what the thunk stands in for. */
void *flopshim_python_own_loop(uint32_t number)
{
    return number < LOOPS ? &loops[number].own : NULL;
}

/* wishes: 1 or -1. */
int flopshim_python_count_loops(int wishes, int in_all_threads)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (in_all_threads)
        atomic_fetch_add(&everywhere, (unsigned)wishes);
    else
        t->loops_here += (unsigned)wishes;
    return FLOPSHIM_OK;
}

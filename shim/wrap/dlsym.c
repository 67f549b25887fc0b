/* What dlsym gives out: for a name of ours, an entry bound to the function that the program asked for. */
#include "bind.h"
#include "moved_find.h"
#include "objects.h"
#include "provider.h"
#include "resolve.h"
#include "start.h"
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/* A bare or upper-case name (dgemm) is a BLAS routine only where its library has the Fortran spelling too. */
static bool is_foreign(uint32_t symbol, void *target)
{
    const struct symbol *s = &forward_symbols[symbol];
    const char *name = forward_name(symbol);
    uintptr_t start, end;
    const char *path;
    char fortran[FORWARD_SPELLING];
    if (s->face != 'f' || !forward_fortran(name, fortran))
        return false;
    if (!object_at((uintptr_t)target, &start, &end, &path))
        return true;
    return !forward_ask(path, fortran);
}

struct answer {
    void *value;
    intptr_t decided; /* 0: not ours, let the real dlsym answer its caller */
};

/* What dlsym would say if the shim were not there; NULL with an error to be had from dlerror. */
static void *ask_without_shim(void *handle, const char *name, const char *path)
{
    void *found = forward_dlsym(handle == RTLD_NEXT ? RTLD_DEFAULT : handle, name);
    if (handle == RTLD_NEXT || (found && forward_in_shim(found)))
        found = forward_lookup(RTLD_NEXT, name);
    if (!found && handle == RTLD_DEFAULT && path)
        found = forward_ask(path, name);
    return found ? found : forward_lookup(RTLD_NEXT, name);
}

static struct answer answer_known(void *handle, uint32_t symbol, uintptr_t caller)
{
    const struct answer not_ours = {NULL, 0};
    uintptr_t start, end;
    const char *path = NULL;
    if (!start_shim())
        return not_ours;
    /* A provider's own look-ups are its own, and behind the shim RTLD_NEXT does not reach it. */
    bool known = object_at(caller, &start, &end, &path);
    if ((known && provider_is_pure(path)) || (handle == RTLD_NEXT && !forward_is_before_shim(caller)))
        return not_ours;
    int saved = errno;
    void *target = ask_without_shim(handle, forward_name(symbol), path);
    if (target && !is_foreign(symbol, target))
        target = bind_entry(symbol, target);
    __typeof__(&dlerror) forget_error = MOVED_FIND(dlerror);
    if (target && forget_error)
        forget_error(); /* an attempt that failed is not the program's error */
    errno = saved;
    return (struct answer){target, 1};
}

/* Called by the dlsym wrapper, which is assembly. */
struct answer forward_answer(void *handle, const char *name, uintptr_t caller);

/* A sanitizer's runtime looks its functions up before it is ready for code that it instrumented. */
__attribute__((used, visibility("hidden"), no_sanitize("address", "thread", "undefined"))) struct answer
forward_answer(void *handle, const char *name, uintptr_t caller)
{
    forward_start();
    int64_t symbol = name ? forward_symbol(name) : -1;
    return symbol < 0 ? (struct answer){NULL, 0} : answer_known(handle, (uint32_t)symbol, caller);
}

/* dlsym looks at its return address for RTLD_NEXT and RTLD_DEFAULT: it must see the caller's, so it is jumped to. */
__asm__(".pushsection .text\n.globl dlsym\n.type dlsym, @function\ndlsym:\n.cfi_startproc\nendbr64\n"
        "pushq %rdi\n.cfi_adjust_cfa_offset 8\npushq %rsi\n.cfi_adjust_cfa_offset 8\n"
        "movq 16(%rsp), %rdx\nsubq $8, %rsp\n.cfi_adjust_cfa_offset 8\ncall forward_answer\n"
        "addq $8, %rsp\n.cfi_adjust_cfa_offset -8\npopq %rsi\n.cfi_adjust_cfa_offset -8\n"
        "popq %rdi\n.cfi_adjust_cfa_offset -8\ntestq %rdx, %rdx\nje 1f\nret\n"
        "1: jmp *forward_dlsym(%rip)\n.cfi_endproc\n.size dlsym, .-dlsym\n.popsection\n");

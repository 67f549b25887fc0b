/* The shim's own stack (own_stack.h). One is kept, for whoever comes first; who comes meanwhile, also a vfork child in its
 * parent's memory, maps one for the time. A thread that never gives the kept one back (a vfork child that was killed on it, a
 * jump out of a handler of SIGSEGV) costs the others a mapping each time. */
#include "own_stack.h"
#include "pages.h"
#include "signals.h"
#include "tsan.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_BYTES ((size_t)256 << 10) /* of address space; an end with its summaries takes 16 KiB */
#define GUARD_BYTES ((size_t)4096)
#define VALGRIND_STACK_REGISTER 0x1501
#define VALGRIND_STACK_DEREGISTER 0x1502

#ifdef __clang__
#define ALONE noinline
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define ALONE noipa
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif
#endif

static char *kept;
static atomic_bool kept_taken;

/* Calls work(data) on the stack that ends at top. The frame is marked as a signal's: gdb believes of no other that its caller's
 * stack lies elsewhere. Calls and returns are in pairs, as shadow stacks want them. */
__attribute__((naked, ALONE)) static void call_there(void (*work)(void *) __attribute__((unused)),
                                                     void *data __attribute__((unused)), void *top __attribute__((unused)))
{
    __asm__(".cfi_signal_frame\n\t"
            "pushq %rbp\n\t.cfi_def_cfa_offset 16\n\t.cfi_offset %rbp, -16\n\t"
            "movq %rsp, %rbp\n\t.cfi_def_cfa_register %rbp\n\t"
            "movq %rdx, %rsp\n\tmovq %rdi, %rax\n\tmovq %rsi, %rdi\n\tcall *%rax\n\t"
            "leave\n\t.cfi_def_cfa %rsp, 8\n\tret");
}

/* A client request of Valgrind's (valgrind.h, amd64): instructions that do nothing elsewhere. Without it a switch to a stack
 * that lies near is taken for growth. */
static uint64_t tell_valgrind(uint64_t request, uint64_t first, uint64_t second)
{
    volatile uint64_t words[6] = {request, first, second};
    uint64_t result = 0;
    __asm__ volatile("rolq $3, %%rdi\n\trolq $13, %%rdi\n\trolq $61, %%rdi\n\trolq $51, %%rdi\n\txchgq %%rbx, %%rbx"
                     : "+d"(result)
                     : "a"(words)
                     : "cc", "memory");
    return result;
}

/* The first word above the guard is Valgrind's number of it. */
static char *make(void)
{
    char *stack = pages_get(STACK_BYTES);
    if (!stack)
        return NULL;
    mprotect(stack, GUARD_BYTES, PROT_NONE);
    uint64_t number = tell_valgrind(VALGRIND_STACK_REGISTER, (uintptr_t)stack, (uintptr_t)stack + STACK_BYTES - 1);
    if (number)
        *(uint64_t *)(stack + GUARD_BYTES) = number;
    return stack;
}

static void unmake(char *stack)
{
    uint64_t number = *(uint64_t *)(stack + GUARD_BYTES);
    if (number)
        tell_valgrind(VALGRIND_STACK_DEREGISTER, number, 0);
    pages_free(stack, STACK_BYTES);
}

static char *take(void)
{
    if (atomic_exchange(&kept_taken, true))
        return make();
    if (!kept)
        kept = make();
    if (!kept)
        kept_taken = false;
    return kept;
}

static void give_back(char *stack)
{
    if (stack && stack == kept)
        kept_taken = false;
    else if (stack)
        unmake(stack);
}

static bool is_on_kept(void)
{
    return (uintptr_t)__builtin_frame_address(0) - (uintptr_t)kept < STACK_BYTES;
}

#if SANITIZED
#define SWITCHES false /* their runtimes know the stacks of threads alone */
#else
#define SWITCHES true
#endif

void own_stack_run(void (*work)(void *data), void *data)
{
    if (!SWITCHES || tsan_is_here() || is_on_kept()) {
        work(data);
        return;
    }
    int saved = errno, cancel_state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    uint64_t before = signals_hold_handlers();
    char *stack = take();
    errno = saved;
    if (stack)
        call_there(work, data, stack + STACK_BYTES);
    else
        work(data);
    saved = errno;
    give_back(stack);
    signals_release_handlers(before);
    pthread_setcancelstate(cancel_state, &cancel_state);
    errno = saved;
}

void own_stack_forget(void)
{
    kept_taken = false;
}

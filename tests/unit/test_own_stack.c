/* Where work runs, and who sees through to whom. */
#include "own_stack.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <unwind.h>

#ifdef __SANITIZE_ADDRESS__
#define SWITCHES false
#else
#define SWITCHES true
#endif

enum { FAR = 64 << 10, THREADS = 8 };

struct seen {
    uintptr_t at, nested_at;
    sigset_t blocked;
    int cancel_state;
};

static uintptr_t here(void)
{
    return (uintptr_t)__builtin_frame_address(0);
}

static uintptr_t distance(uintptr_t a, uintptr_t b)
{
    return a > b ? a - b : b - a;
}

static void note_place(void *place)
{
    *(uintptr_t *)place = here();
}

static void look_around(void *data)
{
    struct seen *seen = data;
    seen->at = here();
    own_stack_run(note_place, &seen->nested_at);
    pthread_sigmask(SIG_SETMASK, NULL, &seen->blocked);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &seen->cancel_state);
    errno = ERANGE;
}

Test(own_stack, work_runs_elsewhere_undisturbed_and_leaves_things_as_they_were)
{
    struct seen seen = {0};
    sigset_t after;
    int cancel_state;
    errno = EAGAIN;
    own_stack_run(look_around, &seen);
    cr_expect_eq(errno, ERANGE);
    cr_expect_eq(distance(seen.at, here()) > FAR, SWITCHES);
    cr_expect(distance(seen.at, seen.nested_at) < FAR, "nested work stays there");
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &cancel_state);
    cr_expect_eq(cancel_state, PTHREAD_CANCEL_ENABLE);
    for (int i = 0; SWITCHES && i < 2; i++)
        cr_expect_eq(sigismember(&seen.blocked, (int[]){SIGTERM, SIGSEGV}[i]), !i);
    cr_expect_eq(sigismember(&after, SIGTERM), 0);
    cr_expect_eq(!SWITCHES || seen.cancel_state == PTHREAD_CANCEL_DISABLE, true);
}

struct search {
    uintptr_t frame_of_caller;
    bool found;
};

static _Unwind_Reason_Code compare(struct _Unwind_Context *context, void *data)
{
    struct search *search = data;
    search->found |= _Unwind_GetCFA(context) == search->frame_of_caller;
    return _URC_NO_REASON;
}

static void unwind(void *data)
{
    _Unwind_Backtrace(compare, data);
}

/* The canonical frame address of its own frame is where its caller's begins. */
static __attribute__((noinline)) bool is_seen_from_there(void)
{
    struct search search = {.frame_of_caller = (uintptr_t)__builtin_dwarf_cfa()};
    own_stack_run(unwind, &search);
    return search.found;
}

Test(own_stack, an_unwinder_sees_through_to_the_caller)
{
    cr_expect(is_seen_from_there());
}

static pthread_barrier_t all_there;
static uintptr_t places[THREADS];

static void meet(void *place)
{
    *(uintptr_t *)place = here();
    pthread_barrier_wait(&all_there);
}

static void *go_there(void *place)
{
    own_stack_run(meet, place);
    return NULL;
}

Test(own_stack, threads_do_not_wait_for_each_other, .timeout = 30)
{
    pthread_t threads[THREADS];
    pthread_barrier_init(&all_there, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, go_there, &places[i]), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        for (int j = 0; j < i; j++)
            cr_expect(distance(places[i], places[j]) > FAR, "%d and %d", i, j);
}

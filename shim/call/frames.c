/* Calls in progress (frames.h). */
#include "frames.h"
#include "kernel.h"
#include "objects.h"
#include "procfs.h"
#include "provider.h"
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- stacks ---- */

/* The main thread's stack grows down to its limit, and nothing else is mapped within the first 128 MiB. */
static uintptr_t low_of_main(uintptr_t high)
{
    struct rlimit limit = {0};
    const rlim_t least = (rlim_t)128 << 20, most = (rlim_t)1 << 40;
    if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur < least)
        limit.rlim_cur = least;
    return high - (limit.rlim_cur < most ? limit.rlim_cur : most);
}

/* A thread's control block lies at the upper end of its stack; above the main thread's frames lie bytes from the kernel. */
static void find_stack(struct thread *t)
{
    bool is_main = kernel_tid() == getpid();
    uintptr_t high = is_main ? (uintptr_t)getauxval(AT_RANDOM) : (uintptr_t)__builtin_thread_pointer();
    t->stack_low = is_main ? low_of_main(high) : procfs_mapping(high);
    t->stack_high = high;
}

static bool on_own_stack(struct thread *t, uintptr_t address)
{
    if (!t->stack_high)
        find_stack(t);
    return address >= t->stack_low && address < t->stack_high;
}

static bool on_one_stack(struct thread *t, uintptr_t a, uintptr_t b)
{
    return on_own_stack(t, a) == on_own_stack(t, b);
}

static bool on_alternate_stack(uintptr_t address)
{
    stack_t stack;
    return !sigaltstack(NULL, &stack) && stack.ss_flags & SS_ONSTACK && address - (uintptr_t)stack.ss_sp < stack.ss_size;
}

/* ---- the frames ---- */

static uintptr_t *find(struct thread *t, uintptr_t frame)
{
    for (uint32_t i = 0; i < t->other_count; i++)
        if (t->other_frames[i] == frame)
            return &t->other_frames[i];
    return NULL;
}

/* A signal's handler that calls in between leaves all as it found it. */
static void forget(struct thread *t, uintptr_t *frame)
{
    size_t behind = (size_t)(&t->other_frames[t->other_count] - frame - 1);
    memmove(frame, frame + 1, behind * sizeof *frame);
    t->other_count--;
}

static void push(struct thread *t, uintptr_t frame)
{
    if (t->other_count == THREAD_FRAMES)
        forget(t, t->other_frames);
    t->other_frames[t->other_count] = frame;
    t->other_count++;
}

static bool is_below(struct thread *t, uintptr_t frame, uintptr_t of)
{
    return frame < of && on_one_stack(t, frame, of);
}

bool frames_are_nested(struct thread *t, const struct binding *binding, uintptr_t caller, uintptr_t frame)
{
    extern const char __ehdr_start __attribute__((visibility("hidden")));
    uintptr_t start = binding->start, end;
    const char *path;
    if (binding->length == UINTPTR_MAX) { /* of all callers */
        if (!object_at(caller, &start, &end, &path))
            return false;
        if (provider_is_pure(path))
            return true;
    }
    if (start == (uintptr_t)&__ehdr_start)
        return true;
    if (!provider_starts_at(start))
        return false;
    bool nested = is_below(t, frame, t->outer_frame);
    for (uint32_t i = 0; i < t->other_count && !nested; i++)
        nested = is_below(t, frame, t->other_frames[i]);
    return nested;
}

/* A frame that lies below a later call's, on the thread's own stack, is gone: its function was left without a return. */
static bool is_gone(struct thread *t, uintptr_t frame, uintptr_t now)
{
    return frame <= now && on_own_stack(t, frame) && on_own_stack(t, now);
}

void frames_begin(struct thread *t, uintptr_t frame)
{
    if (!frame)
        return;
    if (!t->outer_frame) {
        t->other_count = 0;
    } else {
        for (uint32_t i = t->other_count; i-- > 0;)
            if (is_gone(t, t->other_frames[i], frame))
                forget(t, &t->other_frames[i]);
        if (!is_gone(t, t->outer_frame, frame))
            push(t, t->outer_frame);
    }
    t->outer_frame = frame;
}

static void end(struct thread *t, uintptr_t frame)
{
    uintptr_t *other = find(t, frame);
    if (t->outer_frame != frame && other)
        forget(t, other);
    else if (t->outer_frame == frame)
        t->outer_frame = t->other_count ? t->other_frames[--t->other_count] : 0;
}

void frames_end(struct thread *t, uintptr_t frame)
{
    if (t->outer_frame)
        end(t, frame);
}

void frames_unwind(struct thread *t, uintptr_t from)
{
    uintptr_t innermost = t->outer_frame > from ? t->outer_frame : UINTPTR_MAX;
    for (uint32_t i = 0; i < t->other_count && t->outer_frame; i++)
        if (t->other_frames[i] > from && t->other_frames[i] < innermost)
            innermost = t->other_frames[i];
    frames_end(t, innermost);
}

void frames_leave(struct thread *t, uintptr_t to)
{
    uintptr_t left[THREAD_FRAMES + 1] = {t->outer_frame};
    uint32_t count = 1 + t->other_count;
    memcpy(left + 1, t->other_frames, t->other_count * sizeof *left);
    for (uint32_t i = 0; i < count; i++)
        if ((left[i] <= to && on_one_stack(t, left[i], to)) || (on_alternate_stack(left[i]) && !on_alternate_stack(to)))
            frames_end(t, left[i]);
}

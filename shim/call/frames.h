/* The calls of a thread that are in progress, by the addresses of their frames: `outer_frame`, which was charged last, and
 * `other_frames`.
 *
 * Whether a call is nested is first a question of who calls. What a pure provider calls is nested, and so is a call that
 * returns into the shim itself: a provider that a stub called jumped on (cblas_srotg to srotg_). What an object outside the
 * providers calls is charged, whoever called that object: a program's function that LAPACK was given, an XERBLA, a signal's
 * handler, a coroutine. Only an object that is a provider and no pure one (libtorch_cpu, a BLAS of an unknown name) is asked
 * for its frame: nested is what it calls from below the frame of a call in progress on the same stack.
 *
 * Stacks are the one that the thread was started on, and all others together. A call that is suspended in a coroutine is in
 * progress and keeps its frame, in whatever order calls end; one that was left without a return keeps it where nobody noticed
 * (setcontext, __builtin_longjmp), until a call from above it on the thread's own stack. While a frame is kept calls take the
 * slow body; that is all. */
#pragma once
#include "bind.h"
#include "thread.h"
#include <stdbool.h>
#include <stdint.h>

/* Is this call, made while others are in progress, a nested one? The binding is no pure provider's. */
bool frames_are_nested(struct thread *t, const struct binding *binding, uintptr_t caller, uintptr_t frame);

/* A call begins; it ends, or is left alone where it is not in progress. A frame of 0 is none. */
void frames_begin(struct thread *t, uintptr_t frame);
void frames_end(struct thread *t, uintptr_t frame);

/* The innermost call above this address was unwound; those up to this address on its stack were jumped out of. */
void frames_unwind(struct thread *t, uintptr_t from);
void frames_leave(struct thread *t, uintptr_t to);

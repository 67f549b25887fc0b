/* What a transform of MKL's own interface costs: its descriptor is asked. */
#pragma once
#include "plans.h"

/* 'R' or 'C', of a domain as mkl_dfti.h numbers it. */
int64_t dfti_letter(intptr_t domain);

/* A value of a descriptor's was set: how many transforms it is may be among them. Any thread. */
void dfti_set(const void *descriptor, intptr_t what, const void *value);

/* The plan of a descriptor, for an execution by the library's function `target`; `room` is where it is put. Any thread. */
const struct plan *dfti_plan(struct plan *room, const void *target, const void *descriptor, const void *b, const void *c,
                             const void *d);

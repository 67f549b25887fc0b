/* What a routine is for, as FLOP_COUNT names it. */
#pragma once
#include <stdint.h>

enum cost_topic { COST_BLAS, COST_LAPACK, COST_FFT, COST_DNN, COST_TOPICS };

/* By place in cost_routines. Generated, from the `topic` lines of the spec. */
extern const uint8_t cost_topics[];

static inline const char *cost_topic_name(enum cost_topic topic)
{
    static const char *const names[] = {"blas", "lapack", "fft", "dnn"};
    return names[topic];
}

enum cost_topic cost_topic_of(uint32_t id); /* of a routine by its id, which must be one's */

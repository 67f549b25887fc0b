/* The log of calls (calls.h) in the Trace Event Format, which Perfetto and chrome://tracing show. */
#pragma once
#include "summary_model.h"

/* A complete event a call, inside slices for its namespaces; counters of GFLOP/s and, with a budget, of what is left of it. */
void trace_json(const struct summary *summary, struct out *out);

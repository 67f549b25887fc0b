/* A summary as JSON, in the schema of SUMMARY_SCHEMA. */
#pragma once
#include "summary_model.h"

void summary_json(const struct summary *summary, struct out *out);

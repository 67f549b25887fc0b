/* What FLOP_DETAIL recorded, as members of the JSON summary: shapes and callers of an operation, and the callers of all. */
#pragma once
#include "json_put.h"
#include "summary_model.h"

void json_shapes(struct json *json, const struct summary_operation *operation);
void json_callers(struct json *json, const struct summary_operation *operation);
/* Nothing where callers were not recorded. */
void json_by_caller(struct json *json, const struct summary *summary);
/* Nothing where calls were not logged. */
void json_log(struct json *json, const struct summary *summary);

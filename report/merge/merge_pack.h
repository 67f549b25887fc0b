/* A process's summary as bytes, from which another process of the same build adds it to its members: what members_add reads,
 * and nothing else. */
#pragma once
#include "summary_model.h"

void merge_pack(const struct summary *summary, struct out *out);

/* Reads one summary from *at on, which moves behind it; its strings lie in the bytes, its lists are taken from malloc. False:
 * they are none, or memory ran out. */
bool merge_unpack(const char **at, const char *end, struct summary *summary);
void merge_unpack_free(struct summary *summary);

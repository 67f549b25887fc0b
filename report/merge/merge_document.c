/* The summary of an MPI job as a file of FLOP_OUTPUT's. */
#include "merge_sums.h"
#include <string.h>

void merge_render(const char *path, void *sums, struct out *out)
{
    size_t length = strlen(path);
    bool is_json = length >= 5 && strcmp(path + length - 5, ".json") == 0;
    struct merge_sink sink = {.out = *out};
    (is_json ? merge_json : merge_text)(sums, &sink);
    *out = sink.out;
}

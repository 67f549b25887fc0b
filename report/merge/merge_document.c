/* The summary of an MPI job as a file of FLOP_OUTPUT's. */
#include "merge_sums.h"
#include "path.h"

void merge_render(const char *path, void *sums, struct out *out)
{
    struct merge_sink sink = {.out = *out};
    (path_ends_with(path, ".json") ? merge_json : merge_text)(sums, &sink);
    *out = sink.out;
}

/* Each rank packs its summary; the lengths are gathered, then the summaries, in rounds of consecutive ranks that take no more
 * than ROUND_BYTES in all, so that what rank 0 receives at once does not grow with the job. It unpacks each into its set of
 * members, of which the document is made that `flopshim merge` makes of the ranks' own summaries. Only when the files are
 * written do the ranks forget theirs: until then each one's ledger holds all that it has counted. */
#include "gather.h"
#include "job.h"
#include "link.h"
#include "merge_pack.h"
#include "merge_sums.h"
#include "mpi_calls.h"
#include "path.h"
#include "ranks.h"
#include "text_rows.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ROUND_BYTES (32 << 20)

static void take(const struct summary *summary, void *data)
{
    struct summary ours = *summary;
    ours.rank = ranks.rank;
    merge_pack(&ours, data);
}

/* ---- at rank 0 ---- */

struct collection {
    struct members members;
    int *lengths; /* of each rank's bytes; 0: it has nothing to tell */
    int *counts, *places;
    char *bytes;
    bool has_own;
    const char *why; /* it cannot be had; NULL: it can */
};

static const char *why_not(enum members_result result)
{
    switch (result) {
    case MEMBERS_ADDED: return NULL;
    case MEMBERS_NAMELESS: return "a rank does not say of which process it is";
    case MEMBERS_UNLIKE: return "not all ranks count by the same cost model, convention and multiplier";
    case MEMBERS_NO_MEMORY: break;
    }
    return "out of memory";
}

static void add(struct collection *c, const char *bytes, int length)
{
    struct summary summary;
    const char *at = bytes;
    if (c->why || !length)
        return;
    if (!merge_unpack(&at, bytes + length, &summary)) {
        c->why = "what a rank told was cut off, or memory ran out";
        return;
    }
    c->why = why_not(members_add(&c->members, &summary, summary.rank));
    merge_unpack_free(&summary);
}

static void say(const struct job_link *link, const char *files)
{
    struct out count = {0};
    if (link->config->quiet || !*files)
        return;
    out_number(&count, (unsigned)ranks.size);
    out_bytes(&count, "", 1);
    link->say("flopshim: summary of the job (", count.failed ? "all" : count.data,
              ranks.size == 1 ? " rank): " : " ranks): ", files, NULL);
    out_free(&count);
}

static bool write_files(struct collection *c)
{
    const struct job_link *link = link_find();
    struct merge_sums sums;
    char files[1200] = "";
    members_settle(&c->members);
    if (!c->why && merge_sum(&c->members, &sums) < 0)
        c->why = "out of memory";
    if (c->why) {
        link->say("flopshim: the summaries of the job's ranks cannot be put together: ", c->why, NULL);
        link->advise("its ranks' summaries cannot be put together");
        return false;
    }
    bool written = link->write(merge_render, &sums, files, sizeof files) == 0;
    if (written && c->has_own)
        link->is_written(); /* at once: whoever finds this rank dead knows by it that the job has its summary */
    merge_sums_free(&sums);
    say(link, files);
    return written;
}

static void collection_free(struct collection *c)
{
    members_free(&c->members);
    free(c->lengths);
    free(c->counts);
    free(c->places);
    free(c->bytes);
}

/* ---- all ranks ---- */

/* The ranks from `first` on whose bytes fit into a round: behind the last one. */
static int end_of_round(const int *lengths, int first, int *total)
{
    int next = first;
    for (*total = 0; next < ranks.size && (next == first || lengths[next] <= ROUND_BYTES - *total); next++)
        *total += lengths[next];
    return next;
}

/* Rank 0 says which ranks are next, and gets their bytes. -1: a message failed. */
static int do_round(struct collection *c, const struct out *own, int first, int *next)
{
    int total = 0, place = 0;
    bool is_root = ranks.rank == 0;
    if (is_root)
        *next = end_of_round(c->lengths, first, &total);
    if (mpi.bcast(next, 1, mpi_abi.integer, 0, ranks.comm) != MPI_OK)
        return -1;
    for (int i = 0; is_root && i < ranks.size; i++) {
        c->counts[i] = i >= first && i < *next ? c->lengths[i] : 0;
        c->places[i] = place;
        place += c->counts[i];
    }
    if (is_root)
        c->bytes = realloc(c->bytes, (size_t)total + 1);
    bool is_ours = ranks.rank >= first && ranks.rank < *next;
    if (mpi.gatherv(own->data ? own->data : "", is_ours ? (int)own->length : 0, mpi_abi.byte, c->bytes, c->counts, c->places,
                    mpi_abi.byte, 0, ranks.comm) != MPI_OK)
        return -1;
    for (int i = first; is_root && i < *next; i++)
        add(c, c->bytes + c->places[i], c->counts[i]);
    return 0;
}

static bool collect(struct collection *c, const struct out *own)
{
    int length = own->failed || own->length > ROUND_BYTES ? 0 : (int)own->length;
    if (ranks.rank == 0) {
        size_t bytes = (size_t)ranks.size * sizeof(int);
        c->lengths = malloc(bytes);
        c->counts = malloc(bytes);
        c->places = malloc(bytes);
    }
    if (mpi.gather(&length, 1, mpi_abi.integer, c->lengths, 1, mpi_abi.integer, 0, ranks.comm) != MPI_OK)
        return false;
    for (int first = 0, next = 0; first < ranks.size; first = next)
        if (do_round(c, own, first, &next) < 0)
            return false;
    return true;
}

void gather_summaries(void)
{
    struct out own = {0};
    struct collection collection = {0};
    bool told = link_find()->tell(take, &own) && own.length <= ROUND_BYTES;
    collection.has_own = told;
    bool collected = collect(&collection, &own);
    int written = collected && ranks.rank == 0 && write_files(&collection);
    if (mpi.bcast(&written, 1, mpi_abi.integer, 0, ranks.comm) == MPI_OK && written && told && ranks.rank != 0)
        link_find()->is_written();
    collection_free(&collection);
    out_free(&own);
}

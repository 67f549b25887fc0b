/* The process records of a ledger: what each used, how each ended, and what they say together. */
#pragma once
#include "ledger_walk.h"
#include "summary_model.h"

struct process_image {
    const struct ledger_process *record;
    uint32_t offset; /* of the record, by which blocks name it */
    bool superseded; /* another image of the same process follows */
    bool alive;
    wide flops_used;
    uint64_t calls;
    uint32_t threads; /* that were found of it; */
    bool had_main;    /* its first one is among them */
};

/* The images of a ledger, in scratch memory of processes_scratch() bytes. */
struct process_table {
    const struct ledger_view *view;
    struct process_image *images; /* in order of their records */
    struct process_image **by_identity;
    size_t count;
    size_t uncovered_room; /* for what could not be seen; as it was first read */
};

size_t processes_scratch(size_t records);
void processes_collect(struct process_table *table, const struct ledger_view *view, void *scratch, size_t records);
/* The image that a block belongs to; the root's where it names none; NULL where there is none at all. */
struct process_image *processes_find(const struct process_table *table, const struct ledger_block *block);

/* When it ended, or now; 0: it is not known. */
uint64_t processes_end_ns(const struct process_image *image);
/* Of the root's last image. */
uint64_t processes_root_end_ns(const struct process_table *table);

/* How much of the summary's memory processes_summarise needs. */
size_t processes_arena(const struct process_table *table);
/* Fill in the root, the end, refusals, what is missing, and the list, once all tallies are added up. filter: as
 * summary_from_ledger's namespace. */
void processes_summarise(const struct process_table *table, const char *filter, struct summary *summary);

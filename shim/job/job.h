/* What the library of MPI jobs (shim/mpi) asks of this one: a table, exported under a private name. FLOP_SCOPE=job itself does
 * nothing: a process that never calls MPI_Init is counted by itself. */
#pragma once
#include "config_values.h"
#include "ledger.h"
#include "out.h"
#include "share.h"
#include "summary_model.h"

#define JOB_LINK "flopshim_job_link_1"

/* Both libraries are of one build, or do not speak with each other. */
struct job_build {
    char version[24];
    uint32_t ledger_format;
    uint32_t summary_bytes;
    uint32_t link_bytes;
};
#define JOB_BUILD                                                                                            \
    {                                                                                                        \
        FLOPSHIM_VERSION, LEDGER_FORMAT, (uint32_t)sizeof(struct summary), (uint32_t)sizeof(struct job_link) \
    }

/* How a document of the job is written in the format that the file's name asks for. */
typedef void job_render(const char *path, void *data, struct out *out);

struct job_link {
    struct job_build build;
    const struct config *config;
    /* A line on stderr; its pieces end with NULL. */
    void (*say)(const char *first, ...);
    /* The process as it is now, with a record also where it never counted: handed to `take`. False: it cannot be told. */
    bool (*tell)(void (*take)(const struct summary *summary, void *data), void *data);
    /* The job's files, named by FLOP_OUTPUT. The names that were used, as a user would name them; "": none was asked for. -1
     * after a message: one could not be written. */
    int (*write)(job_render *render, void *data, char *names, size_t size);
    /* What was told last is in the job's files: the process's own are written only where it counts more. */
    void (*is_written)(void);
    /* There will be no summary of the job: says so, and how it is made of what the ranks leave. */
    void (*advise)(const char *why);
    void (*end)(int status); /* the process ends at once, its streams flushed */
    /* The process is this one of so many ranks of the job of this number; its record, made here, says so from now on. */
    void (*joined)(uint32_t rank, uint32_t ranks, uint32_t number);
    /* The ledger of a node, with room for so many ranks: made, its path told; and this process's ledger moves into that slot of
     * it, with all that was counted. False: that cannot be, and it has its own as before. */
    bool (*make_node)(uint32_t slots, char *path, size_t size);
    bool (*move_to_node)(const char *path, uint32_t slot);
    /* Could it use the node's share of the account? Asked before join. */
    bool (*map_node)(void);

    /* The process's account becomes a share of the job's (account/share.h): what it has spent is all that it has. */
    wide (*join)(const struct share_hooks *hooks);
    /* That share is the node's, together with what its other ranks hold. When all of them have joined. */
    void (*join_node)(void);
    void (*add)(wide flops);
    uint64_t (*draws)(void); /* how often the node was given some */
    /* Of a node's ranks one asks the job at a time: tried, and let go. */
    bool (*begin_drawing)(void);
    void (*end_drawing)(void);
    void (*left)(wide left);
    wide (*release)(void);
    void (*leave_job)(wide flops); /* no hook is called any more; so much more is the process's */
    bool (*is_unhandled)(void);    /* a refusal was raised in Python, and nobody handled it */
};

extern const struct job_link flopshim_job_link_1;

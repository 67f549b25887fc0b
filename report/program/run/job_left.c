/* Ledgers by job (job_left.h). One is claimed before it is read, and removed when the summary is written. */
#include "job_left.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "load.h"
#include "merge_sums.h"
#include "output.h"
#include "path.h"
#include "summary.h"
#include "sweep_name.h"
#include "templates.h"
#include "written.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct left {
    char name[SWEEP_NAME_BYTES + sizeof "#4095"];
    uint32_t job;
    bool is_done, runs;
    bool is_part; /* of a node's ledger, which nobody else claims, and which goes when all its parts are done, */
    bool keeps;   /* but for this one */
};

static struct left *lefts;
static size_t left_count;
static uint32_t *written_jobs; /* have a summary */
static size_t written_count;

static bool is_written(uint32_t job)
{
    for (size_t i = 0; i < written_count; i++)
        if (written_jobs[i] == job)
            return true;
    return false;
}

bool job_left_awaits(const struct ledger_view *view)
{
    const struct ledger_process *root = ledger_first_process(view);
    return root && root->ranks && !root->is_told;
}

void job_left_note(const struct ledger_view *view)
{
    const struct ledger_process *root = ledger_first_process(view);
    if (!root || !root->ranks || !root->is_told || is_written(root->job_number))
        return;
    uint32_t *more = reallocarray(written_jobs, written_count + 1, sizeof *more);
    if (!more)
        return;
    written_jobs = more;
    written_jobs[written_count++] = root->job_number;
}

static struct left *new_left(const char *name)
{
    struct left *more = reallocarray(lefts, left_count + 1, sizeof *more);
    if (!more)
        return NULL;
    lefts = more;
    lefts[left_count] = (struct left){.is_part = strrchr(name, NODE_PART)};
    snprintf(lefts[left_count].name, sizeof lefts->name, "%s", name);
    return &lefts[left_count++];
}

void job_left_node(const char *name, bool keeps)
{
    char part[sizeof lefts->name];
    snprintf(part, sizeof part, "%s%c0", name, NODE_PART);
    struct left *left = new_left(part);
    if (!left)
        return;
    left->is_done = true;
    left->keeps = keeps;
}

bool job_left_takes(const char *name, const struct loaded *loaded, const struct ended_child *child)
{
    const struct summary *s = &loaded->summary;
    job_left_note(&loaded->ledger);
    if (!s->ranks || (s->ranks > 1 && s->pid == (uint32_t)child->pid) || ledger_is_over(loaded->ledger.header))
        return false;
    struct left *left = new_left(name);
    if (!left)
        return false;
    left->job = s->job_number;
    left->runs = left->keeps = s->processes_alive > 0;
    return true;
}

/* ---- a job ---- */

struct job {
    struct members members;
    int64_t first; /* the least rank that is here: it stands for rank 0, whose names the files have */
    struct summary who;
    char host[sizeof((struct ledger_header *)0)->host], program[sizeof((struct ledger_process *)0)->program];
    char templates[TEMPLATE_BYTES], folder[sizeof((struct ledger_header *)0)->folder];
    uint32_t ranks;
    bool quiet, failed;
};

static void take_names(struct job *job, const struct loaded *loaded)
{
    const struct ledger_header *header = loaded->ledger.header;
    const struct summary *s = &loaded->summary;
    if (job->members.count > 1 && s->rank >= job->first)
        return;
    job->first = s->rank;
    job->ranks = s->ranks;
    snprintf(job->host, sizeof job->host, "%s", s->host);
    snprintf(job->program, sizeof job->program, "%s", s->program);
    snprintf(job->folder, sizeof job->folder, "%s", header->folder);
    if (output_select(header->output, false, job->templates, sizeof job->templates) < 0)
        *job->templates = 0;
    job->who = (struct summary){
        .pid = s->pid, .host = job->host, .program = job->program, .start_realtime_ns = s->start_realtime_ns};
}

/* Tables and logs are of one process, also in a job that ends well. */
static void write_tables(const struct loaded *loaded)
{
    char selected[TEMPLATE_BYTES], apart[TEMPLATE_BYTES];
    const struct ledger_header *header = loaded->ledger.header;
    struct output_order order = {.templates = apart, .folder = header->folder};
    output_forget();
    if (summary_is_worth_a_file(&loaded->summary) && !output_select(header->output, true, selected, sizeof selected) &&
        !templates_set_apart(selected, apart, sizeof apart))
        output_write_all(&order, &loaded->summary, NULL, 0);
}

/* False: the ledger stays as it is. */
static bool add(struct job *job, const char *folder, const char *name)
{
    struct loaded loaded;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (load_file(path, &loaded) < 0)
        return false;
    bool added = members_add(&job->members, &loaded.summary, loaded.summary.rank) == MEMBERS_ADDED;
    if (added)
        take_names(job, &loaded);
    else
        fprintf(stderr, "flopshim: %s: not added to the summary of its job: counted otherwise than the other ranks\n", path);
    if (added && !loaded.summary.processes_alive)
        write_tables(&loaded);
    load_free(&loaded);
    return added;
}

static void say(const struct job *job, const struct merge_sums *sums, const char *files)
{
    struct out missing = {0};
    if (job->quiet || !*files)
        return;
    fprintf(stderr, "flopshim: summary of the job (%zu of %u %s, made of what they left): %s\n", job->members.count, job->ranks,
            job->ranks == 1 ? "rank" : "ranks", files);
    size_t count = merge_put_missing(sums, &missing);
    if (count)
        fprintf(stderr,
                "flopshim: nothing of %s %.*s is on this node: started on another one, or ended before MPI_Init did; see "
                "`man flopshim-merge` for what is left elsewhere\n",
                count == 1 ? "rank" : "ranks", (int)missing.length, missing.data ? missing.data : "");
    out_free(&missing);
}

static void write_summary(struct job *job)
{
    struct merge_sums sums;
    char files[PATH_MAX] = "";
    const struct output_order order = {
        .templates = job->templates, .folder = job->folder, .render = merge_render, .data = &sums};
    members_settle(&job->members);
    job->failed = merge_sum(&job->members, &sums) < 0;
    if (job->failed) {
        fputs("flopshim: no summary of the job: out of memory\n", stderr);
        return;
    }
    output_forget();
    output_write_all(&order, &job->who, files, sizeof files);
    written_note_outputs();
    say(job, &sums, files);
    merge_sums_free(&sums);
}

/* All that are left of the job of one of them. */
static int report_job(size_t first, int folder, const char *path, bool quiet)
{
    struct job job = {.quiet = quiet};
    char claimed[SWEEP_NAME_BYTES];
    int staying = 0;
    for (size_t i = first; i < left_count; i++) {
        struct left *left = &lefts[i];
        if (left->is_done || left->job != lefts[first].job)
            continue;
        left->is_done = true;
        if (left->runs || left->is_part)
            left->keeps |= !add(&job, path, left->name);
        if (left->is_part)
            continue;
        bool is_claimed = !left->runs && sweep_claim(folder, left->name, claimed); /* else another one was faster */
        bool stays = is_claimed && !add(&job, path, claimed);
        snprintf(left->name, sizeof left->name, "%s", is_claimed && !stays ? claimed : "");
        staying += stays;
    }
    if (job.members.count)
        write_summary(&job);
    for (size_t i = first; i < left_count; i++)
        if (lefts[i].job == lefts[first].job && lefts[i].is_part)
            lefts[i].keeps |= job.failed;
        else if (lefts[i].job == lefts[first].job && *lefts[i].name && !job.failed)
            unlinkat(folder, lefts[i].name, 0);
    members_free(&job.members);
    return staying;
}

/* Does one of its parts keep it? */
static bool is_kept(const char *file)
{
    char other[sizeof lefts->name];
    for (size_t i = 0; i < left_count; i++)
        if (lefts[i].keeps && ledger_part_parse(lefts[i].name, other, sizeof other) >= 0 && !strcmp(file, other))
            return true;
    return false;
}

static void remove_nodes(int folder)
{
    char file[sizeof lefts->name];
    for (size_t i = 0; i < left_count; i++)
        if (ledger_part_parse(lefts[i].name, file, sizeof file) >= 0 && !is_kept(file))
            unlinkat(folder, file, 0);
}

int job_left_report(int folder, const char *path, bool quiet, bool (*alone)(const char *name, void *data), void *data)
{
    int staying = 0;
    for (size_t i = 0; i < left_count; i++) {
        if (lefts[i].is_done)
            continue;
        if (is_written(lefts[i].job)) {
            lefts[i].is_done = true;
            bool stays = !lefts[i].runs && alone(lefts[i].name, data);
            lefts[i].keeps |= stays;
            staying += stays;
        } else {
            staying += report_job(i, folder, path, quiet);
        }
    }
    remove_nodes(folder);
    free(lefts);
    lefts = NULL;
    left_count = 0;
    return staying;
}

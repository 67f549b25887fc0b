/* What `flopshim run` does about processes that could not speak for themselves. */
#include "leftover.h"
#include "job_left.h"
#include "ledger_alive.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "ledger_walk.h"
#include "load.h"
#include "output.h"
#include "path.h"
#include "summary.h"
#include "sweep.h"
#include "sweep_name.h"
#include "templates.h"
#include "written.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX ".ledger"
#define NAME_BYTES 256

bool leftover_is_ledger_name(const char *name)
{
    size_t length = strlen(name);
    return length > strlen(SUFFIX) && strcmp(name + length - strlen(SUFFIX), SUFFIX) == 0;
}

/* The name comes from the program: no control character may reach the terminal. */
static const char *printable(const char *path, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "%s", path_base(path));
    for (char *p = name; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            *p = '?';
    return name;
}

static void say_where(const struct summary *s, const char *files)
{
    char how[64] = "";
    if (strcmp(s->end_reason, "signal") == 0)
        snprintf(how, sizeof how, ", killed by signal %u", s->end_status);
    output_say(s, how, files);
}

static void say_running(const struct summary *s, const char *path)
{
    char name[NAME_BYTES];
    fprintf(stderr, "flopshim: %s (pid %u)", printable(s->program, name), s->pid);
    if (!s->is_tree)
        fprintf(stderr, " still runs; its ledger is %s\n", path);
    else if (s->processes_alive == 1)
        fprintf(stderr, ": 1 process of its tree still runs; the ledger is %s\n", path);
    else
        fprintf(stderr, ": %zu processes of its tree still run; the ledger is %s\n", s->processes_alive, path);
}

/* Completes the summary of a process that ended just now without noting its end: by a signal, or by the bare system call. */
static void set_ended(struct loaded *loaded, const struct ended_child *child)
{
    struct summary *s = &loaded->summary;
    const struct ledger_process *root = ledger_first_process(&loaded->ledger);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    summary_set_end(s, child->signal ? "signal" : "exit", (uint32_t)(child->signal ? child->signal : child->status));
    s->wall_ns = now_ns - root->start_monotonic_ns;
    if (!s->root_end)
        s->processes->wall_ns = s->wall_ns;
}

/* Takes over the names of what a process had written before it was killed, so that those files are replaced. */
static void adopt_outputs(const struct ledger_header *header)
{
    output_forget();
    for (int i = 0; i < LEDGER_OUTPUTS; i++)
        if (header->outputs[i].asked && memchr(header->outputs[i].used, 0, sizeof header->outputs[i].used))
            output_keep(header->outputs[i].asked, header->outputs[i].used);
}

/* The outputs are those that its process was given; `templates` where it names none. */
static void write_summary(struct loaded *loaded, const char *templates, const struct ended_child *child, bool quiet)
{
    char files[PATH_MAX], apart[TEMPLATE_BYTES];
    struct summary *s = &loaded->summary;
    if (s->pid == (uint32_t)child->pid && strcmp(s->end_reason, "unknown") == 0)
        set_ended(loaded, child);
    const struct ledger_header *header = loaded->ledger.header;
    const char *names = *header->output ? header->output : templates;
    struct output_order order = {.templates = output_own(s, names, apart, sizeof apart),
                                 .folder = header->folder,
                                 .label = summary_label(s),
                                 .again = true};
    adopt_outputs(header);
    if (output_write_all(&order, s, files, sizeof files) == 0 && *files && !quiet)
        say_where(s, files);
    written_note_outputs();
}

struct report {
    int fd; /* the folder */
    const char *folder, *templates;
    const struct ended_child *child;
    bool quiet;
};

/* Does the ledger stay? */
static bool report_one(const struct report *r, const char *name, bool alone)
{
    struct loaded loaded;
    char claimed[SWEEP_NAME_BYTES], path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    if (load_file(path, &loaded) < 0)
        return true;
    struct summary *s = &loaded.summary;
    const struct ledger_header *header = loaded.ledger.header;
    bool is_part = strrchr(name, NODE_PART); /* claimed by report_node, removed by job_left_report */
    bool stays = !header || (s->processes_alive > 0 && !(is_part && ledger_is_over(header)));
    if (header && stays && !r->quiet)
        say_running(s, path);
    bool waits = header && !alone && job_left_takes(name, &loaded, r->child);
    if (!stays && !waits && (is_part || sweep_claim(r->fd, name, claimed))) { /* else another one was faster */
        if (!ledger_is_over(header) && summary_is_worth_a_file(s))
            write_summary(&loaded, r->templates, r->child, r->quiet);
        if (!is_part)
            unlinkat(r->fd, claimed, 0);
    }
    load_free(&loaded);
    return stays;
}

struct node_report {
    const struct report *r;
    int staying;
    bool somebody_lives;
};

static void look_for_life(const char *path, void *data)
{
    struct node_report *node = data;
    struct ledger_view view;
    const char *why;
    if (ledger_load(path, &view, &why) < 0)
        return;
    node->somebody_lives |= !ledger_is_over(view.header) && ledger_somebody_lives(&view);
    ledger_unload(&view);
}

static void report_part(const char *path, void *data)
{
    struct node_report *node = data;
    node->staying += report_one(node->r, path_base(path), false);
}

/* A node's ledger is claimed once for all its parts, where nobody in it lives. */
static int report_node(const struct report *r, const char *name)
{
    char path[PATH_MAX], claimed[SWEEP_NAME_BYTES];
    struct node_report node = {.r = r};
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    ledger_parts(path, look_for_life, &node);
    if (!node.somebody_lives && !sweep_claim(r->fd, name, claimed))
        return 0;
    if (!node.somebody_lives)
        snprintf(path, sizeof path, "%s/%s", r->folder, claimed);
    ledger_parts(path, report_part, &node);
    job_left_node(path_base(path), node.somebody_lives || node.staying);
    return node.staying;
}

static bool report_alone(const char *name, void *report)
{
    return report_one(report, name, true);
}

void leftover_write(const struct ledger_view *view, const char *findings, const char *templates,
                    const struct ended_child *child, bool quiet)
{
    struct loaded loaded = {.ledger = *view};
    struct summary *s = &loaded.summary;
    if (summary_from_ledger(view, NULL, s) < 0)
        return;
    size_t bytes = strlen(s->uncovered) + strlen(findings) + 2;
    char *uncovered = malloc(bytes);
    if (uncovered) {
        snprintf(uncovered, bytes, "%s%s%s", s->uncovered, *s->uncovered ? "\n" : "", findings);
        s->uncovered = uncovered;
    }
    s->incomplete |= LEDGER_DOUBTFUL;
    s->complete = false;
    write_summary(&loaded, templates, child, quiet);
    summary_free(s);
    free(uncovered);
}

enum { MOMENT_NS = 20000000, HELPERS_MOMENTS = 15, WRITER_MOMENTS = 250 };

/* For how many moments it is worth waiting for the ledger's processes: what ends along with CMD (the helpers of a pool) may
 * take 0.3 s; one that has noted its end and still lives is writing the summary itself, which may take 5 s. */
static void be_patient(const char *path, void *data)
{
    struct ledger_view view;
    const char *why;
    int moments = 0, *most = data;
    if (ledger_load(path, &view, &why) < 0)
        return;
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_PROCESSES};
    const struct ledger_process *p;
    while (moments < WRITER_MOMENTS && (p = ledger_next_record(&cursor)) != NULL)
        if (ledger_process_lives(view.header, p))
            moments = p->end_monotonic_ns && p->end_reason != LEDGER_END_EXEC ? WRITER_MOMENTS : HELPERS_MOMENTS;
    *most = moments > *most ? moments : *most;
    ledger_unload(&view);
}

static int patience(const char *path)
{
    int most = 0;
    ledger_parts(path, be_patient, &most);
    return most;
}

static void wait_for_helpers(const char *path)
{
    const struct timespec moment = {0, MOMENT_NS};
    for (int i = 0; i < patience(path); i++)
        nanosleep(&moment, NULL);
}

int leftover_report(const char *folder, const char *templates, const struct ended_child *child, bool quiet)
{
    char path[PATH_MAX];
    int staying = 0;
    DIR *entries = opendir(folder);
    if (!entries) {
        fprintf(stderr, "flopshim: cannot read the ledgers in %s: %s\n", folder, strerror(errno));
        return 1;
    }
    struct report report = {dirfd(entries), folder, templates, child, quiet};
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        struct sweep_name name;
        if (!leftover_is_ledger_name(entry->d_name) || (sweep_parse(entry->d_name, &name) && sweep_is_claimed(&name)))
            continue;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= sizeof path)
            continue;
        wait_for_helpers(path);
        if (access(path, F_OK) == 0)
            staying += ledger_is_of_node(path) ? report_node(&report, entry->d_name)
                                               : report_one(&report, entry->d_name, false);
    }
    staying += job_left_report(report.fd, folder, quiet, report_alone, &report);
    closedir(entries);
    return staying;
}

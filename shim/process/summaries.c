/* The summary files of this process: written, and named on stderr once. Under shim_lock, but for the naming, which is for the
 * thread that ends the process. */
#include "summaries.h"
#include "config.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "origin.h"
#include "output.h"
#include "starts.h"
#include "summary.h"
#include "sweep.h"
#include "templates.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool written; /* before, by this process or another of its tree */
static bool said;
static struct {
    bool given; /* to its job */
    uint64_t calls, queries, refused_calls;
} told;
static char names[1200];

static const char *label(void)
{
    return *config.namespace_ ? config.namespace_ : NULL;
}

/* Where relative names start: for a tree, where its root was started, whichever process writes them. */
static const char *folder(void)
{
    return ledger->scope == LEDGER_SCOPE_TREE ? ledger->folder : origin_folder();
}

static bool summarise(struct summary *summary)
{
    struct ledger_view view = ledger_view();
    return !summary_from_ledger(&view, NULL, summary);
}

/* The names of the files that any process of the tree has written: they are written anew, and no others. */
static void recall_outputs(void)
{
    for (int i = 0; i < LEDGER_OUTPUTS; i++)
        if (ledger->outputs[i].asked)
            output_keep(ledger->outputs[i].asked, ledger->outputs[i].used);
    written |= ledger->outputs[0].asked != 0;
}

static void remember_outputs(void)
{
    const char *used;
    uint64_t asked;
    for (int i = 0; i < LEDGER_OUTPUTS && (used = output_kept((size_t)i, &asked)); i++)
        if (strlen(used) < sizeof ledger->outputs[i].used) {
            strcpy(ledger->outputs[i].used, used);
            ledger->outputs[i].asked = asked;
        }
}

/* A process that may open no file can still print. */
static const char *templates(void)
{
    return origin_is_confined() ? "stderr" : config.output;
}

static bool is_all_told(const struct summary *s)
{
    return told.given && s->calls == told.calls && s->queries == told.queries && s->refused_calls == told.refused_calls;
}

/* What is left for a process whose job has a summary: names that nobody shares, and what the job has no such file of. */
static const char *templates_of(const struct summary *s)
{
    static char selected[sizeof config.output], apart[sizeof config.output];
    if (!told.given)
        return templates();
    bool fits = !is_all_told(s) ? !templates_set_apart(templates(), apart, sizeof apart)
                                : !output_select(templates(), true, selected, sizeof selected) &&
                                      !templates_set_apart(selected, apart, sizeof apart);
    return fits ? apart : templates();
}

void summaries_write(void)
{
    struct summary summary;
    if (templates_are_none(config.output) || !summarise(&summary))
        return;
    if (summary_is_worth_a_file(&summary)) {
        recall_outputs();
        struct output_order order = {
            .templates = templates_of(&summary), .folder = folder(), .label = label(), .again = written};
        output_write_all(&order, &summary, names, sizeof names);
        remember_outputs();
        written = true;
    }
    summary_free(&summary);
}

int summaries_write_to(const char *path)
{
    struct summary summary;
    struct output_order order = {.templates = path, .label = label(), .again = true};
    if (!ledger || !summarise(&summary))
        return -1;
    int status = output_write_all(&order, &summary, NULL, 0);
    summary_free(&summary);
    return status;
}

int summaries_write_job(output_render *render, void *data, char *files, size_t size)
{
    char selected[sizeof config.output];
    struct output_order order = {.templates = selected, .folder = folder(), .render = render, .data = data};
    struct summary who = {.pid = (uint32_t)getpid(),
                          .host = ledger->host,
                          .program = ledger_process->program,
                          .start_realtime_ns = ledger_process->start_realtime_ns};
    if (output_select(templates(), false, selected, sizeof selected) < 0)
        return -1;
    int result = output_write_all(&order, &who, files, size);
    remember_outputs();
    return result;
}

void summaries_told(const struct summary *s)
{
    told.calls = s->calls;
    told.queries = s->queries;
    told.refused_calls = s->refused_calls;
}

void summaries_given(void)
{
    told.given = true;
}

const char *summaries_named(void)
{
    return names;
}

/* Once a tree: whoever comes after the root, or ends before it, writes the same files. */
static bool is_for_another(enum ledger_end reason)
{
    if (ledger->scope != LEDGER_SCOPE_TREE)
        return false;
    return reason == LEDGER_END_EXEC ||
           __atomic_fetch_or(&ledger->said, LEDGER_SAID_FILES, __ATOMIC_RELAXED) & LEDGER_SAID_FILES;
}

void summaries_say(enum ledger_end reason)
{
    struct summary who = {.pid = (uint32_t)getpid(), .program = program_invocation_short_name};
    if (said || config.quiet || !ledger || !*names || is_for_another(reason))
        return;
    said = true;
    output_say(&who, "", names);
}

void summaries_said(void)
{
    said = true;
}

void summaries_sweep(void)
{
    struct sweep how = {.children_only = true, .quiet = config.quiet};
    if (templates_are_none(config.output))
        return;
    if (starts_any())
        sweep_folder(ledger_folder(), &how);
    how.children_only = false;
    if (ledger_process)
        sweep_folder(ledger_folder(), &how);
}

void summaries_forget(void)
{
    written = said = told.given = false;
    *names = 0;
}

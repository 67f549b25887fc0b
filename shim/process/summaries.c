/* The summary files of this process: written, and named on stderr once. Under shim_lock, but for the naming, which is for the
 * thread that ends the process. */
#include "summaries.h"
#include "config.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "message.h"
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
    bool given;    /* to its job, */
    uint32_t mark; /* as it was then */
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

void summaries_write(void)
{
    static char apart[sizeof config.output];
    struct summary summary;
    if (templates_are_none(config.output) || !summarise(&summary))
        return;
    if (summary_is_worth_a_file(&summary)) {
        recall_outputs();
        struct output_order order = {.templates = output_own(&summary, templates(), apart, sizeof apart),
                                     .folder = folder(),
                                     .label = label(),
                                     .again = written};
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
    told.mark = summary_mark(s);
}

void summaries_given(void)
{
    told.given = true;
    self_told(told.mark);
}

bool summaries_are_left_to_run(void)
{
    return ledger_process->ranks && !told.given && ledger_is_watched_here();
}

/* The first bytes of a template for a shell: a field stands for anything. */
static void put_pattern(struct out *out, const char *template, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = template[i];
        bool is_plain = strchr("/.-_+,=@:", c) || (unsigned char)(c - '0') < 10 || (unsigned char)((c | 0x20) - 'a') < 26;
        if (c == '%') {
            out_text(out, template[++i] == '%' ? "%" : "*");
            continue;
        }
        out_text(out, is_plain ? "" : "\\");
        out_bytes(out, &c, 1);
    }
}

/* With the folders where summaries of ranks lie. False: there will be none that can be merged. */
static bool put_command(struct out *out)
{
    bool has_json = false;
    char item[TEMPLATE_BYTES];
    const char *list = config.output;
    out_text(out, "flopshim merge --job ");
    out_number(out, ledger_process->job_number);
    while (templates_next(&list, item, sizeof item)) {
        const char *end = strrchr(item, '/'), *dot = strrchr(item, '.');
        if (!dot || strcmp(dot, ".json") != 0)
            continue;
        has_json = true;
        out_text(out, " ");
        if (*item != '/')
            put_pattern(out, folder(), strlen(folder()));
        out_text(out, *item != '/' || end == item ? "/" : "");
        put_pattern(out, item, end ? (size_t)(end - item) : 0);
    }
    out_bytes(out, "", 1);
    return has_json;
}

void summaries_advise(const char *why)
{
    static bool advised;
    struct out command = {0};
    if (advised || config.quiet || !ledger_process || !ledger_process->ranks || told.given || summaries_are_left_to_run() ||
        templates_are_none(config.output))
        return;
    advised = true;
    bool has_json = put_command(&command);
    message_line("flopshim: no summary of the job: ", why,
                 has_json ? ". When all ranks have ended it is made of what they leave by: "
                          : ". Text cannot be merged (FLOP_OUTPUT=NAME.json can); of ranks that were killed it is made by: ",
                 command.failed ? "flopshim merge" : command.data, NULL);
    out_free(&command);
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

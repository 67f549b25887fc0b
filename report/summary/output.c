/* Writes a summary to each file of a list in the format that its extension names. Remembers what this process wrote
 * where, so that a later write replaces its own file and nobody else's. One thread at a time. */
#include "output.h"
#include "calls.h"
#include "csv.h"
#include "json.h"
#include "origin.h"
#include "out_save.h"
#include "path.h"
#include "templates.h"
#include "text.h"
#include "text_rows.h"
#include "trace.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#define KEPT_COUNT 4
#define FALLBACK_PATIENCE_MS 1000
#define LINE_PATIENCE_MS 300
#define FOR_EVER (-1)

/* asked is a hash of the path that was asked for; the path used may have a suffix. */
struct kept {
    uint64_t asked;
    pid_t owner; /* a fork's child owns nothing */
    char used[TEMPLATE_BYTES];
};

static struct kept kept[KEPT_COUNT];

/* ---- what was written before ---- */

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

static struct kept *find_kept(uint64_t asked)
{
    for (struct kept *k = kept; k < kept + KEPT_COUNT; k++)
        if (k->asked == asked && k->owner == getpid())
            return k;
    return NULL;
}

void output_keep(uint64_t asked, const char *used)
{
    struct kept *place = find_kept(asked);
    for (struct kept *k = kept; !place && k < kept + KEPT_COUNT; k++)
        if (k->owner != getpid())
            place = k;
    if (!place || strlen(used) >= TEMPLATE_BYTES)
        return;
    place->asked = asked;
    place->owner = getpid();
    strcpy(place->used, used);
}

const char *output_kept(size_t index, uint64_t *asked)
{
    if (index >= KEPT_COUNT || kept[index].owner != getpid())
        return NULL;
    *asked = kept[index].asked;
    return kept[index].used;
}

void output_forget(void)
{
    memset(kept, 0, sizeof kept);
}

/* ---- writing ---- */

static void render(const struct output_order *order, const char *path, const struct summary *s, struct out *out)
{
    if (order->render)
        order->render(path, order->data, out);
    else if (path_ends_with(path, ".trace.json"))
        trace_json(s, out);
    else if (path_ends_with(path, ".calls.csv"))
        calls_csv(s, out);
    else if (path_ends_with(path, ".json"))
        summary_json(s, out);
    else if (path_ends_with(path, ".csv"))
        summary_csv(s, out);
    else
        summary_text(s, order->label, out);
}

/* `used` may come from a ledger that others have written: only a name that out_save gives to the same request, with a
 * number in it, is taken for what was written before. */
static bool is_name_of(const char *used, const char *path)
{
    size_t same = 0;
    while (used[same] && used[same] == path[same])
        same++;
    const char *rest = path + same;
    size_t length = strlen(used) - same;
    if (length < strlen(rest) || strcmp(used + strlen(used) - strlen(rest), rest) != 0)
        return false;
    const char *number = used + same, *end = used + strlen(used) - strlen(rest);
    if (number == end)
        return true;
    /* "x.1.json" and "x.json" have the dot behind x in common. */
    if (*number == '.')
        number++;
    else if (same && used[same - 1] == '.' && end[-1] == '.')
        end--;
    else
        return false;
    for (const char *p = number; p < end; p++)
        if (*p < '0' || *p > '9')
            return false;
    return number < end;
}

/* path becomes the name that was used. */
static int write_file(const struct output_order *order, char *path, const struct summary *s)
{
    struct out out = {0};
    uint64_t asked = hash_of(path);
    struct kept *before = order->again ? find_kept(asked) : NULL;
    if (before && !is_name_of(before->used, path))
        before = NULL;
    render(order, path, s, &out);
    if (before)
        strcpy(path, before->used);
    int result = out_save(&out, path, !before, path, PATH_MAX);
    int saved = errno;
    if (result == 0 && !order->of_the_dead)
        output_keep(asked, path);
    out_free(&out);
    errno = saved;
    return result;
}

static int write_stderr(const struct output_order *order, const struct summary *s, int patience_ms)
{
    struct out out = {0};
    render(order, "", s, &out);
    int result = origin_print(&out, patience_ms);
    out_free(&out);
    return result;
}

/* strerror may allocate and translate. */
static void put_reason(struct out *out, int error)
{
    static const struct {
        int error;
        const char *text;
    } reasons[] = {
        {EACCES, "permission denied"},       {EPERM, "not permitted"},         {ENOSPC, "no space left"},
        {EDQUOT, "quota exceeded"},          {EROFS, "read-only file system"}, {ENOENT, "no such folder"},
        {ENOTDIR, "not a folder"},           {EISDIR, "is a folder"},          {ENAMETOOLONG, "name too long"},
        {EFBIG, "file size limit reached"},  {EMFILE, "too many open files"},  {ENOMEM, "out of memory"},
        {EEXIST, "all its names are taken"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].error == error) {
            out_text(out, reasons[i].text);
            return;
        }
    out_text(out, "error ");
    out_number(out, (unsigned)error);
}

static void warn(const char *path, int error)
{
    struct out out = {0};
    out_text(&out, "flopshim: cannot write the summary to ");
    text_put_name(&out, origin_shown(path));
    out_text(&out, " (");
    put_reason(&out, error);
    out_text(&out, "); it follows here\n");
    origin_print(&out, FALLBACK_PATIENCE_MS);
    out_free(&out);
}

/* Writes the file at `path`, which becomes the name that was used. -1: it could not be written, and a warning was printed. */
static int write_one(const struct output_order *order, char *path, const struct summary *s, bool *is_file)
{
    *is_file = false;
    if (strcmp(path, "none") == 0)
        return 0;
    if (strcmp(path, "stderr") == 0 || strcmp(path, "/dev/stderr") == 0) {
        write_stderr(order, s, order->of_the_dead ? FALLBACK_PATIENCE_MS : FOR_EVER);
        return 0;
    }
    *is_file = true;
    if (order->folder)
        origin_resolve(order->folder, path, PATH_MAX);
    if (write_file(order, path, s) == 0)
        return 0;
    if (!order->of_the_dead)
        warn(path, errno);
    return -1;
}

static void add_name(struct out *names, const char *path)
{
    out_text(names, names->length ? ", " : "");
    text_put_name(names, origin_shown(path));
}

int output_expand(const char *template, const struct summary *summary, char *path, size_t size)
{
    const struct template_values values = {.start_realtime_ns = summary->start_realtime_ns,
                                           .host = summary->host,
                                           .program = summary->program,
                                           .pid = summary->pid};
    return template_expand(template, &values, path, size);
}

/* Every template. *files: the names of what was written. */
static int write_each(const struct output_order *order, const struct summary *summary, struct out *files)
{
    const char *templates = order->templates;
    char item[TEMPLATE_BYTES], path[PATH_MAX];
    int result = 0;
    bool is_file;
    while (templates_next(&templates, item, sizeof item)) {
        if (output_expand(item, summary, path, sizeof path) < 0) {
            result = -1;
            if (!order->of_the_dead)
                warn(item, errno);
            continue;
        }
        if (write_one(order, path, summary, &is_file) < 0)
            result = -1;
        else if (is_file)
            add_name(files, path);
    }
    return result;
}

int output_write_all(const struct output_order *order, const struct summary *summary, char *names, size_t size)
{
    struct out files = {0};
    int result = write_each(order, summary, &files);
    if (result < 0 && !order->of_the_dead)
        write_stderr(order, summary, FALLBACK_PATIENCE_MS);
    if (size) {
        size_t length = files.length < size ? files.length : size - 1;
        if (length)
            memcpy(names, files.data, length);
        names[length] = 0;
    }
    out_free(&files);
    return result;
}

int output_select(const char *list, bool of_one, char *selected, size_t size)
{
    char item[TEMPLATE_BYTES];
    size_t length = 0;
    *selected = 0;
    while (templates_next(&list, item, sizeof item)) {
        if ((path_ends_with(item, ".csv") || path_ends_with(item, ".trace.json")) != of_one)
            continue;
        if (length + strlen(item) + 2 > size)
            return -1;
        length = (size_t)(stpcpy(stpcpy(selected + length, length ? "," : ""), item) - selected);
    }
    return 0;
}

const char *output_own(const struct summary *summary, const char *list, char *apart, size_t size)
{
    char selected[TEMPLATE_BYTES];
    bool has_all = summary->told && summary->told == summary_mark(summary);
    if (!summary->ranks || (has_all && output_select(list, true, selected, sizeof selected) < 0))
        return list;
    return templates_set_apart(has_all ? selected : list, apart, size) ? list : apart;
}

void output_say(const struct summary *summary, const char *how, const char *names)
{
    struct out line = {0};
    out_text(&line, "flopshim: summary of ");
    text_put_name(&line, path_base(summary->program));
    out_text(&line, " (pid ");
    out_number(&line, summary->pid);
    out_text(&line, how);
    out_text(&line, "): ");
    out_text(&line, names);
    out_text(&line, "\n");
    origin_print(&line, LINE_PATIENCE_MS);
    out_free(&line);
}

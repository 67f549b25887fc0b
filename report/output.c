/* Expands output templates and writes each file in the format that its extension names. Remembers what this process wrote
 * where, so that a later write replaces its own file and nobody else's. One thread at a time. */
#include "output.h"
#include "instant.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEPT_COUNT 4
#define KEPT_BYTES 1024
#define FALLBACK_PATIENCE_MS 1000
#define FOR_EVER (-1)

/* asked is a hash of the path that was asked for; the path used may have a suffix. */
struct kept {
    uint64_t asked;
    pid_t owner; /* a fork's child owns nothing */
    char used[KEPT_BYTES];
};

static struct kept kept[KEPT_COUNT];

bool output_next(const char **list, char *item, size_t size)
{
    while (**list) {
        const char *begin = *list + strspn(*list, " ");
        size_t length = strcspn(begin, ",");
        *list = begin + length + (begin[length] == ',');
        while (length && begin[length - 1] == ' ')
            length--;
        if (!length || length >= size)
            continue;
        memcpy(item, begin, length);
        item[length] = 0;
        return true;
    }
    return false;
}

int output_anchor(const char *list, const char *folder, char *anchored, size_t size)
{
    char item[KEPT_BYTES];
    size_t used = 0;
    bool usable = *folder == '/' && !strpbrk(folder, ",%");
    *anchored = 0;
    while (usable && output_next(&list, item, sizeof item)) {
        bool is_name = *item != '/' && strcmp(item, "none") && strcmp(item, "stderr");
        int length = snprintf(anchored + used, size - used, "%s%s%s%s", used ? "," : "", is_name ? folder : "",
                              is_name ? "/" : "", item);
        usable = length >= 0 && (size_t)length < size - used;
        used += (size_t)length;
    }
    return usable ? 0 : -1;
}

/* ---- templates ---- */

static const char *first_set(const char *const *names)
{
    for (; *names; names++) {
        const char *value = getenv(*names);
        if (value && *value)
            return value;
    }
    return NULL;
}

static void put_safely(struct out *out, const char *value)
{
    for (; *value; value++)
        out_bytes(out, *value == '/' || (unsigned char)*value < 0x20 ? "_" : value, 1);
}

static void put_start(struct out *out, uint64_t realtime_ns)
{
    struct instant at = instant_of(realtime_ns);
    out_padded(out, at.year, 4);
    out_padded(out, at.month, 2);
    out_padded(out, at.day, 2);
    out_text(out, "T");
    out_padded(out, at.hour, 2);
    out_padded(out, at.minute, 2);
    out_padded(out, at.second, 2);
}

static void put_program(struct out *out, const char *program)
{
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    put_safely(out, *name ? name : "program");
}

static void put_job(struct out *out, const struct summary *s)
{
    static const char *const names[] = {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", NULL};
    const char *job = first_set(names);
    if (job)
        put_safely(out, job);
    else
        out_number(out, s->pid);
}

static void put_rank(struct out *out)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID", NULL};
    const char *rank = first_set(names);
    put_safely(out, rank ? rank : "0");
}

/* false: no such letter. */
static bool put_field(struct out *out, char letter, const struct summary *s)
{
    switch (letter) {
    case 'p': out_number(out, s->pid); return true;
    case 'h': put_safely(out, *s->host ? s->host : "localhost"); return true;
    case 'e': put_program(out, s->program); return true;
    case 'r': put_rank(out); return true;
    case 'j': put_job(out, s); return true;
    case 't': put_start(out, s->start_realtime_ns); return true;
    case '%': out_text(out, "%"); return true;
    default: return false;
    }
}

int output_expand(const char *template, const struct summary *summary, char *path, size_t size)
{
    struct out out = {0};
    for (; *template; template ++) {
        if (*template == '%' && put_field(&out, template[1], summary))
            template ++;
        else
            out_bytes(&out, template, 1);
    }
    bool fits = !out.failed && out.length < size;
    if (fits && out.length)
        memcpy(path, out.data, out.length);
    if (fits)
        path[out.length] = 0;
    errno = out.failed ? ENOMEM : ENAMETOOLONG;
    out_free(&out);
    return fits ? 0 : -1;
}

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
    if (!place || strlen(used) >= KEPT_BYTES)
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

static bool ends_with(const char *path, const char *extension)
{
    size_t length = strlen(path);
    size_t wanted = strlen(extension);
    return length >= wanted && strcmp(path + length - wanted, extension) == 0;
}

static void render(const char *path, const struct summary *s, const char *label, struct out *out)
{
    if (ends_with(path, ".json"))
        summary_json(s, out);
    else if (ends_with(path, ".csv"))
        summary_csv(s, out);
    else
        summary_text(s, label, out);
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
    if (length < strlen(rest) || strcmp(used + strlen(used) - strlen(rest), rest))
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
static int write_file(char *path, const struct summary *s, const char *label, bool again)
{
    struct out out = {0};
    uint64_t asked = hash_of(path);
    struct kept *before = again ? find_kept(asked) : NULL;
    if (before && !is_name_of(before->used, path))
        before = NULL;
    render(path, s, label, &out);
    if (before)
        strcpy(path, before->used);
    int result = out_save(&out, path, !before, path, PATH_MAX);
    int saved = errno;
    if (result == 0)
        output_keep(asked, path);
    out_free(&out);
    errno = saved;
    return result;
}

static int write_stderr(const struct summary *s, const char *label, int patience_ms)
{
    struct out out = {0};
    summary_text(s, label, &out);
    int result = out_print(&out, STDERR_FILENO, patience_ms);
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
    out_number(out, (uint64_t)error);
}

static void warn(const char *path, int error)
{
    struct out out = {0};
    out_text(&out, "flopshim: cannot write the summary to ");
    out_text(&out, path);
    out_text(&out, " (");
    put_reason(&out, error);
    out_text(&out, "); it follows here\n");
    out_print(&out, STDERR_FILENO, FALLBACK_PATIENCE_MS);
    out_free(&out);
}

/* One template. -1: a file that could not be written; the warning is out. */
static int write_one(char *path, const struct summary *s, const char *label, bool again, bool *is_file)
{
    *is_file = false;
    if (strcmp(path, "none") == 0)
        return 0;
    if (strcmp(path, "stderr") == 0 || strcmp(path, "/dev/stderr") == 0) {
        write_stderr(s, label, FOR_EVER);
        return 0;
    }
    *is_file = true;
    if (write_file(path, s, label, again) == 0)
        return 0;
    warn(path, errno);
    return -1;
}

int output_write_all(const char *templates, const struct summary *summary, const char *label, bool again, char *first_path,
                     size_t size)
{
    char item[KEPT_BYTES];
    char path[PATH_MAX];
    int result = 0;
    bool told = false;
    bool is_file;
    if (first_path && size)
        *first_path = 0;
    while (output_next(&templates, item, sizeof item)) {
        if (output_expand(item, summary, path, sizeof path) < 0) {
            warn(item, errno);
            result = -1;
        } else if (write_one(path, summary, label, again, &is_file) < 0) {
            result = -1;
        } else if (is_file && !told && first_path && strlen(path) < size) {
            strcpy(first_path, path);
            told = true;
        }
    }
    if (result < 0)
        write_stderr(summary, label, FALLBACK_PATIENCE_MS);
    return result;
}

/* The list of templates, and the names that they stand for (templates.h). */
#include "templates.h"
#include "instant.h"
#include "launcher.h"
#include "out.h"
#include "path.h"
#include <errno.h>
#include <string.h>

bool templates_next(const char **list, char *item, size_t size)
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
    const char *name = path_base(program);
    put_safely(out, *name ? name : "program");
}

static void put_job(struct out *out, const struct template_values *values)
{
    const char *job = launcher_job_text();
    if (job)
        put_safely(out, job);
    else
        out_number(out, values->pid);
}

static void put_rank(struct out *out)
{
    const char *rank = launcher_rank_text();
    put_safely(out, rank ? rank : "0");
}

/* false: no such letter. */
static bool put_field(struct out *out, char letter, const struct template_values *values)
{
    switch (letter) {
    case 'p': out_number(out, values->pid); return true;
    case 'h': put_safely(out, *values->host ? values->host : "localhost"); return true;
    case 'e': put_program(out, values->program); return true;
    case 'r': put_rank(out); return true;
    case 'j': put_job(out, values); return true;
    case 't': put_start(out, values->start_realtime_ns); return true;
    case '%': out_text(out, "%"); return true;
    default: return false;
    }
}

/* What was put together becomes a terminated text. -1 with errno where it does not fit. */
static int hand_over(struct out *out, char *text, size_t size)
{
    bool fits = !out->failed && out->length < size;
    if (fits && out->length)
        memcpy(text, out->data, out->length);
    if (fits)
        text[out->length] = 0;
    errno = out->failed ? ENOMEM : ENAMETOOLONG;
    out_free(out);
    return fits ? 0 : -1;
}

int template_expand(const char *template, const struct template_values *values, char *path, size_t size)
{
    struct out out = {0};
    for (; *template; template ++) {
        if (*template == '%' && put_field(&out, template[1], values))
            template ++;
        else
            out_bytes(&out, template, 1);
    }
    return hand_over(&out, path, size);
}

bool templates_are_none(const char *list)
{
    char item[TEMPLATE_BYTES];
    while (templates_next(&list, item, sizeof item))
        if (strcmp(item, "none") != 0)
            return false;
    return true;
}

/* A text that stands for itself in a template. */
static void put_literally(struct out *out, const char *text)
{
    for (; *text; text++)
        out_bytes(out, *text == '%' ? "%%" : text, *text == '%' ? 2 : 1);
}

int templates_anchor(const char *list, const char *folder, char *anchored, size_t size)
{
    struct out out = {0};
    char item[TEMPLATE_BYTES];
    if (*folder != '/' || strchr(folder, ','))
        return -1;
    while (templates_next(&list, item, sizeof item)) {
        out_text(&out, out.length ? "," : "");
        if (*item != '/' && strcmp(item, "none") != 0 && strcmp(item, "stderr") != 0) {
            put_literally(&out, folder);
            out_text(&out, "/");
        }
        out_text(&out, item);
    }
    return hand_over(&out, anchored, size);
}

static bool has_pid(const char *item)
{
    for (; *item; item += item[0] == '%' && item[1] ? 2 : 1)
        if (item[0] == '%' && item[1] == 'p')
            return true;
    return false;
}

static bool is_file(const char *item)
{
    return strcmp(item, "none") != 0 && strcmp(item, "stderr") != 0 && strncmp(item, "/dev/", 5) != 0;
}

int templates_set_apart(const char *list, char *apart, size_t size)
{
    struct out out = {0};
    char item[TEMPLATE_BYTES];
    while (templates_next(&list, item, sizeof item)) {
        const char *base = path_base(item), *dot = strrchr(base, '.');
        size_t stem = dot && dot > base ? (size_t)(dot - item) : strlen(item);
        out_text(&out, out.length ? "," : "");
        out_bytes(&out, item, stem);
        out_text(&out, is_file(item) && !has_pid(item) ? ".%p" : "");
        out_text(&out, item + stem);
    }
    return hand_over(&out, apart, size);
}

/* What %r or %j stand for in this environment. Empty: neither, or a job that has no number but the pid. */
static void put_surroundings(struct out *out, const char *field)
{
    const char *job = field[1] == 'j' ? launcher_job_text() : NULL;
    if (job)
        put_safely(out, job);
    else if (field[1] == 'r')
        put_rank(out);
    if (out->length)
        out_bytes(out, "", 1);
}

int templates_settle(const char *list, char *settled, size_t size)
{
    struct out out = {0};
    while (*list) {
        struct out value = {0};
        size_t length = list[0] == '%' && list[1] ? 2 : 1;
        if (length == 2)
            put_surroundings(&value, list);
        if (value.length && !value.failed)
            put_literally(&out, value.data);
        else
            out_bytes(&out, list, length);
        out_free(&value);
        list += length;
    }
    return hand_over(&out, settled, size);
}

/* Renders what was loaded and delivers it. */
#include "show.h"
#include "calls.h"
#include "cmd.h"
#include "csv.h"
#include "json.h"
#include "out_save.h"
#include "roofline.h"
#include "text.h"
#include "text_rows.h"
#include "trace.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void show_summary(const char *path, const struct loaded *loaded, const char *format, bool one_of_many, struct out *out)
{
    const struct summary *s = &loaded->summary;
    if (strcmp(format, "trace") == 0) {
        trace_json(s, out);
    } else if (strcmp(format, "calls") == 0) {
        calls_csv(s, out);
    } else if (strcmp(format, "json") == 0) {
        summary_json(s, out);
    } else if (strcmp(format, "csv") == 0) {
        summary_csv(s, out);
    } else {
        if (one_of_many) {
            out_text(out, out->length ? "\n==> " : "==> ");
            text_put_name(out, path);
            out_text(out, " <==\n");
        }
        summary_text(s, summary_label(s), out);
        roofline_text(s, out);
    }
}

/* What a terminal would obey is not for it: names in a CSV stand as they are elsewhere. */
static int print(const struct out *out)
{
    struct out shown = {0};
    if (!isatty(STDOUT_FILENO))
        return out_print(out, STDOUT_FILENO, -1);
    for (size_t i = 0; i < out->length;) {
        const char *line = out->data + i, *end = memchr(line, '\n', out->length - i);
        size_t length = end ? (size_t)(end - line) : out->length - i;
        text_put_line(&shown, line, length);
        out_text(&shown, end ? "\n" : "");
        i += length + 1;
    }
    int result = out_print(&shown, STDOUT_FILENO, -1);
    out_free(&shown);
    return result;
}

int show_deliver(const char *verb, const struct out *out, const char *output)
{
    bool to_stdout = !output || strcmp(output, "-") == 0 || strcmp(output, "/dev/stdout") == 0;
    if (out->failed)
        errno = ENOMEM;
    else if (to_stdout ? print(out) == 0 : out_save(out, output, false, NULL, 0) == 0)
        return 0;
    fprintf(stderr, "flopshim %s: cannot write to %s: %s\n", verb, to_stdout ? "stdout" : output, strerror(errno));
    return STATUS_FAILED;
}

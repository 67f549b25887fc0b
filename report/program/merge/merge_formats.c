/* Which writer writes a format. */
#include "merge_formats.h"
#include "merge_file.h"
#include "merge_sqlite.h"
#include <string.h>

/* .prom is what node_exporter's textfile collector looks for. */
static const struct merge_format formats[] = {
    {"text", ".txt", merge_text},  {"json", ".json", merge_json},           {"csv", ".csv", merge_csv},
    {"html", ".html", merge_html}, {"openmetrics", ".prom", merge_metrics}, {"sqlite", ".sqlite", NULL},
};

const struct merge_format *merge_format_named(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const struct merge_format *merge_format_of(const char *output)
{
    const char *dot = output ? strrchr(output, '.') : NULL;
    if (!dot || strchr(dot, '/'))
        return formats;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].extension, dot) == 0)
            return &formats[i];
    return NULL;
}

int merge_write(const struct merge_sums *sums, const struct merge_format *format, const char *output)
{
    struct merge_file file;
    if (!format->write)
        return merge_sqlite(sums, output);
    int status = merge_file_open(&file, output);
    if (status)
        return status;
    format->write(sums, &file.sink);
    return merge_file_close(&file);
}

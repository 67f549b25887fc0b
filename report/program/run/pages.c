/* Asks for JSON where pages are wanted, and makes HTML of what was written. */
#include "pages.h"
#include "html.h"
#include "load.h"
#include "merge_read.h"
#include "merge_sums.h"
#include "origin.h"
#include "out_save.h"
#include "output.h"
#include "templates.h"
#include "written.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define JSON ".json"
#define HTML ".html"

static bool ends_with(const char *text, const char *end)
{
    return strlen(text) > strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static bool is_listed(const char *list, const char *wanted_item)
{
    char item[TEMPLATE_BYTES];
    while (templates_next(&list, item, sizeof item))
        if (strcmp(item, wanted_item) == 0)
            return true;
    return false;
}

/* Both extensions have one length. */
static void put_extension(char *path, const char *extension)
{
    memcpy(path + strlen(path) - strlen(extension), extension, strlen(extension));
}

bool pages_replace(const char *list, char *replaced, size_t size)
{
    char item[TEMPLATE_BYTES];
    bool found = false;
    *replaced = 0;
    while (templates_next(&list, item, sizeof item)) {
        if (ends_with(item, HTML)) {
            put_extension(item, JSON);
            found = true;
        }
        size_t used = strlen(replaced);
        if (!is_listed(replaced, item) && used + strlen(item) + 2 <= size)
            snprintf(replaced + used, size - used, "%s%s", used ? "," : "", item);
    }
    return found;
}

/* Beside the JSON; path: the name that was used. */
static int save(const struct out *out, const char *json, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s", json);
    put_extension(path, HTML);
    int result = out_save(out, path, true, path, PATH_MAX);
    if (result < 0)
        fprintf(stderr, "flopshim run: cannot write %s: %s\n", path, strerror(errno));
    return result;
}

static int make(const char *json, bool quiet)
{
    struct loaded loaded;
    struct out out = {0};
    char path[PATH_MAX];
    if (load_file(json, &loaded) < 0)
        return -1;
    html_report(&(struct html_source){.summary = &loaded.summary, .path = origin_shown(json)}, NULL, &out);
    int result = save(&out, json, path);
    if (!result && !quiet)
        output_say(&loaded.summary, ", as a page", origin_shown(path));
    out_free(&out);
    load_free(&loaded);
    return result;
}

/* The summary of an MPI job is a merge. */
static int make_of_job(const char *json, bool quiet)
{
    struct members members = {0};
    struct merge_sums sums;
    struct merge_sink sink = {0};
    char path[PATH_MAX];
    int result = merge_read(&members, json, MEMBER_NO_RANK);
    members_settle(&members);
    if (!result && (result = merge_sum(&members, &sums)) == 0) {
        merge_html(&sums, &sink);
        result = save(&sink.out, json, path);
        merge_sums_free(&sums);
    }
    if (!result && !quiet)
        fprintf(stderr, "flopshim: summary of the job, as a page: %s\n", origin_shown(path));
    out_free(&sink.out);
    members_free(&members);
    return result;
}

int pages_make(bool quiet)
{
    int result = 0;
    const char *path;
    for (size_t i = 0; (path = written_at(i)) != NULL; i++)
        if (ends_with(path, JSON) && (merge_is(path) ? make_of_job : make)(path, quiet) < 0)
            result = -1;
    return result;
}

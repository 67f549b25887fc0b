/* A merge is read line by line, a member at a time, so that its size is no matter; its sums are worked out again. */
#include "merge_read.h"
#include "c_numbers.h"
#include "json_read.h"
#include "kernel.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "load.h"
#include "merge_sums.h"
#include "out_save.h"
#include "path.h"
#include "progress.h"
#include "text_rows.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RANK_KEY ", \"rank\": "

/* Names come from anybody: no control character may reach the terminal. */
static int complain(const char *path, const char *why)
{
    struct out out = {0};
    out_text(&out, "flopshim merge: ");
    text_put_name(&out, path);
    out_text(&out, ": ");
    text_put_name(&out, why);
    out_text(&out, "\n");
    progress_clear();
    out_print(&out, STDERR_FILENO, -1);
    out_free(&out);
    return -1;
}

static int add(struct members *members, const char *path, const struct summary *summary, int64_t rank)
{
    char why[512];
    switch (members_add(members, summary, rank)) {
    case MEMBERS_ADDED: return 0;
    case MEMBERS_NAMELESS: return complain(path, "does not say of which process it is: expected process.pid and process.start");
    case MEMBERS_UNLIKE:
        snprintf(why, sizeof why,
                 "not counted as the files before it: cost model %.100s, convention %.20s, multiplier %.60s; expected %.100s, "
                 "%.20s, %.60s",
                 summary->cost_model, summary->convention, summary->multiplier, members->cost_model, members->convention,
                 members->multiplier);
        return complain(path, why);
    case MEMBERS_NO_MEMORY: break;
    }
    return complain(path, "out of memory");
}

/* The rank that a member's line has behind its schema, where merge_json puts it. */
static int64_t rank_in(const char *line)
{
    const char *rank = strstr(line, RANK_KEY), *process = strstr(line, ", \"cost_model\"");
    if (!rank || (process && rank > process) || !strncmp(rank + strlen(RANK_KEY), "null", 4))
        return MEMBER_NO_RANK;
    return (int64_t)(strtoull(rank + strlen(RANK_KEY), NULL, 10) & INT64_MAX);
}

static int add_line(struct members *members, const char *path, const char *line, size_t length)
{
    char message[1024];
    struct summary summary;
    if (summary_from_json(line, length, path, &summary, message, sizeof message) < 0) {
        progress_clear();
        fprintf(stderr, "flopshim merge: %s\n", message);
        return -1;
    }
    int result = add(members, path, &summary, rank_in(line));
    summary_free(&summary);
    return result;
}

static int read_members(struct members *members, const char *path, FILE *file)
{
    static const char opening[] = "  \"members\": [\n";
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool inside = false, ended = false;
    int result = 0;
    while (!result && !ended && (length = getline(&line, &room, file)) > 0) {
        if (!inside) {
            inside = strcmp(line, opening) == 0;
        } else if (*line == '{') {
            length -= line[length - 1] == '\n';
            length -= length && line[length - 1] == ',';
            result = add_line(members, path, line, (size_t)length);
        } else {
            ended = strcmp(line, "]}\n") == 0;
            result = ended ? 0 : complain(path, "not as `flopshim merge` wrote it: expected a member in each line");
        }
    }
    free(line);
    if (!result && !ended)
        result = complain(path, ferror(file) ? strerror(errno) : "cut off, or not as `flopshim merge` wrote it");
    return result;
}

/* The file, positioned behind its version, where it is a merge; else NULL. Only a regular file can be looked at twice. */
static FILE *open_merge(const char *path, unsigned long *schema)
{
    char begin[sizeof MERGE_BEGIN + 24] = "";
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool is_file = fd >= 0 && kernel_fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    ssize_t length = is_file ? pread(fd, begin, sizeof begin - 1, 0) : 0;
    if (length < (ssize_t)strlen(MERGE_BEGIN) || strncmp(begin, MERGE_BEGIN, strlen(MERGE_BEGIN)) != 0) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    *schema = strtoull(begin + strlen(MERGE_BEGIN), NULL, 10);
    return fdopen(fd, "r");
}

bool merge_is(const char *path)
{
    unsigned long schema;
    FILE *file = open_merge(path, &schema);
    if (file)
        fclose(file);
    return file;
}

struct reading {
    struct members *members;
    int64_t rank;
    int result;
};

static void read_ledger(const char *path, void *data)
{
    struct reading *r = data;
    struct loaded loaded;
    if (load_file(path, &loaded) < 0) {
        r->result = -1;
        return;
    }
    if (loaded.ledger.header && !loaded.ledger.doubtful && !ledger_first_process(&loaded.ledger))
        complain(path, "nothing was counted in it: its process was killed before");
    else if (add(r->members, path, &loaded.summary, r->rank == MEMBER_NO_RANK ? loaded.summary.rank : r->rank) < 0)
        r->result = -1;
    load_free(&loaded);
}

int merge_read(struct members *members, const char *path, int64_t rank)
{
    unsigned long schema;
    FILE *file = open_merge(path, &schema);
    if (file) {
        int result = schema == MERGE_SCHEMA ? read_members(members, path, file)
                                            : complain(path, "merge_schema_version: expected 1; a newer flopshim wrote it");
        fclose(file);
        return result;
    }
    struct reading reading = {members, rank, 0};
    ledger_parts(path, read_ledger, &reading);
    return reading.result;
}

int64_t merge_rank_of(const char *path, const char *template)
{
    const char *name = path_base(path), *mark = strstr(template, "%r");
    size_t before = (size_t)(mark - template), length = strlen(name), behind = strlen(mark + 2);
    if (length <= before + behind || strncmp(name, template, before) != 0 || strcmp(name + length - behind, mark + 2) != 0)
        return MEMBER_NO_RANK;
    size_t digits = length - before - behind;
    if (digits > 9 || strspn(name + before, "0123456789") < digits)
        return MEMBER_NO_RANK;
    return (int64_t)strtoull(name + before, NULL, 10);
}

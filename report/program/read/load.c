/* Tells ledgers from JSON summaries by the magic at the front, and loads either. */
#include "load.h"
#include "json_read.h"
#include "kernel.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "names.h"
#include "out_save.h"
#include "progress.h"
#include "summary.h"
#include "text_rows.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MESSAGE_BYTES 1024
#define JSON_MAX_BYTES ((size_t)256 << 20) /* of a ledger of the largest size it is less */

/* Names and texts may come from anybody: no control character may reach the terminal. */
static void say(const char *text, const char *more)
{
    struct out out = {0};
    out_text(&out, "flopshim: ");
    text_put_name(&out, text);
    text_put_name(&out, more);
    out_text(&out, "\n");
    progress_clear();
    out_print(&out, STDERR_FILENO, -1);
    out_free(&out);
}

static int complain(const char *path, const char *why)
{
    char reason[256];
    snprintf(reason, sizeof reason, ": %s", why);
    say(path, reason);
    return -1;
}

static int load_ledger(const char *path, struct loaded *loaded)
{
    const char *why;
    if (ledger_load(path, &loaded->ledger, &why) < 0) {
        loaded->ledger.header = NULL;
        return complain(path, why ? why : strerror(errno));
    }
    if (summary_from_ledger(&loaded->ledger, NULL, &loaded->summary) < 0)
        return complain(path, "out of memory");
    return 0;
}

/* The whole file in malloc'ed memory, behind what was read of it before; pipes too. NULL with errno. */
static char *read_file(FILE *file, const char *before, size_t *length)
{
    size_t capacity = (size_t)64 << 10;
    char *data = malloc(capacity);
    if (data)
        memcpy(data, before, *length);
    while (data) {
        *length += fread(data + *length, 1, capacity - *length, file);
        if (*length < capacity)
            break;
        char *larger = capacity < JSON_MAX_BYTES ? realloc(data, capacity * 2) : NULL;
        if (!larger)
            free(data);
        data = larger;
        capacity *= 2;
        errno = data ? 0 : EFBIG;
    }
    return data;
}

static int load_json(const char *path, FILE *file, const char *before, size_t length, struct loaded *loaded)
{
    char message[MESSAGE_BYTES];
    char *data = read_file(file, before, &length);
    if (!data || ferror(file)) {
        free(data);
        return complain(path, strerror(errno));
    }
    int result = summary_from_json(data, length, path, &loaded->summary, message, sizeof message);
    if (result < 0)
        say(message, "");
    free(data);
    return result;
}

/* Opens without waiting for a writer. What is neither a file nor a pipe, such as a terminal or /dev/zero, is refused: it may
 * have no end. */
static FILE *open_file(const char *path, const char **why)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    *why = NULL;
    if (fd >= 0 && kernel_fstat(fd, &status) == 0) {
        bool is_pipe = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
        *why = S_ISDIR(status.st_mode)                                             ? "is a folder"
               : !S_ISREG(status.st_mode) && !is_pipe                              ? "neither a file nor a pipe"
               : S_ISREG(status.st_mode) && status.st_size > (off_t)JSON_MAX_BYTES ? "too large for a ledger or a summary"
                                                                                   : NULL;
    }
    FILE *file = fd < 0 || *why ? NULL : fdopen(fd, "r");
    if (!file && fd >= 0)
        close(fd);
    return file;
}

/* The first byte of a file or pipe, or EOF. A pipe with a writer is waited for; one without ends at once. */
static int first_byte(FILE *file)
{
    struct stat status;
    int first = fgetc(file);
    if (kernel_fstat(fileno(file), &status) || S_ISREG(status.st_mode))
        return first;
    fcntl(fileno(file), F_SETFL, O_RDONLY);
    if (first != EOF || !ferror(file) || errno != EAGAIN)
        return first;
    clearerr(file);
    return fgetc(file);
}

/* The first byte that is no blank tells a ledger from JSON; a file that is neither is read no further. */
int load_file(const char *path, struct loaded *loaded)
{
    char begin[sizeof LEDGER_MAGIC], name[PATH_MAX];
    size_t length = 0;
    const char *why;
    *loaded = (struct loaded){0};
    ledger_part_parse(path, name, sizeof name);
    FILE *file = open_file(name, &why);
    if (!file)
        return complain(path, why ? why : strerror(errno));
    errno = 0;
    int first = first_byte(file);
    while (first == ' ' || first == '\t' || first == '\r' || first == '\n')
        first = fgetc(file);
    if (first != EOF)
        begin[length++] = (char)first;
    if (first == LEDGER_MAGIC[0])
        length += fread(begin + 1, 1, sizeof LEDGER_MAGIC - 2, file);
    int result = -1;
    if (length == sizeof LEDGER_MAGIC - 1 && (!memcmp(begin, LEDGER_MAGIC, length) || !memcmp(begin, NODE_MAGIC, length)))
        result = load_ledger(path, loaded);
    else if (first == '{')
        result = load_json(path, file, begin, length, loaded);
    else
        complain(path, ferror(file) ? strerror(errno) : length ? "neither a ledger nor a JSON summary of flopshim" : "empty");
    fclose(file);
    if (result == 0)
        names_resolve(&loaded->summary);
    else
        load_free(loaded);
    return result;
}

void load_free(struct loaded *loaded)
{
    summary_free(&loaded->summary);
    if (loaded->ledger.header)
        ledger_unload(&loaded->ledger);
    *loaded = (struct loaded){0};
}

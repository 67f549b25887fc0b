/* Sends a merge on in pieces. */
#include "merge_file.h"
#include "cmd.h"
#include "kernel.h"
#include "out_save.h"
#include "path.h"
#include "show.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 20 };

static bool is_stdout(const char *output)
{
    return !output || strcmp(output, "-") == 0 || strcmp(output, "/dev/stdout") == 0;
}

int merge_file_temporary(const char *output, char temporary[PATH_MAX])
{
    const struct out nothing = {0};
    const char *base = path_base(output);
    struct stat status;
    int length = snprintf(temporary, PATH_MAX, "%.*s.flopshim-%d.merge.tmp", (int)(base - output), output, (int)getpid());
    if (!*base || length >= PATH_MAX || strlen(base) > NAME_MAX) {
        errno = *base ? ENAMETOOLONG : EISDIR;
        return -1;
    }
    if (kernel_stat(output, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    return out_save(&nothing, temporary, true, temporary, PATH_MAX);
}

static int fail(const char *output, int error)
{
    fprintf(stderr, "flopshim merge: cannot write to %s: %s\n", is_stdout(output) ? "stdout" : output, strerror(error));
    return STATUS_FAILED;
}

static void send(struct merge_file *file)
{
    if (!file->error && file->sink.out.failed)
        file->error = ENOMEM;
    if (!file->error && out_print(&file->sink.out, file->fd, -1) < 0)
        file->error = errno;
    file->sink.out.length = 0;
}

static void drain(struct merge_sink *sink)
{
    struct merge_file *file = (struct merge_file *)sink;
    if (file->fd >= 0 && sink->out.length >= PIECE_BYTES)
        send(file);
}

int merge_file_open(struct merge_file *file, const char *output)
{
    struct stat status;
    file->sink = (struct merge_sink){.drain = drain};
    file->output = output;
    file->temporary[0] = 0;
    file->error = 0;
    file->fd = -1;
    if (is_stdout(output)) {
        file->fd = isatty(STDOUT_FILENO) ? -1 : STDOUT_FILENO;
        return 0;
    }
    if (kernel_lstat(output, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode) && !S_ISDIR(status.st_mode))
        return 0;
    if (merge_file_temporary(output, file->temporary) < 0)
        return fail(output, errno);
    file->fd = open(file->temporary, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file->fd >= 0)
        return 0;
    int error = errno;
    unlink(file->temporary);
    return fail(output, error);
}

int merge_file_close(struct merge_file *file)
{
    int status = 0;
    if (file->fd < 0) {
        status = show_deliver("merge", &file->sink.out, file->output);
    } else {
        send(file);
        if (*file->temporary && close(file->fd) < 0 && !file->error)
            file->error = errno;
        if (*file->temporary && !file->error && rename(file->temporary, file->output) < 0)
            file->error = errno;
        if (*file->temporary && file->error)
            unlink(file->temporary);
        status = file->error ? fail(file->output, file->error) : 0;
    }
    out_free(&file->sink.out);
    return status;
}

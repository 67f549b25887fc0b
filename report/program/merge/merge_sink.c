/* Sends a merge on in pieces. */
#include "merge_sink.h"
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

int sink_temporary(const char *output, char temporary[PATH_MAX])
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

int sink_open(struct merge_sink *sink, const char *output)
{
    struct stat status;
    sink->out = (struct out){0};
    sink->output = output;
    sink->temporary[0] = 0;
    sink->error = 0;
    sink->fd = -1;
    if (is_stdout(output)) {
        sink->fd = isatty(STDOUT_FILENO) ? -1 : STDOUT_FILENO;
        return 0;
    }
    if (kernel_lstat(output, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode) && !S_ISDIR(status.st_mode))
        return 0;
    if (sink_temporary(output, sink->temporary) < 0)
        return fail(output, errno);
    sink->fd = open(sink->temporary, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (sink->fd >= 0)
        return 0;
    int error = errno;
    unlink(sink->temporary);
    return fail(output, error);
}

static void send(struct merge_sink *sink)
{
    if (!sink->error && sink->out.failed)
        sink->error = ENOMEM;
    if (!sink->error && out_print(&sink->out, sink->fd, -1) < 0)
        sink->error = errno;
    sink->out.length = 0;
}

void sink_drain(struct merge_sink *sink)
{
    if (sink->fd >= 0 && sink->out.length >= PIECE_BYTES)
        send(sink);
}

int sink_close(struct merge_sink *sink)
{
    int status = 0;
    if (sink->fd < 0) {
        status = show_deliver("merge", &sink->out, sink->output);
    } else {
        send(sink);
        if (*sink->temporary && close(sink->fd) < 0 && !sink->error)
            sink->error = errno;
        if (*sink->temporary && !sink->error && rename(sink->temporary, sink->output) < 0)
            sink->error = errno;
        if (*sink->temporary && sink->error)
            unlink(sink->temporary);
        status = sink->error ? fail(sink->output, sink->error) : 0;
    }
    out_free(&sink->out);
    return status;
}

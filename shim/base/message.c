/* Lines on stderr, from any state of the process: no stdio, no allocation, no SIGPIPE or SIGXFSZ. What is quoted in them comes
 * from the environment or the program: a control character would make two lines of one, or reach the terminal. */
#include "message.h"
#include "origin.h"
#include "own_stack.h"
#include "signals.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 2048

static void write_all(const char *text, size_t length)
{
    while (length) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            text += written;
            length -= (size_t)written;
        }
    }
}

static void write_guarded(const char *text, size_t length)
{
    struct held_signals held;
    if (!origin_has_stderr())
        return;
    signals_hold(&held);
    write_all(text, length);
    signals_release(&held);
}

struct pieces {
    const char *first;
    va_list more;
};

static void write_pieces(void *data)
{
    struct pieces *pieces = data;
    char line[LINE_BYTES];
    size_t length = 0;
    for (const char *piece = pieces->first; piece; piece = va_arg(pieces->more, const char *)) {
        size_t more = strlen(piece);
        if (more > sizeof line - 1 - length)
            more = sizeof line - 1 - length;
        memcpy(line + length, piece, more);
        length += more;
    }
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[length++] = '\n';
    write_guarded(line, length);
}

void message_line(const char *first, ...)
{
    struct pieces pieces = {.first = first};
    int saved = errno;
    va_start(pieces.more, first);
    own_stack_run(write_pieces, &pieces);
    va_end(pieces.more);
    errno = saved;
}

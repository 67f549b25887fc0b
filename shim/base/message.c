/* Lines on stderr, from any state of the process: no stdio, no allocation, no SIGPIPE or SIGXFSZ. What is quoted in them comes
 * from the environment or the program: a control character would make two lines of one, or reach the terminal. */
#include "shim.h"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
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

static void take_back(int signal)
{
    const struct timespec now = {0, 0};
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    while (sigtimedwait(&one, NULL, &now) < 0 && errno == EINTR)
        ;
}

/* Neither a reader that went away nor a full file must end the program: SIGPIPE and SIGXFSZ are blocked, and taken back
 * if they came from us. */
static void write_guarded(const char *text, size_t length)
{
    sigset_t signals, before, pending;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    sigaddset(&signals, SIGXFSZ);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &signals, &before);
    write_all(text, length);
    if (!sigismember(&pending, SIGPIPE))
        take_back(SIGPIPE);
    if (!sigismember(&pending, SIGXFSZ))
        take_back(SIGXFSZ);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void message_line(const char *first, ...)
{
    char line[LINE_BYTES];
    size_t length = 0;
    int saved = errno;
    va_list pieces;
    va_start(pieces, first);
    for (const char *piece = first; piece; piece = va_arg(pieces, const char *)) {
        size_t more = strlen(piece);
        if (more > sizeof line - 1 - length)
            more = sizeof line - 1 - length;
        memcpy(line + length, piece, more);
        length += more;
    }
    va_end(pieces);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[length++] = '\n';
    write_guarded(line, length);
    errno = saved;
}

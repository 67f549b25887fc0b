/* A line on the terminal that says how far a long work is (progress.h). */
#include "progress.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30, FIRST_MS = 500, EACH_MS = 100 };

static struct {
    const char *verb; /* NULL: nothing is shown */
    size_t total;
    size_t done;
    int64_t drawn_ms; /* when it was drawn, or work began */
    bool is_drawn;
    bool was_drawn;
} progress;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_begin(const char *verb, size_t total)
{
    progress.verb = total > 1 && isatty(STDERR_FILENO) ? verb : NULL;
    progress.total = total;
    progress.done = 0;
    progress.was_drawn = progress.is_drawn = false;
    progress.drawn_ms = now_ms();
}

static void draw(void)
{
    char bar[BAR + 1];
    size_t filled = progress.done * BAR / progress.total;
    memset(bar, '.', BAR);
    memset(bar, '#', filled);
    bar[BAR] = 0;
    fprintf(stderr, "\r\033[Kflopshim %s: [%s] %zu of %zu files\r", progress.verb, bar, progress.done, progress.total);
    progress.is_drawn = progress.was_drawn = true;
}

void progress_step(void)
{
    progress.done += progress.done < progress.total;
    if (!progress.verb)
        return;
    int64_t now = now_ms();
    if (now - progress.drawn_ms < (progress.was_drawn ? EACH_MS : FIRST_MS))
        return;
    progress.drawn_ms = now;
    draw();
}

void progress_clear(void)
{
    if (progress.is_drawn)
        fputs("\r\033[K", stderr);
    progress.is_drawn = false;
}

void progress_end(void)
{
    progress_clear();
    progress.verb = NULL;
}

/* A line on the terminal that says how far a long work is (progress.h). */
#include "progress.h"
#include "clock.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR 30
#define FIRST_NS 500000000
#define EACH_NS 100000000

static struct {
    const char *verb; /* NULL: nothing is shown */
    size_t total;
    size_t done;
    uint64_t drawn_ns; /* when it was drawn, or work began */
    bool is_drawn;
    bool was_drawn;
} progress;

void progress_begin(const char *verb, size_t total)
{
    progress.verb = total > 1 && isatty(STDERR_FILENO) ? verb : NULL;
    progress.total = total;
    progress.done = 0;
    progress.was_drawn = progress.is_drawn = false;
    progress.drawn_ns = clock_now_ns();
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
    uint64_t now = clock_now_ns();
    if (now - progress.drawn_ns < (progress.was_drawn ? EACH_NS : FIRST_NS))
        return;
    progress.drawn_ns = now;
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

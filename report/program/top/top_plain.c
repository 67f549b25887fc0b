/* A frame needs two looks: rates are what came between. */
#include "top_plain.h"
#include "clock.h"
#include "cmd.h"
#include "out_save.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static double now(void)
{
    return (double)clock_now_ns() / 1e9;
}

static void rest(double seconds)
{
    if (seconds <= 0)
        return;
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&time, &time) < 0 && errno == EINTR)
        continue;
}

static int say(const struct top_model *model, const struct top_view *view, const struct top_plain *how, bool first)
{
    struct out out = {0};
    if (how->json) {
        top_put_json(model, how->delay, &out);
    } else {
        out_text(&out, first ? "" : "\n");
        top_put_frame(model, view, how->columns, 0, &out);
    }
    bool bad = out.failed || model->failed;
    errno = bad ? ENOMEM : 0;
    int result = bad ? -1 : out_print(&out, STDOUT_FILENO, -1);
    out_free(&out);
    if (result == 0)
        return 0;
    fprintf(stderr, "flopshim top: cannot write to stdout: %s\n", strerror(errno));
    return STATUS_FAILED;
}

int top_plain(struct top_model *model, const struct top_target *target, const struct top_view *view,
              const struct top_plain *how)
{
    int status = 0;
    double begin = now();
    top_look(model, target, begin);
    double seconds = top_rest(how->delay, now() - begin);
    for (unsigned long frame = 0; !status && (!how->frames || frame < how->frames); frame++) {
        rest(begin + seconds - now());
        begin = now();
        top_look(model, target, begin);
        seconds = top_rest(how->delay, now() - begin);
        status = say(model, view, how, frame == 0);
        if (!how->frames && target->kind != TOP_OF_ALL && model->ledgers && model->ended == model->ledgers)
            break;
    }
    return status;
}

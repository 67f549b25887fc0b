/* What joins the floors: the start at load, and the table of the few calls that go upwards (base/parts.h). */
#include "parts.h"
#include "deliver.h"
#include "exit.h"
#include "fast_limits.h"
#include "refuse.h"
#include "resolve.h"
#include "start.h"
#include "thread.h"
#include <errno.h>
#include <stdlib.h>

static void in_child(void)
{
    refuse_forget();
    python_forget();
}

const struct parts parts = {
    .started = fast_limits_choose, .in_child = in_child, .asking = thread_put_aside, .asked = thread_take_back};

__attribute__((constructor)) static void start(void)
{
    int saved = errno;
    forward_start();
    start_shim();
    on_exit(exit_finish, NULL);
    at_quick_exit(exit_quickly);
    errno = saved;
}

/* The loader calls it after the program's own destructors, and before those of every other library. */
__attribute__((destructor)) static void end(void)
{
    exit_begin();
}

/* Exceptions that nobody handles (unhandled.h). */
#include "unhandled.h"
#include "thread.h"
#include <stdatomic.h>
#include <string.h>

static atomic_bool unheard;
static atomic_bool uncaught;
static atomic_int on_their_way;
static PyObject *class_for_hook;

/* Is it the refusal, or something raised while one was handled? */
static bool stems_from_refusal(PyObject *exception)
{
    static const char *const links[] = {"__context__", "__cause__"};
    if (!exception)
        return false;
    if (py.is_instance(exception, class_for_hook) > 0)
        return true;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        PyObject *next = py.attribute(exception, links[i]);
        bool found = next && stems_from_refusal(next);
        if (next)
            py.drop(next);
        py.clear();
        if (found)
            return true;
    }
    return false;
}

int unhandled_see(const char *event, PyObject *arguments, void *unused)
{
    (void)unused;
    if (!strcmp(event, "flopshim.raised")) {
        struct thread *t = py.as_pointer(py.item(arguments, 0));
        if (t && t->exception_since_ns)
            atomic_fetch_sub(&on_their_way, 1);
        if (t)
            t->exception_since_ns = 0;
    } else if (!strcmp(event, "flopshim.thread") && stems_from_refusal(py.item(arguments, 0))) {
        atomic_store(&unheard, true);
    } else if (!strcmp(event, "sys.excepthook") && stems_from_refusal(py.item(arguments, 2))) {
        atomic_store(&uncaught, true);
    } else if (!strcmp(event, "sys.unraisablehook")) {
        PyObject *value = py.attribute(py.item(arguments, 1), "exc_value");
        if (stems_from_refusal(value))
            atomic_store(&unheard, true);
        if (value)
            py.drop(value);
        py.clear();
    }
    return 0;
}

void unhandled_look_for(PyObject *class)
{
    class_for_hook = class;
}

void unhandled_sent(void)
{
    atomic_fetch_add(&on_their_way, 1);
}

void unhandled_not_sent(void)
{
    atomic_fetch_sub(&on_their_way, 1);
}

bool unhandled_was_lost(void)
{
    return atomic_load(&on_their_way) > 0 || atomic_load(&unheard);
}

bool unhandled_was_uncaught(void)
{
    return atomic_load(&uncaught);
}

void unhandled_forget(void)
{
    atomic_store(&on_their_way, 0);
    atomic_store(&unheard, false);
    atomic_store(&uncaught, false);
}

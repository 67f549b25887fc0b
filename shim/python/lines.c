/* The line of a script (lines.h), by functions that every CPython from 3.9 on exports.
 *
 * They want the interpreter's lock, which NumPy and SciPy give away around their longer calls. It is taken again only for
 * callers that are known to hold no other lock there (extension.h): they wait for it themselves as soon as the call is over.
 * Others may hold what the owner of the lock waits for. Waiting for another thread of Python's takes up to its switch interval
 * (5 ms), so that it is bounded to a tenth of the thread's time: calls beyond that have no line. Of several interpreters
 * in a process only a thread that holds the lock is known to be its main one's. */
#include "lines.h"
#include "callers.h"
#include "clock.h"
#include "extension.h"
#include "interpreter.h"
#include "resolve.h"
#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

#define FRAMES_MOST 64
#define PLACES 256
#define WAIT_NS 50000          /* more is no taking, but waiting */
#define ALLOWANCE_NS 100000000 /* at first; then a tenth of the time: */
#define WAIT_SHARE 10

#define LINES_FUNCTIONS(F)                                      \
    F(frame_of, "PyThreadState_GetFrame", PyObject *, (void *)) \
    F(back, "PyFrame_GetBack", PyObject *, (PyObject *))        \
    F(code, "PyFrame_GetCode", PyObject *, (PyObject *))        \
    F(line, "PyFrame_GetLineNumber", int, (PyObject *))         \
    F(utf8, "PyUnicode_AsUTF8", const char *, (PyObject *))     \
    F(newest, "PyInterpreterState_Head", void *, (void))        \
    F(main, "PyInterpreterState_Main", void *, (void))

#define LINES_MEMBER(member, name, result, arguments) result(*member) arguments; /* NOLINT: types have no parentheses */
static struct {
    LINES_FUNCTIONS(LINES_MEMBER)
    void *(*current)(void);
} lines;
#undef LINES_MEMBER

enum found { NOT_LOOKED, FOUND, MISSING };

/* A call from a place that called before, when no interpreter was there, is none from a script's. It spares the question to the
 * loader; that is asked anew for each new place, because an interpreter may be loaded at any time. */
static bool has_interpreter(uintptr_t place)
{
    static _Atomic uintptr_t without[PLACES];
    _Atomic uintptr_t *known = &without[((uint32_t)place * 0x9e3779b1u) >> 24];
    if (atomic_load_explicit(known, memory_order_relaxed) == place)
        return false;
    if (forward_lookup(RTLD_DEFAULT, "Py_IsInitialized"))
        return true;
    atomic_store_explicit(known, place, memory_order_relaxed);
    return false;
}

static bool find_functions(uintptr_t place)
{
    static _Atomic enum found found;
    enum found known = atomic_load(&found);
    if (known != NOT_LOOKED || !has_interpreter(place))
        return known == FOUND;
    bool all = true;
#define FIND(member, name, result, arguments) all = (*(void **)&lines.member = forward_lookup(RTLD_DEFAULT, name)) && all;
    LINES_FUNCTIONS(FIND)
#undef FIND
    void *current = forward_lookup(RTLD_DEFAULT, "PyThreadState_GetUnchecked"); /* 3.13 */
    *(void **)&lines.current = current ? current : forward_lookup(RTLD_DEFAULT, "_PyThreadState_UncheckedGet");
    all = all && lines.current;
    atomic_store(&found, all ? FOUND : MISSING);
    return all;
}

/* ---- the interpreter's lock ---- */

struct hold {
    bool taken;
    int state;
};

static bool may_wait(const struct thread *t)
{
    uint64_t waited = t->lines_waited_ns;
    return waited <= ALLOWANCE_NS || (waited - ALLOWANCE_NS) * WAIT_SHARE <= clock_now_ns() - t->lines_since_ns;
}

/* Where another interpreter's state is this thread's, or may be, the lock is not to be taken for the main one. */
static bool take_lock(struct thread *t, struct hold *hold)
{
    if (!extension_checks_errors(t->caller) || lines.newest() != lines.main())
        return false;
    uint64_t before = clock_now_ns();
    if (!t->lines_since_ns)
        t->lines_since_ns = before;
    if (!may_wait(t))
        return false;
    hold->state = py.ensure();
    hold->taken = true;
    uint64_t waited = clock_now_ns() - before;
    t->lines_waited_ns += waited > WAIT_NS ? waited : 0;
    return true;
}

/* Which state is the current one is asked first: PyGILState_Check says yes where there ever was a second interpreter. */
static bool hold_lock(struct thread *t, void *state, struct hold *hold)
{
    *hold = (struct hold){0};
    return lines.current() == state || take_lock(t, hold);
}

/* ---- frames ---- */

struct place {
    PyObject *code;
    int line;
};

/* A new reference, or NULL, as `text` points into it. */
static PyObject *text_of(PyObject *code, const char *attribute, const char **text)
{
    PyObject *value = py.attribute(code, attribute);
    *text = value ? lines.utf8(value) : NULL;
    if (!*text)
        py.clear();
    return value;
}

static bool is_library(PyObject *code)
{
    const char *file;
    PyObject *value = text_of(code, "co_filename", &file);
    bool is = !file || strstr(file, "/lib/python3") || strncmp(file, "<frozen ", 8) == 0 ||
              strncmp(file, "<__array_function__", 19) == 0;
    if (value)
        py.drop(value);
    return is;
}

static void keep(struct place *place, PyObject *frame, PyObject *code)
{
    if (place->code)
        py.drop(place->code);
    *place = (struct place){code, lines.line(frame)};
}

/* The place of the innermost frame, or of the first that is no library's; its code is a new reference. */
static struct place find_place(void *state)
{
    struct place place = {0};
    PyObject *frame = lines.frame_of(state);
    for (int i = 0; frame && i < FRAMES_MOST; i++) {
        PyObject *code = lines.code(frame), *outer;
        bool is_script = !is_library(code);
        if (!i || is_script)
            keep(&place, frame, code);
        else
            py.drop(code);
        outer = is_script ? NULL : lines.back(frame);
        py.drop(frame);
        frame = outer;
    }
    if (frame)
        py.drop(frame);
    return place;
}

static bool read_place(struct thread *t, const struct place *place, int64_t *values)
{
    const char *file, *function;
    PyObject *a = text_of(place->code, "co_filename", &file), *b = text_of(place->code, "co_name", &function);
    bool read = file && function && callers_script(t, file, place->line, function, values);
    if (a)
        py.drop(a);
    if (b)
        py.drop(b);
    return read;
}

bool lines_find(struct thread *t, int64_t values[LEDGER_CALLER_VALUES])
{
    struct hold hold;
    if (!find_functions(t->called_from) || !interpreter_runs())
        return false;
    void *state = py.this_thread();
    if (!state || !hold_lock(t, state, &hold))
        return false;
    struct place place = py.occurred() ? (struct place){0} : find_place(state);
    bool found = place.code && read_place(t, &place, values);
    if (place.code)
        py.drop(place.code);
    if (hold.taken)
        py.release(hold.state);
    return found;
}

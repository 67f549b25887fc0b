/* BudgetExhaustedError in an unmodified Python program. The interpreter is found by the names that it exports; nothing of
 * its headers, its library or its structures is used, so that one shim serves every CPython from 3.9 on.
 *
 * raised here: the caller is an extension of NumPy or SciPy that asks for an error after the call (`checks_errors`), and the
 * thread is one of Python's: the exception appears on the program's line, and outputs stay as they were.
 * pending: elsewhere it is left for the main thread, which raises it as soon as it runs Python code again. Until then the
 * program may look at the call's outputs, so they are filled (spoil.h). The interpreter's lock is not taken: a thread that
 * the interpreter does not know would wait for it for ever while the main thread waits for that thread. Where calls are still
 * refused five seconds later, the main thread is not coming, and the process ends as one without an interpreter does. */
#include "python.h"
#include "forward.h"
#include "objects.h"
#include "out.h"
#include "python_source.h"
#include "shim.h"
#include "thread.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

typedef struct _object PyObject;

/* One list gives member, name and type. */
#define FUNCTIONS(F)                                                                 \
    F(is_initialized, "Py_IsInitialized", int, (void))                               \
    F(this_thread, "PyGILState_GetThisThreadState", void *, (void))                  \
    F(ensure, "PyGILState_Ensure", int, (void))                                      \
    F(release, "PyGILState_Release", void, (int))                                    \
    F(occurred, "PyErr_Occurred", PyObject *, (void))                                \
    F(clear, "PyErr_Clear", void, (void))                                            \
    F(set_object, "PyErr_SetObject", void, (PyObject *, PyObject *))                 \
    F(add_pending, "Py_AddPendingCall", int, (int (*)(void *), void *))              \
    F(add_module, "PyImport_AddModule", PyObject *, (const char *))                  \
    F(module_dict, "PyModule_GetDict", PyObject *, (PyObject *))                     \
    F(dict_get, "PyDict_GetItemString", PyObject *, (PyObject *, const char *))      \
    F(dict_set, "PyDict_SetItemString", int, (PyObject *, const char *, PyObject *)) \
    F(new_text, "PyUnicode_FromString", PyObject *, (const char *))                  \
    F(run, "PyRun_String", PyObject *, (const char *, int, PyObject *, PyObject *))  \
    F(call, "PyObject_CallFunction", PyObject *, (PyObject *, const char *, ...))    \
    F(attribute, "PyObject_GetAttrString", PyObject *, (PyObject *, const char *))   \
    F(is_instance, "PyObject_IsInstance", int, (PyObject *, PyObject *))             \
    F(item, "PyTuple_GetItem", PyObject *, (PyObject *, ssize_t))                    \
    F(drop, "Py_DecRef", void, (PyObject *))                                         \
    F(check, "PyGILState_Check", int, (void))                                        \
    F(set_async, "PyThreadState_SetAsyncExc", int, (unsigned long, PyObject *))      \
    F(as_pointer, "PyLong_AsVoidPtr", void *, (PyObject *))                          \
    F(audit, "PySys_AddAuditHook", int, (int (*)(const char *, PyObject *, void *), void *))

#define MEMBER(member, name, result, arguments) result(*member) arguments; /* NOLINT: types have no parentheses */
static struct {
    FUNCTIONS(MEMBER)
    int (*is_finalizing)(void);
} py;
#undef MEMBER

static atomic_bool py_found;

/* The refusal that is left for the main thread, under `leaving`; `waiting`: not raised yet. */
struct refusal {
    const char *operation;
    uint64_t cost;
    uint64_t remaining;
};
static atomic_flag leaving = ATOMIC_FLAG_INIT;
static atomic_bool waiting;
static struct refusal left;
static uint64_t left_since_ns;
static _Atomic uintptr_t native_from; /* left by the main thread: where its stack enters the native code that called BLAS */
static struct refusal last;           /* for the line at the end: any of several threads' */
static atomic_bool unheard;           /* one was printed by a thread's end, or where nothing can be raised */
static atomic_bool uncaught;          /* one reached the top of the main program */
static atomic_int on_their_way;       /* left for other threads than the main one, not raised yet */
static PyObject *class_for_hook;

static bool find_interpreter(void)
{
    if (atomic_load(&py_found))
        return true;
    bool all = true;
#define FIND(member, name, result, arguments) all = (*(void **)&py.member = forward_lookup(RTLD_DEFAULT, name)) && all;
    FUNCTIONS(FIND)
#undef FIND
#undef FUNCTIONS
    void *finalizing = forward_lookup(RTLD_DEFAULT, "Py_IsFinalizing"); /* 3.13 */
    *(void **)&py.is_finalizing = finalizing ? finalizing : forward_lookup(RTLD_DEFAULT, "_Py_IsFinalizing");
    all = all && py.is_finalizing;
    atomic_store(&py_found, all);
    return all;
}

static bool has_interpreter(void)
{
    return find_interpreter() && py.is_initialized() && !py.is_finalizing();
}

/* ---- the class; the interpreter's lock is held ---- */

static int see_event(const char *event, PyObject *arguments, void *unused);

static bool define(PyObject *space)
{
    enum { file_input = 257 };
    PyObject *source = py.new_text(python_source), *find = py.new_text(python_find);
    bool set = source && find && !py.dict_set(space, "source", source) && !py.dict_set(space, "find", find);
    PyObject *done = set ? py.run(python_source, file_input, space, space) : NULL;
    if (source)
        py.drop(source);
    if (find)
        py.drop(find);
    if (done)
        py.drop(done);
    return done && !py.audit(see_event, NULL);
}

static PyObject *namespace(void)
{
    PyObject *module = py.add_module("_flopshim");
    PyObject *space = module ? py.module_dict(module) : NULL;
    if (space && !py.dict_get(space, "watch") && !define(space))
        return NULL;
    return space;
}

static PyObject *exception_class(void)
{
    PyObject *space = namespace();
    class_for_hook = space ? py.dict_get(space, "BudgetExhaustedError") : NULL;
    return class_for_hook;
}

EXPORTED void *flopshim_python_exception(void)
{
    return lifecycle_start() && has_interpreter() ? exception_class() : NULL;
}

/* An error is set in any case: this one, or why it could not be made. */
static void raise_refusal(const struct refusal *refusal)
{
    PyObject *class = exception_class();
    PyObject *exception = class ? py.call(class, "sKK", refusal->operation, (unsigned long long)refusal->cost,
                                          (unsigned long long)refusal->remaining)
                                : NULL;
    if (!exception)
        return;
    PyObject *watched = py.call(py.dict_get(namespace(), "watch"), NULL);
    if (watched)
        py.drop(watched);
    else
        py.clear();
    py.set_object(class, exception);
    py.drop(exception);
}

/* ---- exceptions that nobody handles ---- */

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

/* The interpreter's own word for each exception that ends a program, or is printed because nothing can take it; threads say
 * it through the hook that `watch` sets. */
static int see_event(const char *event, PyObject *arguments, void *unused)
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

int python_end_status(int status, bool *unhandled)
{
    bool lost = atomic_load(&waiting) || atomic_load(&on_their_way) > 0 || atomic_load(&unheard);
    *unhandled = (lost && !status) || (atomic_load(&uncaught) && status == 1);
    return lost && !status ? config.exit_code : status;
}

void python_report(int status, const char *file)
{
    struct out line = {0};
    out_text(&line, "flopshim: ");
    out_text(&line, last.operation);
    out_text(&line, " would cost ");
    out_grouped(&line, last.cost);
    out_text(&line, " FLOPs but only ");
    out_grouped(&line, last.remaining);
    out_text(&line, " remain, and the program went on without handling it: exit status ");
    out_grouped(&line, (uint64_t)status);
    out_text(&line, " instead of 0");
    if (*file) {
        out_text(&line, ". Summary: ");
        out_text(&line, file);
    }
    out_bytes(&line, "", 1);
    message_line(line.failed ? "flopshim: budget exhausted" : line.data, NULL);
    out_free(&line);
}

void python_forget(void)
{
    atomic_store(&waiting, false);
    atomic_store(&on_their_way, 0);
    atomic_store(&unheard, false);
    atomic_store(&uncaught, false);
}

/* ---- a refusal ---- */

/* In the main thread, with the interpreter's lock. */
static int raise_pending(void *unused)
{
    (void)unused;
    const uint64_t glue_ns = 1000000000;
    const uintptr_t own_way = 512; /* from the interpreter's loop to here; by way of native code it is 2 KB */
    if (!atomic_load(&waiting))
        return 0;
    /* Numba calls Python to wrap its results, and loses or trips over an exception there. */
    if ((uintptr_t)__builtin_frame_address(0) + own_way < atomic_load(&native_from) &&
        ledger_now_ns() - left_since_ns < glue_ns && !py.add_pending(raise_pending, NULL))
        return 0;
    raise_refusal(&left);
    atomic_store(&waiting, false);
    return -1;
}

/* Only one at a time: the main thread learns of the first. */
static void leave_pending(const struct refusal *refusal)
{
    if (atomic_load(&waiting) || atomic_flag_test_and_set(&leaving))
        return;
    if (!atomic_load(&waiting)) {
        left = *refusal;
        left_since_ns = ledger_now_ns();
        atomic_store(&native_from, python_stack_entry((uintptr_t)py.is_initialized));
        atomic_store(&waiting, true);
        py.add_pending(raise_pending, NULL); /* where its queue is full, the exit status tells */
    }
    atomic_flag_clear(&leaving);
}

/* ---- another thread of Python's ---- */

struct letter {
    struct thread *t;
    unsigned long thread;
    struct refusal refusal;
    atomic_bool done;
    atomic_int owners;
};

/* The interpreter's lock is held. It is a class that the interpreter lets a thread raise: one whose instances know the rest. */
static void send(struct letter *letter)
{
    PyObject *space = namespace();
    PyObject *class = space ? py.call(py.dict_get(space, "bound"), "sKKK", letter->refusal.operation,
                                      (unsigned long long)letter->refusal.cost, (unsigned long long)letter->refusal.remaining,
                                      (unsigned long long)(uintptr_t)letter->t)
                            : NULL;
    if (class) {
        py.set_async(letter->thread, class);
        py.drop(class);
    } else {
        py.clear();
    }
}

/* No malloc in the program's process: this may be called from inside one of its own. */
static struct letter *new_letter(void)
{
    void *memory = mmap(NULL, sizeof(struct letter), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void drop_letter(struct letter *letter)
{
    munmap(letter, sizeof *letter);
}

static void put_away(struct letter *letter)
{
    if (atomic_fetch_sub(&letter->owners, 1) == 1)
        drop_letter(letter);
}

static void *carry(void *data)
{
    struct letter *letter = data;
    int state = py.ensure();
    send(letter);
    py.release(state);
    atomic_store(&letter->done, true);
    put_away(letter);
    return NULL;
}

/* A thread of ours waits for the interpreter's lock, not this one, which may hold something that the lock's holder waits for.
 * Usually that takes no longer than the interpreter's switch interval, and the exception appears where this call returns. */
static bool leave_for_thread(struct thread *t, const struct refusal *refusal)
{
    const struct timespec pause = {0, 1000000};
    pthread_t carrier;
    struct letter *letter = t->exception_since_ns ? NULL : new_letter();
    if (!letter)
        return t->exception_since_ns;
    *letter = (struct letter){.t = t, .thread = (unsigned long)pthread_self(), .refusal = *refusal, .owners = 2};
    t->exception_since_ns = ledger_now_ns();
    atomic_fetch_add(&on_their_way, 1);
    if (py.check()) {
        send(letter);
        drop_letter(letter);
        return true;
    }
    if (pthread_create(&carrier, NULL, carry, letter)) {
        drop_letter(letter);
        t->exception_since_ns = 0;
        atomic_fetch_sub(&on_their_way, 1);
        return false;
    }
    pthread_detach(carrier);
    for (int i = 0; i < 100 && !atomic_load(&letter->done); i++)
        nanosleep(&pause, NULL);
    put_away(letter);
    return true;
}

/* ---- the choice ---- */

/* Native code that goes on until it gets a number would go on for ever. */
static bool waits_too_long(const struct thread *t, bool own_thread)
{
    const uint64_t patience_ns = 5000000000;
    uint64_t since_ns = own_thread ? t->exception_since_ns : atomic_load(&waiting) ? left_since_ns : 0;
    return since_ns && ledger_now_ns() - since_ns > patience_ns;
}

/* Extensions that look for an error after they called BLAS or LAPACK. Others return a result beside it: SystemError. */
static bool checks_errors(const struct binding *caller)
{
    static const char *const names[] = {"/_multiarray_umath.", "/_umath_linalg.", "/_fblas.", "/_flapack."};
    uintptr_t start, end;
    const char *path;
    if (!caller->start || !object_at(caller->start, &start, &end, &path))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(path, names[i]))
            return true;
    return false;
}

bool python_refuse(struct thread *t, const char *operation, uint64_t cost, uint64_t remaining)
{
    const struct refusal refusal = {operation, cost, remaining};
    if (!has_interpreter())
        return false;
    if (!t->caller)
        return true;
    shim_lock();
    last = refusal;
    shim_unlock();
    bool pythons = py.this_thread() != NULL, here = pythons && checks_errors(t->caller);
    bool own_thread = pythons && gettid() != getpid();
    t->refused = here ? THREAD_REFUSED_RAISED : THREAD_REFUSED_PENDING;
    if (!here) {
        if (waits_too_long(t, own_thread))
            return false;
        if (!own_thread || !leave_for_thread(t, &refusal))
            leave_pending(&refusal);
        return true;
    }
    int state = py.ensure();
    if (!py.occurred())
        raise_refusal(&refusal);
    py.release(state);
    return true;
}

/* BudgetExhaustedError and TimeExhaustedError (class.h), defined by the source in python_source.h. */
#include "class.h"
#include "python_source.h"
#include "start.h"
#include "unhandled.h"
#include <stddef.h>

#define EXPORTED __attribute__((visibility("default")))

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
    return done && !py.audit(unhandled_see, NULL);
}

PyObject *class_space(void)
{
    PyObject *module = py.add_module("_flopshim");
    PyObject *space = module ? py.module_dict(module) : NULL;
    if (space && !py.dict_get(space, "watch") && !define(space))
        return NULL;
    return space;
}

/* One of those that are defined there. */
static PyObject *exception_class(const char *name)
{
    PyObject *space = class_space();
    if (space)
        unhandled_look_for(py.dict_get(space, "Refused"));
    return space ? py.dict_get(space, name) : NULL;
}

EXPORTED void *flopshim_python_exception(void)
{
    return start_shim() && interpreter_runs() ? exception_class("BudgetExhaustedError") : NULL;
}

EXPORTED void *flopshim_python_late(void)
{
    return start_shim() && interpreter_runs() ? exception_class("TimeExhaustedError") : NULL;
}

void class_raise(const struct refusal *refusal)
{
    PyObject *class = exception_class(refusal->limit_ns ? "TimeExhaustedError" : "BudgetExhaustedError");
    PyObject *exception = class ? py.call(py.dict_get(class_space(), "refused"), "sKKKKK", refusal->operation,
                                          (unsigned long long)refusal->cost, (unsigned long long)refusal->remaining,
                                          (unsigned long long)(refusal->remaining >> 64),
                                          (unsigned long long)refusal->elapsed_ns, (unsigned long long)refusal->limit_ns)
                                : NULL;
    if (!exception)
        return;
    PyObject *watched = py.call(py.dict_get(class_space(), "watch"), NULL);
    if (watched)
        py.drop(watched);
    else
        py.clear();
    py.set_object(class, exception);
    py.drop(exception);
}

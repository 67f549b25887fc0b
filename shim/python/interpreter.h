/* The Python interpreter of this process, found by the names that it exports: nothing of its headers, its library or its
 * structures is used, so that one shim serves every CPython from 3.9 on. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

typedef struct _object PyObject;

/* One list gives member, name and type. */
#define INTERPRETER_FUNCTIONS(F)                                                     \
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

#define INTERPRETER_MEMBER(member, name, result, arguments) result(*member) arguments; /* NOLINT: types have no parentheses */
struct interpreter {
    INTERPRETER_FUNCTIONS(INTERPRETER_MEMBER)
    int (*is_finalizing)(void);
};
#undef INTERPRETER_MEMBER

extern struct interpreter py;

/* Does one run, and is it not ending? Any thread; no lock of ours held. */
bool interpreter_runs(void);

/* Finding the interpreter (interpreter.h). */
#include "interpreter.h"
#include "resolve.h"
#include <dlfcn.h>
#include <stdatomic.h>

struct interpreter py;
static atomic_bool py_found;

static bool find_interpreter(void)
{
    if (atomic_load(&py_found))
        return true;
    bool all = true;
#define FIND(member, name, result, arguments) all = (*(void **)&py.member = forward_lookup(RTLD_DEFAULT, name)) && all;
    INTERPRETER_FUNCTIONS(FIND)
#undef FIND
    void *finalizing = forward_lookup(RTLD_DEFAULT, "Py_IsFinalizing"); /* 3.13 */
    *(void **)&py.is_finalizing = finalizing ? finalizing : forward_lookup(RTLD_DEFAULT, "_Py_IsFinalizing");
    all = all && py.is_finalizing;
    atomic_store(&py_found, all);
    return all;
}

bool interpreter_runs(void)
{
    return find_interpreter() && py.is_initialized() && !py.is_finalizing();
}

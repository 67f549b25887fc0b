/* Where the interpreter called the native code that is running. */
#include "stack.h"
#include "kernel.h"
#include "objects.h"
#include "resolve.h"
#include <stddef.h>
#include <unistd.h>

struct walk {
    uintptr_t start, end; /* of the interpreter */
    uintptr_t (*address)(void *);
    uintptr_t (*frame)(void *);
    uintptr_t found;
};

static int look_at_frame(void *context, void *data)
{
    struct walk *walk = data;
    uintptr_t address = walk->address(context);
    if (address < walk->start || address >= walk->end)
        return 0;
    walk->found = walk->frame(context);
    return 5; /* _URC_END_OF_STACK: enough */
}

/* Where the interpreter called the native code: the frame of the nearest caller that lies in the interpreter. 0: not the main
 * thread, or the way up is not known (code without unwind tables). The unwinder is libgcc's, where something has loaded it. */
uintptr_t stack_entry(uintptr_t interpreter)
{
    static const char library[] = "libgcc_s.so.1";
    const char *path;
    struct walk walk = {0};
    int (*backtrace)(int (*)(void *, void *), void *);
    if (kernel_tid() != getpid() || !object_at(interpreter, &walk.start, &walk.end, &path))
        return 0;
    *(void **)&backtrace = forward_ask(library, "_Unwind_Backtrace");
    *(void **)&walk.address = forward_ask(library, "_Unwind_GetIP");
    *(void **)&walk.frame = forward_ask(library, "_Unwind_GetCFA");
    if (backtrace && walk.address && walk.frame)
        backtrace(look_at_frame, &walk);
    return walk.found;
}

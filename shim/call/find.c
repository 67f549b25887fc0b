/* Which function a call goes to (find.h). */
#include "find.h"
#include "message.h"
#include "objects.h"
#include "provider.h"
#include "resolve.h"
#include "start.h"
#include <errno.h>
#include <stdlib.h>

static _Noreturn void no_provider(const char *name, const char *path)
{
    message_line("flopshim: no loaded library provides ", name, " for ", path && *path ? path : "the program",
                 "; there is nothing to forward the call to", NULL);
    abort();
}

const struct binding *call_find_binding(struct slot *slot, uintptr_t caller)
{
    uintptr_t start = 0, end = 0;
    const char *path = NULL;
    const struct binding *known = bind_known(slot, caller, false);
    if (known)
        return known;
    int saved = errno;
    bool nowhere = !object_at(caller, &start, &end, &path);
    if (nowhere && (known = bind_known(slot, caller, true)))
        return known;
    start_shim();
    uint32_t symbol = (uint32_t)(slot - forward_slots);
    void *target = forward_resolve(symbol, caller, path);
    if (!target)
        no_provider(forward_name(symbol), path);
    if (provider_is_asked())
        known = bind_unlisted(target);
    else
        known = bind_caller(slot, target, start, end - start, path && provider_is_pure(path));
    errno = saved;
    return known;
}

/* Wrappers of dladdr: who asks where a function of BLAS lies means its provider (R shows the path as that of its BLAS). What
 * lies inside the shim otherwise, such as a return address, is answered for what it is. */
#include "next.h"
#include "objects.h"
#include <dlfcn.h>
#include <stdbool.h>

static int (*next_address)(const void *, Dl_info *);
static int (*next_address1)(const void *, Dl_info *, void **, int);

__attribute__((constructor(101))) static void find_all(void)
{
    find_next(&next_address, "dladdr");
    find_next(&next_address1, "dladdr1");
}

/* The name of ours that begins at this address, or -1. */
static int64_t symbol_at(const void *address)
{
    Dl_info own;
    bool found = next_address(address, &own) && own.dli_saddr == address && own.dli_sname;
    return found ? forward_symbol(own.dli_sname) : -1;
}

static const void *meant(const void *address, uintptr_t caller)
{
    uintptr_t start, end;
    const char *path = NULL;
    find_next(&next_address, "dladdr");
    if (!forward_in_shim(address))
        return address;
    void *target = bind_given(address);
    int64_t symbol = target ? -1 : symbol_at(address);
    if (symbol >= 0) {
        object_at(caller, &start, &end, &path);
        target = forward_resolve((uint32_t)symbol, caller, path);
    }
    return target ? target : address;
}

EXPORTED int dladdr(const void *address, Dl_info *info)
{
    const void *asked = meant(address, (uintptr_t)__builtin_return_address(0));
    return next_address(asked, info);
}

EXPORTED int dladdr1(const void *address, Dl_info *info, void **extra, int flags)
{
    const void *asked = meant(address, (uintptr_t)__builtin_return_address(0));
    find_next(&next_address1, "dladdr1");
    return next_address1(asked, info, extra, flags);
}

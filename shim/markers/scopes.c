/* Scopes: a label (flopshim.h). */
#include "enter.h"
#include "flopshim.h"
#include "lock.h"
#include "names.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int flopshim_push(const char *name)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    size_t used = strlen(t->path);
    if (!names_is_valid(name) || t->scopes == THREAD_SCOPES || used + strlen(name) + 2 > sizeof t->path)
        return FLOPSHIM_BAD_ARGUMENT;
    t->scope_start[t->scopes++] = (uint16_t)used;
    if (used)
        t->path[used++] = '.';
    strcpy(t->path + used, name);
    shim_lock();
    thread_refresh(t);
    shim_unlock();
    return FLOPSHIM_OK;
}

EXPORTED int flopshim_pop(void)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (t->scopes == t->context_scopes)
        return FLOPSHIM_NOT_OPEN;
    t->path[t->scope_start[--t->scopes]] = 0;
    shim_lock();
    thread_refresh(t);
    shim_unlock();
    return FLOPSHIM_OK;
}

/* Slots and their bindings: which function a call from which object goes to. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For calls from [start, start + length): go to target. Its memory is never freed; it is changed only where the caller or the
 * target was unloaded (bind_forget): start is BINDING_FREE then, and it is used again for another caller of its symbol. */
struct binding {
    uintptr_t start;
    uintptr_t length;
    void *target;
    bool wide;           /* integers have 64 bits */
    bool result_pointer; /* complex results through a first, hidden pointer (Intel's convention) */
    bool from_provider;  /* the caller is a pure provider: its own call, nested whatever the thread; all, where disabled */
    bool marks;          /* the target's own calls are known by the frame of the call to it only: it is no pure provider */
    uint32_t slot;       /* the lower half of its slot's address; 0 in a slot's own */
    struct binding *next;
};

/* Below no address that code has by less than the length of an object. */
#define BINDING_FREE ((uintptr_t)1 << 63)

/* hot: of the first caller that is no provider itself, tried by the stub; hot.next: the others'. inner: what is tried next, a
 * copy of the first binding that is from_provider. */
struct slot {
    struct binding hot;
    struct {
        uintptr_t start;
        uintptr_t length;
        void *target;
    } inner;
};

/* One a symbol, and one for each function that dlsym has given out (generated, because entries name theirs). */
#define BOUND_MAX 4096
extern struct slot forward_slots[] __attribute__((visibility("hidden")));

/* One exported name (generated, without relocations: offsets from forward_symbols). */
struct symbol {
    uint32_t name; /* offset in forward_names */
    int32_t body;
    uint16_t routine;
    bool wide : 1;     /* the name says 64-bit integers */
    bool in_entry : 1; /* its entry counts calls of the slot's own caller and jumps on, without a mark */
    uint8_t face;      /* 'f' or 'g' Fortran, 'c' CBLAS, 'e' LAPACKE */
};
extern const struct symbol forward_symbols[] __attribute__((visibility("hidden")));

/* The name of an exported symbol, and the symbol of a name (-1: not ours). */
static inline const char *forward_name(uint32_t symbol)
{
    extern const char forward_names[] __attribute__((visibility("hidden")));
    return forward_names + forward_symbols[symbol].name;
}

/* The slot of a symbol, where a body has only a binding of it (call.h). */
struct slot *bind_slot(struct slot *slot);

/* The binding of a call from `caller`, NULL where there is none yet. nowhere: the caller lies in no object. Lock-free. */
const struct binding *bind_known(const struct slot *slot, uintptr_t caller, bool nowhere);

/* Make one, for calls from these addresses, to `target`. from_provider: they are a provider's own. Calls the loader. */
const struct binding *bind_caller(struct slot *slot, void *target, uintptr_t start, uintptr_t length, bool from_provider);

/* One for a call from an object that may be unloaded without telling (resolve.h): others do not find it by their addresses, and
 * such a caller asks for it at each call. */
const struct binding *bind_silent(struct slot *slot, void *target, bool from_provider);

/* One that is kept nowhere: a provider's own call, of no account. */
const struct binding *bind_unlisted(void *target);

/* What dlsym gives out for a symbol's function: an entry of its own; the function itself where there is none left. */
void *bind_entry(uint32_t symbol, void *target);

/* The function that such an entry was given out for; NULL: it is none. */
void *bind_given(const void *entry);

/* What lies in [start, end) is being unloaded: no caller and no target of a binding any more. */
void bind_forget(uintptr_t start, uintptr_t end);
/* The same of all that lies in no object any more. */
void bind_forget_gone(void);

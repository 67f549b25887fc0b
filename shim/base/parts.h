/* What a part must tell to those that stand above it: the only calls upwards there are, but for the lock's (shim_lock_first),
 * whose room the flopshim program has as well, without these. The table is filled in shim/parts.c. */
#pragma once

struct parts {
    void (*started)(void);  /* the configuration is read, no call was counted yet */
    void (*in_child)(void); /* of fork: what the parent's threads had under way is not this process's */
    /* A provider is asked who it is: what it calls meanwhile in this thread is no call of the program's. */
    void *(*asking)(void);
    void (*asked)(void *aside);
};
extern const struct parts parts;

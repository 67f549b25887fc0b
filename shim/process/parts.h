/* What the start and the fork of a process must tell to parts that stand above them: the only calls upwards there are. The
 * table is filled in shim/parts.c. */
#pragma once

struct parts {
    void (*started)(void);  /* the configuration is read, no call was counted yet */
    void (*in_child)(void); /* of fork: what the parent's threads had under way is not this process's */
};
extern const struct parts parts;

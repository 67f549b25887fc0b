/* What a fork makes of the shim: the child is a process of its own. */
#pragma once
#include <stdbool.h>

/* From now on this process's forks are seen, and children that no handler saw when they first take the lock. At start, once. */
void fork_watch(void);

/* Is this the process that started, and no vfork child, which runs in its parent's memory? */
bool fork_is_owner(void);

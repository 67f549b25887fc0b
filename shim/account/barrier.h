/* The barrier that lets a fast path do without one of its own: whoever has set a flag makes every processor that runs a thread
 * of the process pass a barrier (membarrier), and after that either sees what the thread did before its look at the flag, or
 * the thread sees the flag. */
#pragma once
#include <stdbool.h>

/* Ask for it; true: the kernel has it. Costs nothing while there is one thread, which is why it is asked for at the start, and
 * milliseconds afterwards. A fork child has what its parent had. */
bool barrier_register(void);
bool barrier_register_everywhere(void); /* across processes: of those that asked for it */
/* Where the kernel refuses: a wait that empties every store buffer many times over. */
void barrier_here(void);
void barrier_everywhere(void);

/* What no stub could see, looked for when a summary is made. */
#pragma once
#include "uncovered.h"

/* Go through the loaded objects: whose calls pass the shim by, who has BLAS inside, and who computes by itself? Calls the
 * loader; no lock of ours may be held. */
void unseen_look(struct uncovered *list);
/* The last of these alone (engines.h). */
void unseen_engines(struct uncovered *list);

/* Once, at the start. */
void unseen_start(void);

/* Before a fork: threads other than the caller may hold the loader's locks for ever in the child, which then does not look. */
void unseen_before_fork(void);
void unseen_in_child(void);

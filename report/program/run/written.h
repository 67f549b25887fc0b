/* The summaries that a run has written: its processes, and itself for those that were killed. */
#pragma once
#include <stddef.h>

/* From now on they are kept; nothing is before. */
void written_begin(void);
/* One more; a name that is there already is left out. */
void written_note(const char *path);
/* Those that were written last (output_kept). */
void written_note_outputs(void);
/* In the order in which they were noted; NULL behind the last. */
const char *written_at(size_t index);

/* What the program closes goes: nothing here holds an object, and what was known of it is forgotten before it is unmapped. */
#pragma once

/* Around the real dlclose: what it unloads is told by unload_object, or found afterwards. Any thread. */
void unload_begin(void);
void unload_end(void);

/* The object with this address in it runs its last destructor: an unload, where that comes from a dlclose, or the end of the
 * process. The loader's lock is held. */
void unload_object(const void *inside);

/* So many times something was unloaded, or may have been: what was found of an address before is of no use any more. */
unsigned unload_count(void);

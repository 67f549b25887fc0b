/* Which file a loaded object was: by its own headers in memory, no file is opened and no lock taken. */
#pragma once
#include <stdint.h>

#define BUILD_ID_BYTES 20 /* of most linkers; of a longer one its first */

/* Of the object that begins at `start` and ends before `end` (object_at): what its addresses exceed those of its own symbol
 * table by, and its build id in hexadecimal, "" where it has none. Where no ELF header lies there, that is start itself. */
uintptr_t build_id_read(uintptr_t start, uintptr_t end, char text[2 * BUILD_ID_BYTES + 1]);

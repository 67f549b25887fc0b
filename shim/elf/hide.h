/* Taking names of the library's own back, so that the loader looks on where it would have looked without it. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The exported functions that lie in [start, end) of the calling library: no lookup finds them any more; what was bound to them
 * stays. At the start of the process: a lookup meanwhile finds them or not. False: their names stay. */
bool hide_functions(uintptr_t start, uintptr_t end);

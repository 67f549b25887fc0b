/* printf into a buffer. */
#pragma once
#include "out.h"

/* At most 511 bytes; for numbers and text of ours. */
__attribute__((format(printf, 2, 3))) void out_format(struct out *out, const char *format, ...);

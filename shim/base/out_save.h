/* A buffer put where it belongs: a file that is either whole or not there, or a descriptor. One thread a buffer. */
#pragma once
#include "out.h"

/* Write the buffer to path: a new temporary file beside it, fsync, rename. `exclusive`: where path exists already, a
 * suffix .1, .2 ... is put before its extension (never overwrites another's file); else the file is replaced. The name
 * that was used goes to `used` (of `size` bytes; NULL where nobody asks). Folders are created. A device or a pipe is
 * written to. 0, or -1 with errno (ENOMEM where the buffer failed); SIGXFSZ and SIGPIPE are held back. */
int out_save(const struct out *out, const char *path, bool exclusive, char *used, size_t size);
/* Write the buffer to a descriptor. `patience_ms`: give up (EAGAIN) where a pipe's or terminal's reader takes nothing for
 * so long; negative: wait for ever. 0, or -1 with errno; SIGXFSZ and SIGPIPE are held back. */
int out_print(const struct out *out, int fd, int patience_ms);

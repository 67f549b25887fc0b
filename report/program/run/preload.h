/* Finding libflopshim.so and putting it into LD_PRELOAD. Only the flopshim program uses this. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* The library's real path: beside the program (build folder), or in the installation's library folder. 0, or -1 after a
 * message on stderr. */
int preload_find(char *path, size_t size);
/* The same, with the message in `why`. */
int preload_seek(char *path, size_t size, char *why, size_t why_size);

/* ld.so splits LD_PRELOAD at blanks and colons and expands $ in it. */
bool preload_can_hold(const char *path);

/* Put the library before what LD_PRELOAD holds, and before the library the runtimes of sanitizers: those that are there
 * already, and the one that `command` or the library itself needs. Where the library's path holds what ld.so would split or
 * expand, a symbolic link in `folder` stands for it (`made_link` is set then). 0, or -1 after a message. */
int preload_set(const char *library, const char *command, const char *folder, int *made_link);

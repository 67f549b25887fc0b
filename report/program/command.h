/* Which file a command really runs. Only the flopshim program uses this. */
#pragma once
#include <stddef.h>

/* The program that execvp(name) would end up in: looked up in PATH, through #! lines, and through env in them. 0, or -1 where
 * nothing can be run under that name. */
int command_program(const char *name, char *path, size_t size);

/* Runtimes of sanitizers. ASan's ends a program in which another library comes before it, so it has to stand before ours in
 * LD_PRELOAD. Only the flopshim program uses this. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* Is a library of this name (or path) such a runtime? UBSan's is not: it may come anywhere. */
bool sanitizer_is_runtime(const char *library);

/* The runtime that an ELF file needs, by the name under which its loader looks for it; "" where it needs none or is no ELF
 * file. clang puts its runtimes into the program: those need no place. */
void sanitizer_runtime_of(const char *path, char *name, size_t size);

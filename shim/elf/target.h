/* A program that is about to be started: does the preload reach it? Used by the shim and by `flopshim run`; safe wherever
 * elf_file.h is. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define TARGET_PATH_BYTES 1024

enum target {
    TARGET_REACHED, /* or nothing is known */
    TARGET_STATIC,
    TARGET_MUSL, /* would not even start: the library needs the GNU C library */
    TARGET_LOADER,
    TARGET_MACHINE,
    TARGET_PRIVILEGED, /* the loader ignores LD_PRELOAD for it (AT_SECURE) */
};

/* Looks at the file at `path`, or the interpreter that runs it. TARGET_REACHED where it cannot be started at all. */
enum target target_look(const char *path);

/* What is said of it: "statically linked". */
const char *target_reason(enum target target);

/* The file that execvp would start by this name with this PATH (NULL: the system's own). False: none, or a longer path. */
bool target_find(const char *name, const char *path_variable, char *file, size_t size);

/* Has the file functions inside that have the names of BLAS's or LAPACK's workhorses? As elf_file_function. */
bool target_has_blas(const char *path, char *name, size_t size, bool *stripped);

/* The same of an open file. known (may be NULL): of functions with such names nobody is told; where the file has no others, one
 * of them is found or none. A name is not terminated. */
struct target_known {
    bool (*is_known)(const char *name, size_t length, void *data);
    void *data;
};
bool target_file_has_blas(int fd, const struct target_known *known, char *name, size_t size, bool *stripped);

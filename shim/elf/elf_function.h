/* Is a function of such a name defined in a file? Its own symbol table tells of those too that the loader does not know of.
 * Safe wherever elf_file.h is; takes 20 KiB of stack. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* A function by its name and its size in bytes. may_be: so named, or a name that ends so; asked first, of names that end in
 * `end` or have `within` (two characters or more) in them. is_harmless (NULL: none is): asked of those, is it of no account
 * whether a function has the name or an end of it? Where all are harmless no symbol is looked at, and none found. */
struct elf_file_wanted {
    char end;
    const char *within;
    bool (*may_be)(const char *name, size_t length);
    bool (*is)(const char *name, size_t bytes);
    bool (*is_harmless)(const char *name, size_t length, void *data);
    void *data;
};

/* The first function defined in .symtab that is wanted: its name, cut at size. False: none; *stripped tells that there is no
 * .symtab, or one larger than 64 MiB. */
bool elf_file_function(int fd, const struct elf_file_wanted *wanted, char *name, size_t size, bool *stripped);

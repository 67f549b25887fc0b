/* The libraries that an ELF file (a program or a library) needs, as it lies on disk. Nothing in it is trusted: every offset is
 * checked against the file's size and every string ends inside its table. Only the flopshim program uses this. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct elf_file {
    const unsigned char *bytes;
    size_t size;
};

/* A question about one name; `data` is the asker's. */
typedef bool elf_question(const char *name, void *data);

/* Map a 64-bit x86-64 file. 0, or -1 with errno: ENOEXEC where it is no such file, else why it cannot be read. */
int elf_open(const char *path, struct elf_file *elf);
void elf_close(struct elf_file *elf);

/* The first library it needs (DT_NEEDED) of which the answer is yes; NULL: none. The name lies in the mapping. */
const char *elf_find_needed(const struct elf_file *elf, elf_question *ask, void *data);

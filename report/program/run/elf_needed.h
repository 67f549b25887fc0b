/* What an ELF file (a program or a library) needs, libraries and symbols, and what it has, as it lies on disk. Nothing in it is
 * trusted: every offset is checked against the file's size and every string ends inside its table. Only the flopshim program
 * uses this. */
#pragma once
#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Calls `visit` for every dynamic symbol that has a name, until it returns true. */
typedef bool elf_visit(const char *name, const Elf64_Sym *symbol, void *data);
void elf_each_symbol(const struct elf_file *elf, elf_visit *visit, void *data);

/* ---- for readers of more: copies, each checked against the file's size ---- */

bool elf_take(const struct elf_file *elf, uint64_t offset, void *to, size_t bytes);
/* The i-th program header, or section header; false: there is none. */
bool elf_segment_at(const struct elf_file *elf, unsigned i, Elf64_Phdr *segment);
bool elf_section_at(const struct elf_file *elf, unsigned i, Elf64_Shdr *section);
/* Entry i of a section, `bytes` large; the name of a symbol in the section that is a table of them, NULL: it has none. */
bool elf_entry_at(const struct elf_file *elf, const Elf64_Shdr *section, uint64_t i, void *to, size_t bytes);
const char *elf_name_of(const struct elf_file *elf, const Elf64_Shdr *symbols, const Elf64_Sym *symbol);

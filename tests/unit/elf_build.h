/* Builds ELF files by hand for tests: a header, segments, sections, in a buffer that a test may damage before it is written
 * to a file. No compiler and no linker has a say in what is in them. */
#pragma once
#include <elf.h>
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ELF_SEGMENTS 4
#define ELF_SECTIONS 40

struct elf_build {
    union {
        unsigned char data[1 << 14];
        struct {
            Elf64_Ehdr header;
            Elf64_Phdr segments[ELF_SEGMENTS];
        };
    };
    size_t size; /* of the file */
    Elf64_Shdr sections[ELF_SECTIONS];
};

static inline void elf_start(struct elf_build *b, uint16_t type)
{
    memset(b, 0, sizeof *b);
    b->header = (Elf64_Ehdr){.e_type = type,
                             .e_machine = EM_X86_64,
                             .e_version = EV_CURRENT,
                             .e_phoff = sizeof(Elf64_Ehdr),
                             .e_ehsize = sizeof(Elf64_Ehdr),
                             .e_phentsize = sizeof(Elf64_Phdr),
                             .e_shentsize = sizeof(Elf64_Shdr)};
    memcpy(b->header.e_ident, ELFMAG, SELFMAG);
    b->header.e_ident[EI_CLASS] = ELFCLASS64;
    b->header.e_ident[EI_DATA] = ELFDATA2LSB;
    b->size = sizeof b->header + sizeof b->segments;
}

/* The offset in the file that the bytes have: one that tables may have. */
static inline uint64_t elf_bytes(struct elf_build *b, const void *bytes, size_t size)
{
    size_t at = (b->size + 7) / 8 * 8;
    cr_assert(at + size <= sizeof b->data);
    memcpy(b->data + at, bytes, size);
    b->size = at + size;
    return at;
}

static inline Elf64_Phdr *elf_segment(struct elf_build *b, uint32_t type, const void *bytes, size_t size)
{
    cr_assert(b->header.e_phnum < ELF_SEGMENTS);
    Elf64_Phdr *segment = &b->segments[b->header.e_phnum++];
    *segment = (Elf64_Phdr){.p_type = type, .p_offset = elf_bytes(b, bytes, size), .p_filesz = size};
    return segment;
}

static inline void elf_interpreter(struct elf_build *b, const char *path)
{
    elf_segment(b, PT_INTERP, path, strlen(path) + 1);
}

/* Changes to what is returned count until elf_end. */
static inline Elf64_Shdr *elf_section(struct elf_build *b, uint32_t type, const void *bytes, size_t size)
{
    cr_assert(b->header.e_shnum < ELF_SECTIONS);
    Elf64_Shdr *section = &b->sections[b->header.e_shnum++];
    *section = (Elf64_Shdr){.sh_type = type, .sh_offset = elf_bytes(b, bytes, size), .sh_size = size};
    return section;
}

/* .symtab and, behind it, its strings: returns .symtab. */
static inline Elf64_Shdr *elf_symbols(struct elf_build *b, const Elf64_Sym *symbols, size_t count, const char *strings,
                                      size_t string_bytes)
{
    Elf64_Shdr *section = elf_section(b, SHT_SYMTAB, symbols, count * sizeof *symbols);
    section->sh_entsize = sizeof *symbols;
    section->sh_link = b->header.e_shnum;
    elf_section(b, SHT_STRTAB, strings, string_bytes);
    return section;
}

/* The section headers, behind all else. */
static inline void elf_end(struct elf_build *b)
{
    b->header.e_shoff = elf_bytes(b, b->sections, b->header.e_shnum * sizeof *b->sections);
}

static inline void elf_write(const struct elf_build *b, int fd)
{
    cr_assert(ftruncate(fd, 0) == 0 && pwrite(fd, b->data, b->size, 0) == (ssize_t)b->size);
}

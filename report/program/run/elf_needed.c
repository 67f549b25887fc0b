/* Tables are copied out entry by entry: a file need not align them. The mapping is private and read only; a file that another
 * process cuts meanwhile ends us with SIGBUS, as it would end the program that is about to be run from it. */
#include "elf_needed.h"
#include "kernel.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A table of strings that ends with a NUL, so that every string in it ends. */
struct strings {
    const char *text;
    size_t size;
};

bool elf_take(const struct elf_file *elf, uint64_t offset, void *to, size_t bytes)
{
    if (offset > elf->size || bytes > elf->size - offset)
        return false;
    memcpy(to, elf->bytes + offset, bytes);
    return true;
}

/* Entry i of a table that need not be aligned. */
static bool take_entry(const struct elf_file *elf, uint64_t table, uint64_t i, void *to, size_t bytes)
{
    uint64_t offset;
    return !__builtin_mul_overflow(i, (uint64_t)bytes, &offset) && !__builtin_add_overflow(table, offset, &offset) &&
           elf_take(elf, offset, to, bytes);
}

static bool take_strings(const struct elf_file *elf, uint64_t offset, uint64_t size, struct strings *s)
{
    if (!size || offset > elf->size || size > elf->size - offset || elf->bytes[offset + size - 1])
        return false;
    *s = (struct strings){(const char *)elf->bytes + offset, size};
    return true;
}

static bool is_ours(const struct elf_file *elf)
{
    Elf64_Ehdr header;
    return elf_take(elf, 0, &header, sizeof header) && !memcmp(header.e_ident, ELFMAG, SELFMAG) &&
           header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB && header.e_machine == EM_X86_64;
}

int elf_open(const char *path, struct elf_file *elf)
{
    struct stat st;
    /* O_NONBLOCK: the name may be a FIFO's. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    void *bytes = MAP_FAILED;
    if (fd < 0)
        return -1;
    if (!kernel_fstat(fd, &st)) {
        errno = ENOEXEC;
        if (S_ISREG(st.st_mode) && st.st_size >= (off_t)sizeof(Elf64_Ehdr))
            bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    int error = errno;
    close(fd);
    errno = error;
    if (bytes == MAP_FAILED)
        return -1;
    *elf = (struct elf_file){bytes, (size_t)st.st_size};
    if (is_ours(elf))
        return 0;
    elf_close(elf);
    errno = ENOEXEC;
    return -1;
}

void elf_close(struct elf_file *elf)
{
    munmap((void *)(uintptr_t)elf->bytes, elf->size);
    *elf = (struct elf_file){NULL, 0};
}

/* ---- program headers ---- */

bool elf_segment_at(const struct elf_file *elf, unsigned i, Elf64_Phdr *segment)
{
    Elf64_Ehdr header;
    return elf_take(elf, 0, &header, sizeof header) && i < header.e_phnum && header.e_phentsize == sizeof *segment &&
           take_entry(elf, header.e_phoff, i, segment, sizeof *segment);
}

static bool find_segment(const struct elf_file *elf, uint32_t type, Elf64_Phdr *segment)
{
    for (unsigned i = 0; elf_segment_at(elf, i, segment); i++)
        if (segment->p_type == type)
            return true;
    return false;
}

/* Where in the file an address lies that the loader would see. */
static bool offset_of(const struct elf_file *elf, uint64_t address, uint64_t *offset)
{
    Elf64_Phdr segment;
    for (unsigned i = 0; elf_segment_at(elf, i, &segment); i++)
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
            return !__builtin_add_overflow(segment.p_offset, address - segment.p_vaddr, offset);
    return false;
}

static bool dynamic_at(const struct elf_file *elf, const Elf64_Phdr *dynamic, uint64_t i, Elf64_Dyn *entry)
{
    return i < dynamic->p_filesz / sizeof *entry && take_entry(elf, dynamic->p_offset, i, entry, sizeof *entry) &&
           entry->d_tag != DT_NULL;
}

static bool dynamic_strings(const struct elf_file *elf, const Elf64_Phdr *dynamic, struct strings *s)
{
    Elf64_Dyn entry;
    uint64_t address = 0, size = 0, offset;
    for (uint64_t i = 0; dynamic_at(elf, dynamic, i, &entry); i++) {
        if (entry.d_tag == DT_STRTAB)
            address = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_STRSZ)
            size = entry.d_un.d_val;
    }
    return offset_of(elf, address, &offset) && take_strings(elf, offset, size, s);
}

const char *elf_find_needed(const struct elf_file *elf, elf_question *ask, void *data)
{
    Elf64_Phdr dynamic;
    Elf64_Dyn entry;
    struct strings s;
    if (!find_segment(elf, PT_DYNAMIC, &dynamic) || !dynamic_strings(elf, &dynamic, &s))
        return NULL;
    for (uint64_t i = 0; dynamic_at(elf, &dynamic, i, &entry); i++)
        if (entry.d_tag == DT_NEEDED && entry.d_un.d_val < s.size && ask(s.text + entry.d_un.d_val, data))
            return s.text + entry.d_un.d_val;
    return NULL;
}

/* ---- sections ---- */

bool elf_section_at(const struct elf_file *elf, unsigned i, Elf64_Shdr *section)
{
    Elf64_Ehdr header;
    return elf_take(elf, 0, &header, sizeof header) && i < header.e_shnum && header.e_shentsize == sizeof *section &&
           take_entry(elf, header.e_shoff, i, section, sizeof *section);
}

bool elf_entry_at(const struct elf_file *elf, const Elf64_Shdr *section, uint64_t i, void *to, size_t bytes)
{
    return section->sh_entsize == bytes && i < section->sh_size / bytes && take_entry(elf, section->sh_offset, i, to, bytes);
}

const char *elf_name_of(const struct elf_file *elf, const Elf64_Shdr *symbols, const Elf64_Sym *symbol)
{
    Elf64_Shdr section;
    struct strings s;
    if (!symbol->st_name || !elf_section_at(elf, symbols->sh_link, &section) ||
        !take_strings(elf, section.sh_offset, section.sh_size, &s) || symbol->st_name >= s.size)
        return NULL;
    return s.text + symbol->st_name;
}

void elf_each_symbol(const struct elf_file *elf, elf_visit *visit, void *data)
{
    Elf64_Shdr section;
    Elf64_Sym symbol;
    unsigned i = 0;
    while (elf_section_at(elf, i, &section) && section.sh_type != SHT_DYNSYM)
        i++;
    if (!elf_section_at(elf, i, &section))
        return;
    for (uint64_t n = 0; elf_entry_at(elf, &section, n, &symbol, sizeof symbol); n++) {
        const char *name = elf_name_of(elf, &section, &symbol);
        if (name && visit(name, &symbol, data))
            return;
    }
}

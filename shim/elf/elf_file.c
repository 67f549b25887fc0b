/* Reads by pread alone: a file that is cut off meanwhile must not be a SIGBUS. */
#include "elf_file.h"
#include "kernel.h"
#include "path.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HEADERS_MAX 4096
#define SYMBOL_BYTES_MAX ((uint64_t)64 << 20)
#define SECTIONS_AT_ONCE 32
#define SYMBOLS_AT_ONCE 512 /* 12 KiB of stack: the shim's own */
#define STRINGS_AT_ONCE 12288
#define NAME_BYTES 256 /* of a name that goes on behind a part are read again; longer ones are cut */
#define PLACES 128
#define NEAR_BITS 4096 /* 512 bytes of stack */
#define LINE_BYTES 256 /* the kernel reads as much of a script's first line */

int elf_file_open(const char *path)
{
    struct stat st;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    if (fd >= 0 && (kernel_fstat(fd, &st) || !S_ISREG(st.st_mode))) {
        elf_file_close(fd);
        return -1;
    }
    return fd;
}

void elf_file_close(int fd)
{
    syscall(SYS_close, fd);
}

/* As many bytes as there are, at most size. */
static size_t read_some(int fd, void *to, size_t size, uint64_t offset)
{
    size_t done = 0;
    while (done < size && offset + done <= INT64_MAX) {
        long more = syscall(SYS_pread64, fd, (char *)to + done, size - done, offset + done);
        if (more <= 0 && !(more < 0 && errno == EINTR))
            break;
        done += more > 0 ? (size_t)more : 0;
    }
    return done;
}

static bool read_all(int fd, void *to, size_t size, uint64_t offset)
{
    return read_some(fd, to, size, offset) == size;
}

/* ---- how it is started ---- */

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

/* "#! /usr/bin/env python3": the word behind #!. */
static void copy_interpreter(char *interpreter, size_t size, const char *line)
{
    line += strspn(line, " \t");
    size_t length = strcspn(line, " \t\n");
    if (length >= size)
        length = 0;
    memcpy(interpreter, line, length);
    interpreter[length] = 0;
}

static enum elf_file_kind kind_of_loader(const char *interpreter)
{
    const char *base = path_base(interpreter);
    if (starts_with(base, "ld-linux") || starts_with(base, "ld-lsb"))
        return ELF_FILE_GLIBC;
    return starts_with(base, "ld-musl") ? ELF_FILE_MUSL : ELF_FILE_LOADER;
}

/* A static program that is position independent says so; a shared library, and the loader itself, do not. */
static bool is_pie(int fd, const Elf64_Phdr *dynamic)
{
    Elf64_Dyn entry = {.d_tag = DT_NULL + 1};
    for (uint64_t at = 0; at + sizeof entry <= dynamic->p_filesz && at < HEADERS_MAX * sizeof entry; at += sizeof entry) {
        if (!read_all(fd, &entry, sizeof entry, dynamic->p_offset + at) || entry.d_tag == DT_NULL)
            return false;
        if (entry.d_tag == DT_FLAGS_1)
            return entry.d_un.d_val & DF_1_PIE;
    }
    return false;
}

static enum elf_file_kind kind_by_headers(int fd, const Elf64_Ehdr *h, char *interpreter, size_t size)
{
    Elf64_Phdr header, dynamic = {0};
    if ((h->e_type != ET_EXEC && h->e_type != ET_DYN) || h->e_phentsize != sizeof header)
        return ELF_FILE_OTHER;
    for (unsigned i = 0; i < h->e_phnum && i < HEADERS_MAX; i++) {
        if (!read_all(fd, &header, sizeof header, h->e_phoff + i * sizeof header))
            return ELF_FILE_OTHER;
        if (header.p_type == PT_DYNAMIC)
            dynamic = header;
        if (header.p_type != PT_INTERP)
            continue;
        size_t length = header.p_filesz < size ? header.p_filesz : size - 1;
        interpreter[read_some(fd, interpreter, length, header.p_offset)] = 0;
        return kind_of_loader(interpreter);
    }
    return h->e_type == ET_DYN && !is_pie(fd, &dynamic) ? ELF_FILE_GLIBC : ELF_FILE_STATIC;
}

enum elf_file_kind elf_file_kind(int fd, char *interpreter, size_t size)
{
    union {
        char line[LINE_BYTES + 1];
        Elf64_Ehdr header;
    } start = {{0}};
    *interpreter = 0;
    size_t length = read_some(fd, start.line, LINE_BYTES, 0);
    if (starts_with(start.line, "#!")) {
        copy_interpreter(interpreter, size, start.line + 2);
        return ELF_FILE_SCRIPT;
    }
    if (length < sizeof start.header || memcmp(start.line, ELFMAG, SELFMAG) != 0)
        return ELF_FILE_OTHER;
    if (start.header.e_ident[EI_CLASS] != ELFCLASS64 || start.header.e_ident[EI_DATA] != ELFDATA2LSB ||
        start.header.e_machine != EM_X86_64)
        return ELF_FILE_MACHINE;
    return kind_by_headers(fd, &start.header, interpreter, size);
}

/* ---- which functions it defines ---- */

static bool find_sections(int fd, Elf64_Shdr *symbols, Elf64_Shdr *strings)
{
    Elf64_Ehdr h;
    if (!read_all(fd, &h, sizeof h, 0) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != ELFCLASS64 ||
        h.e_shentsize != sizeof *symbols)
        return false;
    Elf64_Shdr some[SECTIONS_AT_ONCE];
    for (unsigned i = 0; i < h.e_shnum && i < HEADERS_MAX; i++) {
        if (i % SECTIONS_AT_ONCE == 0) {
            size_t now = h.e_shnum - i < SECTIONS_AT_ONCE ? h.e_shnum - i : SECTIONS_AT_ONCE;
            memset(some, 0, sizeof some);
            read_some(fd, some, now * sizeof *some, h.e_shoff + i * sizeof *some);
        }
        *symbols = some[i % SECTIONS_AT_ONCE];
        if (symbols->sh_type == SHT_SYMTAB)
            return symbols->sh_entsize == sizeof(Elf64_Sym) && symbols->sh_link < h.e_shnum &&
                   read_all(fd, strings, sizeof *strings, h.e_shoff + symbols->sh_link * sizeof *strings) &&
                   strings->sh_type == SHT_STRTAB;
    }
    return false;
}

/* Where in .strtab names lie that may be wanted, in order: each with its 0 at `end`. A symbol's name may be the end of one.
 * `near` has a bit for each part of the table, set where one of them lies: most symbols are told by that alone. */
struct places {
    size_t count;
    struct {
        uint64_t start, end;
    } at[PLACES];
    unsigned shift; /* a part has 1 << shift bytes */
    uint64_t near[NEAR_BITS / 64];
};

static void begin_places(struct places *places, uint64_t size)
{
    memset(places->near, 0, sizeof places->near);
    places->count = 0;
    for (places->shift = 0; size >> places->shift >= NEAR_BITS; places->shift++)
        ;
}

/* Where there are too many, the last place holds all others, and what lies between them. */
static void add_place(struct places *places, uint64_t start, uint64_t end)
{
    if (places->count == PLACES) {
        start = places->at[PLACES - 1].end;
        places->at[PLACES - 1].end = end;
    } else {
        places->at[places->count].start = start;
        places->at[places->count++].end = end;
    }
    for (uint64_t part = start >> places->shift; part <= end >> places->shift; part++)
        places->near[part / 64] |= UINT64_C(1) << part % 64;
}

/* `offset` lies in the table. */
static bool is_in(const struct places *places, uint64_t offset)
{
    uint64_t part = offset >> places->shift;
    size_t low = 0, high = places->count;
    if (!(places->near[part / 64] >> part % 64 & 1))
        return false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (offset < places->at[middle].end)
            high = middle;
        else
            low = middle + 1;
    }
    return low < places->count && offset >= places->at[low].start;
}

/* The top bit of each byte that is 0. */
static uint64_t zeros_of(uint64_t word)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    return ~(((word & low) + low) | word | low);
}

/* Adds the names that end in part[0..now), which lies at `offset` in the table; a word behind them may be read. How many bytes
 * they have: what is left is the beginning of a name. A word at a time: there are ten thousand names in a module of NumPy, and
 * most are told by their ends. */
static size_t add_names(struct places *places, const struct elf_file_wanted *wanted, const char *part, size_t now,
                        uint64_t offset)
{
    size_t name = 0;
    for (size_t at = 0; at < now; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, part + at, sizeof word);
        for (uint64_t zeros = zeros_of(word); zeros; zeros &= zeros - 1) {
            size_t end = at + (size_t)__builtin_ctzll(zeros) / 8;
            if (end > name && wanted->may_end[(unsigned char)part[end - 1]] && wanted->may_be(part + name, end - name))
                add_place(places, offset + name, offset + end);
            name = end + 1;
        }
    }
    return name;
}

/* Goes through the names of .strtab a part at a time: memory that nobody has touched costs more than reading. False: the table
 * cannot be read to its end. */
static bool find_names(int fd, const Elf64_Shdr *section, const struct elf_file_wanted *wanted, struct places *places)
{
    char part[STRINGS_AT_ONCE + sizeof(uint64_t)];
    uint64_t done = 0;
    begin_places(places, section->sh_size);
    for (size_t now = 0; done < section->sh_size; done += now) {
        now = section->sh_size - done < STRINGS_AT_ONCE ? section->sh_size - done : STRINGS_AT_ONCE;
        if (!read_all(fd, part, now, section->sh_offset + done))
            return false;
        memset(part + now, 1, sizeof(uint64_t));
        size_t whole = add_names(places, wanted, part, now, done), rest = now - whole;
        if (done + now < section->sh_size)
            now -= rest < NAME_BYTES ? rest : NAME_BYTES;
        else if (rest && wanted->may_be(part + whole, rest))
            add_place(places, done + whole, section->sh_size);
    }
    return done;
}

static bool is_function(const Elf64_Sym *symbol)
{
    int type = ELF64_ST_TYPE(symbol->st_info);
    return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol->st_shndx != SHN_UNDEF;
}

/* Only names in those places are looked at. */
struct names {
    const Elf64_Shdr *strings;
    const struct places *places;
    bool (*is)(const char *name, size_t bytes);
};

static bool is_wanted(int fd, const Elf64_Sym *symbol, const struct names *names, char name[NAME_BYTES])
{
    if (!is_function(symbol) || symbol->st_name >= names->strings->sh_size || !is_in(names->places, symbol->st_name))
        return false;
    uint64_t left = names->strings->sh_size - symbol->st_name;
    size_t bytes = left < NAME_BYTES ? left : NAME_BYTES - 1;
    name[read_some(fd, name, bytes, names->strings->sh_offset + symbol->st_name)] = 0;
    return names->is(name, symbol->st_size);
}

/* The symbols are read a few at a time, as the names. False: none is wanted, or the table cannot be read to its end, which
 * *whole tells. */
static bool find_function(int fd, const Elf64_Shdr *table, const struct names *names, char name[NAME_BYTES], bool *whole)
{
    Elf64_Sym some[SYMBOLS_AT_ONCE];
    *whole = true;
    for (uint64_t done = 0, count = table->sh_size / sizeof *some; done < count; done += SYMBOLS_AT_ONCE) {
        size_t now = count - done < SYMBOLS_AT_ONCE ? count - done : SYMBOLS_AT_ONCE;
        *whole = read_all(fd, some, now * sizeof *some, table->sh_offset + done * sizeof *some);
        for (size_t i = 0; i < now && *whole; i++)
            if (is_wanted(fd, &some[i], names, name))
                return true;
        if (!*whole)
            break;
    }
    return false;
}

bool elf_file_function(int fd, const struct elf_file_wanted *wanted, char *name, size_t size, bool *stripped)
{
    Elf64_Shdr symbols, strings;
    struct places places;
    char found[NAME_BYTES];
    bool whole = false, is_there = false;
    if (find_sections(fd, &symbols, &strings) && symbols.sh_size <= SYMBOL_BYTES_MAX && strings.sh_size <= SYMBOL_BYTES_MAX)
        whole = find_names(fd, &strings, wanted, &places);
    if (whole && places.count)
        is_there = find_function(fd, &symbols, &(struct names){&strings, &places, wanted->is}, found, &whole);
    *stripped = !whole;
    if (is_there) {
        size_t length = strnlen(found, size - 1);
        memcpy(name, found, length);
        name[length] = 0;
    }
    return is_there;
}

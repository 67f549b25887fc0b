/* Seeks a function in a file's .symtab by its name (elf_function.h): names first, in .strtab, because there are many and few
 * are wanted. Read as elf_file.c reads. */
#include "elf_function.h"
#include "elf_file.h"
#include <elf.h>
#include <stdint.h>
#include <string.h>

#define HEADERS_MAX 4096
#define SYMBOL_BYTES_MAX ((uint64_t)64 << 20)
#define SECTIONS_AT_ONCE 64 /* of most files all: 4 KiB of stack */
#define SYMBOLS_AT_ONCE 512 /* 12 KiB of stack: the shim's own */
#define STRINGS_AT_ONCE 16000
#define VECTOR 16      /* what every processor can */
#define BLOCK 64       /* names are passed over as many bytes at a time */
#define NAME_BYTES 256 /* of a name that goes on behind a part are read again; longer ones are cut */
#define PLACES 128
#define NEAR_BITS 4096 /* 512 bytes of stack */

/* What is read, one after the other in the same place: 16 KiB of the shim's own stack. Each page of it that is touched anew
 * costs as much as five readings. */
union scratch {
    Elf64_Shdr sections[SECTIONS_AT_ONCE];
    char names[STRINGS_AT_ONCE + BLOCK + 1];
    Elf64_Sym symbols[SYMBOLS_AT_ONCE];
};

/* Section `i`; some[] has those from *first on, or others afterwards. False: there is none of that number. */
static bool find_section(int fd, const Elf64_Ehdr *h, unsigned i, Elf64_Shdr *some, unsigned *first, Elf64_Shdr *section)
{
    if (i >= h->e_shnum || i >= HEADERS_MAX)
        return false;
    if (i - *first >= SECTIONS_AT_ONCE) {
        size_t now = h->e_shnum - i < SECTIONS_AT_ONCE ? h->e_shnum - i : SECTIONS_AT_ONCE;
        size_t got = elf_file_read_some(fd, some, now * sizeof *some, h->e_shoff + i * sizeof *some);
        memset((char *)some + got, 0, now * sizeof *some - got);
        *first = i;
    }
    *section = some[i - *first];
    return true;
}

static bool find_sections(int fd, union scratch *scratch, Elf64_Shdr *symbols, Elf64_Shdr *strings)
{
    Elf64_Ehdr h;
    Elf64_Shdr *some = scratch->sections;
    unsigned first = HEADERS_MAX;
    if (!elf_file_read(fd, &h, sizeof h, 0) || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0 || h.e_ident[EI_CLASS] != ELFCLASS64 ||
        h.e_shentsize != sizeof *symbols)
        return false;
    for (unsigned i = 0; find_section(fd, &h, i, some, &first, symbols); i++)
        if (symbols->sh_type == SHT_SYMTAB)
            return symbols->sh_entsize == sizeof(Elf64_Sym) && find_section(fd, &h, symbols->sh_link, some, &first, strings) &&
                   strings->sh_type == SHT_STRTAB;
    return false;
}

/* Where in .strtab names lie that may be wanted, in order: each with its 0 at `end`. A symbol's name may be the end of one.
 * `near` has a bit for each part of the table, set where one of them lies: most symbols are told by that alone. */
struct places {
    size_t count;
    bool matter; /* not all of them are harmless */
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
    places->matter = false;
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

/* A part of .strtab: bytes[0..now), which lie at `offset` in the table, and a block behind them that is no part of any name. */
struct part {
    const char *bytes;
    size_t now;
    uint64_t offset;
};

/* The name that bytes[start..end) are, or the end of one. */
static void add_name(struct places *places, const struct elf_file_wanted *wanted, const struct part *part, size_t start,
                     size_t end)
{
    const char *name = part->bytes + start;
    if (!wanted->may_be(name, end - start))
        return;
    places->matter |= !wanted->is_harmless || !wanted->is_harmless(name, end - start, wanted->data);
    add_place(places, part->offset + start, part->offset + end);
}

/* One of the two things by which a name is told to be one to look at. */
static bool is_mark(const struct elf_file_wanted *wanted, const char *at)
{
    return (at[0] == wanted->end && !at[1]) ||
           (at[0] == wanted->within[0] && !strncmp(at, wanted->within, strlen(wanted->within)));
}

typedef unsigned char vector __attribute__((vector_size(VECTOR)));
typedef uint64_t words __attribute__((vector_size(VECTOR)));

/* The first two bytes of the one, and the first of the other, whose second is 0. */
struct marks {
    vector first, second, end;
};

static vector repeated(char c)
{
    return (vector){0} + (unsigned char)c;
}

static struct marks marks_of(const struct elf_file_wanted *wanted)
{
    return (struct marks){repeated(wanted->within[0]), repeated(wanted->within[1]), repeated(wanted->end)};
}

/* 0xff where one may begin, by its first two bytes. */
static inline words marks_at(const struct marks *marks, const char *at)
{
    vector here, next;
    memcpy(&here, at, VECTOR);
    memcpy(&next, at + 1, VECTOR);
    return (words)((here == marks->end) & (next == 0)) | (words)((here == marks->first) & (next == marks->second));
}

static inline bool may_have_mark(const struct marks *marks, const char *at)
{
    words any = {0};
    for (size_t i = 0; i < BLOCK; i += VECTOR)
        any |= marks_at(marks, at + i);
    return any[0] | any[1];
}

/* Adds the names of a part that have a mark, but for the last, which may go on behind it. */
struct adding {
    struct places *places;
    const struct elf_file_wanted *wanted;
    const struct part *part;
    size_t done, whole; /* up to here are names that were added; here the last begins */
};

static void add_marked(struct adding *a, size_t at)
{
    const char *bytes = a->part->bytes;
    if (at < a->done || at >= a->whole || !is_mark(a->wanted, bytes + at))
        return;
    const char *before = memrchr(bytes, 0, at);
    a->done = at + strlen(bytes + at);
    add_name(a->places, a->wanted, a->part, before ? (size_t)(before - bytes) + 1 : 0, a->done);
}

static void add_marked_in(struct adding *a, const struct marks *marks, size_t block)
{
    for (size_t at = block; at < block + BLOCK; at += VECTOR) {
        words found = marks_at(marks, a->part->bytes + at);
        for (size_t i = 0; i < VECTOR / sizeof found[0]; i++)
            for (uint64_t rest = found[i], bit; rest; rest &= ~(UINT64_C(0xff) << bit)) {
                bit = (uint64_t)__builtin_ctzll(rest);
                add_marked(a, at + i * sizeof rest + bit / 8);
            }
    }
}

/* Adds the names that end in a part of the table. How many bytes they have: what is left is the beginning of a name. */
static size_t add_names(struct places *places, const struct elf_file_wanted *wanted, const struct part *part)
{
    const char *last = memrchr(part->bytes, 0, part->now);
    const struct marks marks = marks_of(wanted);
    struct adding adding = {places, wanted, part, 0, last ? (size_t)(last - part->bytes) + 1 : 0};
    for (size_t block = 0; block < adding.whole; block += BLOCK)
        if (may_have_mark(&marks, part->bytes + block))
            add_marked_in(&adding, &marks, block);
    return adding.whole;
}

/* Goes through the names of .strtab a part at a time: memory that nobody has touched costs more than reading. False: the table
 * cannot be read to its end. */
static bool find_names(int fd, union scratch *scratch, const Elf64_Shdr *section, const struct elf_file_wanted *wanted,
                       struct places *places)
{
    char *bytes = scratch->names;
    uint64_t done = 0;
    begin_places(places, section->sh_size);
    for (size_t now = 0; done < section->sh_size; done += now) {
        now = section->sh_size - done < STRINGS_AT_ONCE ? section->sh_size - done : STRINGS_AT_ONCE;
        if (!elf_file_read(fd, bytes, now, section->sh_offset + done))
            return false;
        memset(bytes + now, 1, BLOCK + 1);
        struct part part = {bytes, now, done};
        size_t whole = add_names(places, wanted, &part), rest = now - whole;
        if (done + now < section->sh_size)
            now -= rest < NAME_BYTES ? rest : NAME_BYTES;
        else if (rest)
            add_name(places, wanted, &part, whole, now);
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
    union scratch *scratch;
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
    name[elf_file_read_some(fd, name, bytes, names->strings->sh_offset + symbol->st_name)] = 0;
    return names->is(name, symbol->st_size);
}

/* The symbols are read a few at a time, as the names. False: none is wanted, or the table cannot be read to its end, which
 * *whole tells. */
static bool find_function(int fd, const Elf64_Shdr *table, const struct names *names, char name[NAME_BYTES], bool *whole)
{
    Elf64_Sym *some = names->scratch->symbols;
    *whole = true;
    for (uint64_t done = 0, count = table->sh_size / sizeof *some; done < count; done += SYMBOLS_AT_ONCE) {
        size_t now = count - done < SYMBOLS_AT_ONCE ? count - done : SYMBOLS_AT_ONCE;
        *whole = elf_file_read(fd, some, now * sizeof *some, table->sh_offset + done * sizeof *some);
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
    union scratch scratch;
    struct places places;
    char found[NAME_BYTES];
    bool whole = false, is_there = false;
    if (find_sections(fd, &scratch, &symbols, &strings) && symbols.sh_size <= SYMBOL_BYTES_MAX &&
        strings.sh_size <= SYMBOL_BYTES_MAX)
        whole = find_names(fd, &scratch, &strings, wanted, &places);
    if (whole && places.matter)
        is_there = find_function(fd, &symbols, &(struct names){&scratch, &strings, &places, wanted->is}, found, &whole);
    *stripped = !whole;
    if (is_there) {
        size_t length = strnlen(found, size - 1);
        memcpy(name, found, length);
        name[length] = 0;
    }
    return is_there;
}

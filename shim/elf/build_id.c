/* The notes of a loaded object (build_id.h). Nothing that it says of itself leads out of it. */
#include "build_id.h"
#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

struct extent {
    uintptr_t start, end;
};

static bool holds(const struct extent *object, uintptr_t at, size_t bytes)
{
    return at >= object->start && at <= object->end && bytes <= object->end - at;
}

static const ElfW(Phdr) * headers_of(const struct extent *object, size_t *count)
{
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)object->start;
    if (!holds(object, object->start, sizeof *header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff > object->end - object->start ||
        !holds(object, object->start + header->e_phoff, header->e_phnum * sizeof(ElfW(Phdr))))
        return NULL;
    *count = header->e_phnum;
    return (const ElfW(Phdr) *)(object->start + header->e_phoff);
}

static size_t aligned(size_t bytes)
{
    return (bytes + 3) & ~(size_t)3;
}

static void write_hex(const unsigned char *bytes, size_t count, char *text)
{
    for (size_t i = 0; i < count; i++) {
        *text++ = "0123456789abcdef"[bytes[i] >> 4];
        *text++ = "0123456789abcdef"[bytes[i] & 15];
    }
    *text = 0;
}

static bool read_notes(const struct extent *object, uintptr_t at, size_t bytes, char *text)
{
    if (!holds(object, at, bytes))
        return false;
    for (uintptr_t end = at + bytes; end - at >= sizeof(ElfW(Nhdr));) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
        size_t name = aligned(note->n_namesz), description = aligned(note->n_descsz);
        at += sizeof *note;
        if (name > end - at || description > end - at - name)
            return false;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof ELF_NOTE_GNU && note->n_descsz &&
            !memcmp((const char *)at, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU)) {
            size_t count = note->n_descsz < BUILD_ID_BYTES ? note->n_descsz : BUILD_ID_BYTES;
            write_hex((const unsigned char *)at + name, count, text);
            return true;
        }
        at += name + description;
    }
    return false;
}

uintptr_t build_id_read(uintptr_t start, uintptr_t end, char text[2 * BUILD_ID_BYTES + 1])
{
    const struct extent object = {start, end};
    size_t count = 0;
    const ElfW(Phdr) *headers = headers_of(&object, &count);
    uintptr_t bias = start;
    *text = 0;
    for (size_t i = 0; i < count; i++)
        if (headers[i].p_type == PT_LOAD) {
            bias = start - (headers[i].p_vaddr & ~(ElfW(Addr))4095);
            break;
        }
    for (size_t i = 0; i < count; i++)
        if (headers[i].p_type == PT_NOTE && read_notes(&object, bias + headers[i].p_vaddr, headers[i].p_memsz, text))
            break;
    return bias;
}

/* The code is gone through for calls that lead to dlopen, straight through its pointer (-fno-plt) or by a piece of the
 * procedure linkage table that does; x86-64 alone. Before such a call the second argument is looked for: `mov $flags, %esi`. A
 * byte that only looks like an instruction does not lead to dlopen. */
#include "deepbind.h"
#include <dlfcn.h>
#include <string.h>

enum { POINTERS = 8, CALL = 0xe8, JUMP = 0xe9, MOV_ESI = 0xbe, LOOK_BACK = 64 };

struct search {
    const struct elf_file *elf;
    uint64_t pointers[POINTERS]; /* addresses that the loader fills in with dlopen's */
    size_t count;
    const unsigned char *code; /* of the segment that is gone through */
    uint64_t size, address;
};

/* ---- pointers to dlopen ---- */

static void look_at_relocations(struct search *s, const Elf64_Shdr *relocations)
{
    Elf64_Shdr symbols;
    Elf64_Rela entry;
    Elf64_Sym symbol;
    if (!elf_section_at(s->elf, relocations->sh_link, &symbols))
        return;
    for (uint64_t i = 0; elf_entry_at(s->elf, relocations, i, &entry, sizeof entry) && s->count < POINTERS; i++) {
        uint64_t type = ELF64_R_TYPE(entry.r_info);
        if ((type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) ||
            !elf_entry_at(s->elf, &symbols, ELF64_R_SYM(entry.r_info), &symbol, sizeof symbol))
            continue;
        const char *name = elf_name_of(s->elf, &symbols, &symbol);
        if (name && !strcmp(name, "dlopen"))
            s->pointers[s->count++] = entry.r_offset;
    }
}

static bool is_pointer(const struct search *s, uint64_t address)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->pointers[i] == address)
            return true;
    return false;
}

/* ---- calls ---- */

static int32_t number_at(const unsigned char *code)
{
    int32_t number;
    memcpy(&number, code, sizeof number);
    return number;
}

/* An indirect jump or call at place i: ff 25 or ff 15, and a distance. */
static bool leads_there(const struct search *s, uint64_t i, unsigned char how)
{
    return i + 6 <= s->size && s->code[i] == 0xff && s->code[i + 1] == how &&
           is_pointer(s, s->address + i + 6 + (uint64_t)number_at(s->code + i + 2));
}

/* A piece of the linkage table: endbr64 and bnd may come before its jump. */
static bool is_stub(const struct search *s, uint64_t i)
{
    static const unsigned char endbr[] = {0xf3, 0x0f, 0x1e, 0xfa};
    if (i + sizeof endbr <= s->size && !memcmp(s->code + i, endbr, sizeof endbr))
        i += sizeof endbr;
    i += i < s->size && s->code[i] == 0xf2;
    return leads_there(s, i, 0x25);
}

static bool is_call(const struct search *s, uint64_t i)
{
    if (leads_there(s, i, 0x15))
        return true;
    if ((s->code[i] != CALL && s->code[i] != JUMP) || i + 5 > s->size)
        return false;
    uint64_t target = i + 5 + (uint64_t)number_at(s->code + i + 1);
    return target < s->size && is_stub(s, target);
}

/* The flags of the call: the last ones before it that can be dlopen's. */
static bool is_deep(const struct search *s, uint64_t call)
{
    const int32_t known = RTLD_LAZY | RTLD_NOW | RTLD_NOLOAD | RTLD_DEEPBIND | RTLD_GLOBAL | RTLD_NODELETE;
    for (uint64_t back = 5; back <= LOOK_BACK && back <= call; back++) {
        int32_t flags = number_at(s->code + call - back + 1);
        if (s->code[call - back] == MOV_ESI && flags & (RTLD_LAZY | RTLD_NOW) && !(flags & ~known))
            return flags & RTLD_DEEPBIND;
    }
    return false;
}

static bool look_at_code(struct search *s)
{
    for (uint64_t i = 0; i < s->size; i++)
        if (is_call(s, i) && is_deep(s, i))
            return true;
    return false;
}

bool deepbind_is_used(const struct elf_file *elf)
{
    struct search s = {.elf = elf};
    Elf64_Shdr section;
    Elf64_Phdr segment;
    for (unsigned i = 0; elf_section_at(elf, i, &section); i++)
        if (section.sh_type == SHT_RELA)
            look_at_relocations(&s, &section);
    for (unsigned i = 0; s.count && elf_segment_at(elf, i, &segment); i++) {
        if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) || segment.p_offset > elf->size)
            continue;
        s.code = elf->bytes + segment.p_offset;
        s.size = segment.p_filesz < elf->size - segment.p_offset ? segment.p_filesz : elf->size - segment.p_offset;
        s.address = segment.p_vaddr;
        if (look_at_code(&s))
            return true;
    }
    return false;
}

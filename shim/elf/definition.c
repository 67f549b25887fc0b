/* The rules of glibc's dl-lookup.c, for one object. */
#include "definition.h"
#include <string.h>

/* An entry of DT_VERSYM. Of the indices, 0 and 1 mean no version, 2 an object's oldest one. */
#define INDEX 0x7fff
#define NOT_DEFAULT 0x8000

static const void *behind(const void *entry, size_t bytes)
{
    return bytes ? (const char *)entry + bytes : NULL;
}

/* ---- the reference ---- */

/* The version with this index, among those that the object needs of all libraries. */
static struct version needed(const struct object *o, unsigned index)
{
    const char *strings = object_table(o, DT_STRTAB);
    for (const ElfW(Verneed) *need = object_table(o, DT_VERNEED); need; need = behind(need, need->vn_next))
        for (const ElfW(Vernaux) *aux = behind(need, need->vn_aux); aux; aux = behind(aux, aux->vna_next))
            if ((aux->vna_other & INDEX) == index)
                return (struct version){strings + aux->vna_name, aux->vna_other & NOT_DEFAULT};
    return (struct version){0};
}

bool definition_wanted(const struct object *o, const char *name, struct version *version)
{
    const ElfW(Half) *versions = object_table(o, DT_VERSYM);
    uint32_t first = versions ? object_next_reference(o, name, 0) : 0, next = first;
    *version = (struct version){0};
    if (!first)
        return true;
    *version = needed(o, versions[first] & INDEX);
    while ((next = object_next_reference(o, name, next)) != 0)
        if (versions[next] != versions[first])
            return false;
    return true;
}

/* ---- the definition ---- */

/* "": the version is that of the object as a whole. */
static const char *defined(const struct object *o, unsigned index)
{
    const char *strings = object_table(o, DT_STRTAB);
    for (const ElfW(Verdef) *d = object_table(o, DT_VERDEF); d && index > 1; d = behind(d, d->vd_next))
        if (d->vd_ndx == index && !(d->vd_flags & VER_FLG_BASE))
            return strings + ((const ElfW(Verdaux) *)behind(d, d->vd_aux))->vda_name;
    return "";
}

/* A reference with a version is bound to that version, or to what has none; *only_one: this one only where it is the only one.
 */
static bool is_meant(const struct object *o, unsigned entry, const struct version *wanted, bool *only_one)
{
    *only_one = !wanted->name && (entry & INDEX) > 2;
    if (!wanted->name)
        return (entry & INDEX) <= 2 || !(entry & NOT_DEFAULT);
    const char *name = defined(o, entry & INDEX);
    return *name ? !strcmp(name, wanted->name) : !wanted->hidden && !(entry & NOT_DEFAULT);
}

static bool may_be_bound(const ElfW(Sym) * symbol)
{
    int type = ELF64_ST_TYPE(symbol->st_info);
    return symbol->st_shndx != SHN_UNDEF && symbol->st_value &&
           (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE || type == STT_OBJECT);
}

void *definition_in(const struct object *o, const char *name, const struct version *version, bool *chosen)
{
    const ElfW(Sym) *symbols = object_table(o, DT_SYMTAB), *found = NULL;
    const ElfW(Half) *versions = object_table(o, DT_VERSYM);
    bool only_one = false;
    unsigned candidates = 0;
    for (uint32_t i = 0; (i = object_next_definition(o, name, i)) != 0;) {
        if (!may_be_bound(&symbols[i]) || (versions && !is_meant(o, versions[i], version, &only_one)))
            continue;
        found = &symbols[i];
        candidates++;
        if (!only_one)
            break;
    }
    if (!found || (only_one && candidates > 1))
        return NULL;
    *chosen = ELF64_ST_TYPE(found->st_info) == STT_GNU_IFUNC;
    return (void *)(o->base + found->st_value);
}

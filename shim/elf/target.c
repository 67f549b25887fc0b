/* The rules by which the kernel starts a program and the loader preloads a library, as far as they decide whether both
 * happen. */
#include "target.h"
#include "elf_file.h"
#include "elf_function.h"
#include "kernel.h"
#include "path.h"
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SCRIPT_DEPTH 5 /* the kernel's own limit on interpreters of interpreters */
#define MOUNTED_NOSUID 2

/* The kernel sets AT_SECURE where the new effective user or group is not the real one, and for file capabilities of a user
 * who is not root. */
static bool is_privileged(const char *path, const struct stat *st)
{
    struct statfs fs;
    bool ignored = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 || (!statfs(path, &fs) && fs.f_flags & MOUNTED_NOSUID);
    bool set_user = !ignored && st->st_mode & S_ISUID;
    bool set_group = !ignored && (st->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
    if ((set_user ? st->st_uid : geteuid()) != getuid() || (set_group ? st->st_gid : getegid()) != getgid())
        return true;
    return !ignored && getuid() && getxattr(path, "security.capability", NULL, 0) > 0;
}

static enum target target_of(enum elf_file_kind kind)
{
    switch (kind) {
    case ELF_FILE_STATIC: return TARGET_STATIC;
    case ELF_FILE_MUSL: return TARGET_MUSL;
    case ELF_FILE_LOADER: return TARGET_LOADER;
    case ELF_FILE_MACHINE: return TARGET_MACHINE;
    default: return TARGET_REACHED;
    }
}

static enum target look(const char *path, unsigned depth)
{
    struct stat st;
    char interpreter[256];
    if (kernel_stat(path, &st) || !S_ISREG(st.st_mode) || access(path, X_OK))
        return TARGET_REACHED;
    int fd = elf_file_open(path);
    enum elf_file_kind kind = fd < 0 ? ELF_FILE_OTHER : elf_file_kind(fd, interpreter, sizeof interpreter);
    if (fd >= 0)
        elf_file_close(fd);
    if (kind == ELF_FILE_SCRIPT)
        return depth < SCRIPT_DEPTH && *interpreter ? look(interpreter, depth + 1) : TARGET_REACHED;
    if (!strncmp(path_base(path), "ld-musl", 7))
        return TARGET_MUSL;
    enum target target = target_of(kind);
    return target == TARGET_REACHED && is_privileged(path, &st) ? TARGET_PRIVILEGED : target;
}

enum target target_look(const char *path)
{
    return look(path, 0);
}

const char *target_reason(enum target target)
{
    switch (target) {
    case TARGET_STATIC: return "statically linked";
    case TARGET_MUSL: return "linked with musl";
    case TARGET_LOADER: return "its loader is not the GNU C library's";
    case TARGET_MACHINE: return "not an x86-64 program";
    case TARGET_PRIVILEGED: return "set-user-ID, set-group-ID or with file capabilities";
    default: return "";
    }
}

bool target_find(const char *name, const char *path_variable, char *file, size_t size)
{
    struct stat st;
    size_t name_bytes = strlen(name) + 1;
    if (!*name || name_bytes > size)
        return false;
    if (strchr(name, '/')) {
        memcpy(file, name, name_bytes);
        return true;
    }
    for (const char *p = path_variable ? path_variable : "/bin:/usr/bin";; p++) {
        size_t length = strcspn(p, ":");
        if (length + 1 + name_bytes <= size) {
            memcpy(file, p, length);
            file[length] = '/';
            memcpy(file + (length ? length + 1 : 0), name, name_bytes); /* an empty entry is the working directory */
            if (!kernel_stat(file, &st) && S_ISREG(st.st_mode) && !access(file, X_OK))
                return true;
        }
        p += length;
        if (!*p)
            return false;
    }
}

/* ---- BLAS inside ---- */

/* SciPy's modules have a dgemm_ of 5 bytes, which jumps to their library's scipy_dgemm_; OpenBLAS's ddot_ has 117. */
#define FORWARDER_BYTES 64

struct piece {
    const char *text;
    size_t length;
    bool fortran, c;
};
#define PIECE(text, fortran, c)            \
    {                                      \
        text, sizeof(text) - 1, fortran, c \
    }
#define FAMILY(text) PIECE(text, false, false)

static const struct piece families[] = {
    FAMILY("gemm"), FAMILY("gemv"),  FAMILY("trsm"),  FAMILY("trsv"),  FAMILY("syrk"),
    FAMILY("dot"),  FAMILY("axpy"),  FAMILY("getrf"), FAMILY("potrf"), FAMILY("geqrf"),
    FAMILY("gesv"), FAMILY("gesdd"), FAMILY("syev"),  FAMILY("geev"),  FAMILY("gesvd"),
};

/* What a name may end in: dgemm_64_, cblas_dgemm64_, cblas_dgemm. Each name ends in the last one. */
static const struct piece endings[] = {PIECE("_64_", true, false), PIECE("64_", true, true), PIECE("_64", false, true),
                                       PIECE("_", true, false), PIECE("", false, true)};
static const struct piece c_prefix = PIECE("cblas_", false, true), scipy_prefix = PIECE("scipy_", true, true);

static bool ends_with(const char *name, size_t length, const struct piece *end)
{
    if (length < end->length || (end->length && name[length - 1] != end->text[end->length - 1]))
        return false;
    return !memcmp(name + length - end->length, end->text, end->length);
}

static unsigned key_of(const char *end)
{
    return ((unsigned)end[-2] * 7 + (unsigned)end[-1]) % 64;
}

/* May one of them end as this does, by its last two letters? Most names are told by that. */
static bool may_end_one(const char *end)
{
    static uint64_t keys;
    uint64_t known = __atomic_load_n(&keys, __ATOMIC_RELAXED);
    if (!known) {
        for (const struct piece *family = families; family < families + sizeof families / sizeof *families; family++)
            known |= UINT64_C(1) << key_of(family->text + family->length);
        __atomic_store_n(&keys, known, __ATOMIC_RELAXED);
    }
    return known >> key_of(end) & 1;
}

/* Is it such a name, or only the end of one: other names of a table may be its ends? All that do not end in an underscore have
 * c_prefix. */
static bool is_named(const char *name, size_t length, bool is_whole)
{
    const struct piece *ending = endings;
    while (!ends_with(name, length, ending))
        ending++;
    length -= ending->length;
    if (length < 2 || !may_end_one(name + length))
        return false;
    for (const struct piece *family = families; family < families + sizeof families / sizeof *families; family++) {
        if (length <= family->length || !ends_with(name, length, family))
            continue;
        size_t letter = length - family->length - 1;
        if (!memchr("sdcz", name[letter], 4))
            continue;
        bool c = ends_with(name, letter, &c_prefix);
        size_t before = letter - (c ? c_prefix.length : 0);
        if (!is_whole)
            return ending->fortran || (c && ending->c);
        return (c ? ending->c : ending->fortran) &&
               (!before || (before == scipy_prefix.length && ends_with(name, before, &scipy_prefix)));
    }
    return false;
}

static bool may_be_blas(const char *name, size_t length)
{
    return is_named(name, length, false);
}

static bool is_blas(const char *name, size_t bytes)
{
    return bytes >= FORWARDER_BYTES && is_named(name, strlen(name), true);
}

/* A name is harmless where all that it may be the name of are. */
static bool is_harmless(const char *name, size_t length, void *data)
{
    const struct target_known *known = data;
    for (; length; name++, length--)
        if (memchr("sdcz", *name, 4) && is_named(name, length, true) && !known->is_known(name, length, known->data))
            return false;
    return true;
}

bool target_file_has_blas(int fd, const struct target_known *known, char *name, size_t size, bool *stripped)
{
    const struct elf_file_wanted blas = {.end = '_',
                                         .within = c_prefix.text,
                                         .may_be = may_be_blas,
                                         .is = is_blas,
                                         .is_harmless = known ? is_harmless : NULL,
                                         .data = (void *)(uintptr_t)known};
    return elf_file_function(fd, &blas, name, size, stripped);
}

bool target_has_blas(const char *path, char *name, size_t size, bool *stripped)
{
    int fd = elf_file_open(path);
    *stripped = false;
    if (fd < 0)
        return false;
    bool found = target_file_has_blas(fd, NULL, name, size, stripped);
    elf_file_close(fd);
    return found;
}

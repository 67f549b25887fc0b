/* The rules by which the kernel starts a program and the loader preloads a library, as far as they decide whether both
 * happen. */
#include "target.h"
#include "elf_file.h"
#include "kernel.h"
#include "path.h"
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

#define PAIR(first, second) ((first) << 8 | (second))

/* By the last two letters of them all. */
static bool ends_a_family(const char *name, size_t length)
{
    switch (length > 2 ? PAIR(name[length - 2], name[length - 1]) : 0) {
    case PAIR('m', 'm'):
    case PAIR('m', 'v'):
    case PAIR('s', 'm'):
    case PAIR('s', 'v'):
    case PAIR('r', 'k'):
    case PAIR('o', 't'):
    case PAIR('p', 'y'):
    case PAIR('r', 'f'):
    case PAIR('d', 'd'):
    case PAIR('e', 'v'):
    case PAIR('v', 'd'): return true;
    default: return false;
    }
}

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

/* Is it such a name, or only the end of one: other names of a table may be its ends? Looked at from behind, where most names
 * already differ. */
static bool is_named(const char *name, size_t length, bool is_whole)
{
    const struct piece *ending = endings;
    while (!ends_with(name, length, ending))
        ending++;
    length -= ending->length;
    if (!ends_a_family(name, length))
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

bool target_has_blas(const char *path, char *name, size_t size, bool *stripped)
{
    int fd = elf_file_open(path);
    *stripped = false;
    if (fd < 0)
        return false;
    static const bool may_end[256] = {['_'] = true, ['4'] = true, ['m'] = true, ['v'] = true, ['k'] = true,
                                      ['t'] = true, ['y'] = true, ['f'] = true, ['d'] = true};
    static const struct elf_file_wanted blas = {may_end, may_be_blas, is_blas};
    bool found = elf_file_function(fd, &blas, name, size, stripped);
    elf_file_close(fd);
    return found;
}

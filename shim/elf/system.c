/* The C library, the compiler's libraries, and Python (system.h). Other objects are opened at the end of a process, and gone
 * through; these are known by their names, and an interpreter by the modules that are built into it. */
#include "system.h"
#include "path.h"
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES 20

/* Lists of them are sorted, as strcmp sorts. */
typedef char word[WORD_BYTES];

static const word libraries[] = {
    "ld-linux-x86-64", "libc",        "libdl", "libgcc_s",  "libgfortran", "libgomp", "libm",
    "libpthread",      "libquadmath", "librt", "libstdc++", "libutil",     "libz",    "linux-vdso",
};

/* Of every CPython from 3.9 to 3.14: what any build has had built in. */
/* clang-format off */
static const word modules[] = {
    "_abc", "_ast", "_asyncio", "_bisect", "_blake2", "_bz2", "_codecs", "_collections", "_contextvars", "_crypt", "_csv",
    "_ctypes", "_curses", "_curses_panel", "_datetime", "_dbm", "_decimal", "_elementtree", "_functools", "_gdbm",
    "_hashlib", "_heapq", "_imp", "_interpchannels", "_interpqueues", "_interpreters", "_io", "_json", "_locale", "_lsprof",
    "_lzma", "_md5", "_multiprocessing", "_opcode", "_operator", "_peg_parser", "_pickle", "_posixshmem",
    "_posixsubprocess", "_queue", "_random", "_sha1", "_sha2", "_sha256", "_sha3", "_sha512", "_signal", "_socket",
    "_sqlite3", "_sre", "_ssl", "_stat", "_statistics", "_string", "_struct", "_suggestions", "_symtable", "_sysconfig",
    "_testcapi", "_testinternalcapi", "_thread", "_tokenize", "_tracemalloc", "_types", "_typing", "_uuid", "_warnings",
    "_weakref", "_xxinterpchannels", "_xxsubinterpreters", "_zoneinfo", "array", "atexit", "audioop", "binascii",
    "builtins", "cmath", "errno", "faulthandler", "fcntl", "gc", "grp", "itertools", "marshal", "math", "mmap", "parser",
    "posix", "pwd", "pyexpat", "readline", "resource", "select", "spwd", "sys", "syslog", "termios", "time", "unicodedata",
    "xxsubtype", "zipimport", "zlib",
};
/* clang-format on */

static int compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

static bool is_word_of(const word *list, size_t count, const char *text, size_t length)
{
    word wanted = {0};
    if (length >= sizeof wanted)
        return false;
    memcpy(wanted, text, length);
    return bsearch(wanted, list, count, sizeof wanted, compare);
}

/* Wheels have hashes behind a library's name: libgfortran-040039e1-0352e75f.so.5. */
static bool is_library(const char *base)
{
    const char *suffix = strstr(base, ".so.");
    size_t length = suffix ? (size_t)(suffix - base) : 0;
    while (length > 9 && base[length - 9] == '-' && strspn(base + length - 8, "0123456789abcdef") == 8)
        length -= 9;
    return is_word_of(libraries, sizeof libraries / sizeof *libraries, base, length);
}

/* A module of Python's own library, in a folder where nothing else is installed. */
static bool is_module(const char *path, const char *base)
{
    static const char folder[] = "/lib-dynload/";
    size_t length = sizeof folder - 1;
    return (size_t)(base - path) >= length && !memcmp(base - length, folder, length);
}

static bool is_standard(const char *module)
{
    return is_word_of(modules, sizeof modules / sizeof *modules, module, strlen(module));
}

/* python3.11, also of a build for debugging or without the lock, and libpython3.11.so.1.0. */
static bool is_interpreters_name(const char *base)
{
    if (!strncmp(base, "lib", 3))
        return !strncmp(base + 3, "python3.", 8);
    size_t digits = strncmp(base, "python3.", 8) ? 0 : strspn(base + 8, "0123456789");
    return digits && !base[8 + digits + strspn(base + 8 + digits, "dt")];
}

/* One whose built-in modules are all of Python's library. A BLAS inside would be that of a module that was built in, such as
 * NumPy's; nothing else in there calls one. */
static bool is_interpreter(const struct object *o, const char *base)
{
    const struct module {
        const char *name;
        void *(*start)(void);
    } *const *table = NULL;
    if (is_interpreters_name(base))
        table = object_variable(o, "PyImport_Inittab");
    if (!table || !*table)
        return false;
    for (const struct module *m = *table; m->name; m++)
        if (!is_standard(m->name))
            return false;
    return true;
}

bool system_has_object(const struct object *o, const char *path)
{
    const char *base = path_base(path);
    return is_library(base) || is_module(path, base) || is_interpreter(o, base);
}

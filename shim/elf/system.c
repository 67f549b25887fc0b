/* The C library, the compiler's libraries, and Python (system.h). Other objects are opened at the end of a process, and gone
 * through; these are known by their names, and an interpreter by the modules that are built into it. */
#include "system.h"
#include "path.h"
#include <string.h>

/* What is behind a library's name, with the hashes that wheels have there: libgfortran-040039e1-0352e75f.so.5. */
static bool is_suffix(const char *rest)
{
    while (*rest == '-' && strspn(rest + 1, "0123456789abcdef") == 8)
        rest += 9;
    return !strncmp(rest, ".so.", 4);
}

static bool is_library(const char *base)
{
    static const char *const names[] = {
        "libc",     "libm",      "libpthread",  "libdl",       "librt",   "libutil", "ld-linux-x86-64",
        "libgcc_s", "libstdc++", "libgfortran", "libquadmath", "libgomp", "libz",    "linux-vdso"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strncmp(base, names[i], strlen(names[i])) && is_suffix(base + strlen(names[i])))
            return true;
    return false;
}

/* A module of Python's own library, in a folder where nothing else is installed. */
static bool is_module(const char *path, const char *base)
{
    static const char folder[] = "/lib-dynload/";
    size_t length = sizeof folder - 1;
    return (size_t)(base - path) >= length && !memcmp(base - length, folder, length);
}

/* Of every CPython from 3.9 to 3.14: what any build has had built in. */
static const char modules[] =
    " _abc _ast _asyncio _bisect _blake2 _codecs _collections _contextvars _crypt _csv _curses _datetime "
    "_elementtree _functools _hashlib _heapq _imp _interpchannels _interpqueues _interpreters _io _json _locale "
    "_lsprof _md5 _opcode _operator _peg_parser _pickle _posixshmem _posixsubprocess _queue _random _sha1 _sha2 "
    "_sha256 _sha3 _sha512 _signal _socket _sre _stat _statistics _string _struct _suggestions _symtable "
    "_sysconfig _thread _tokenize _tracemalloc _types _typing _uuid _warnings _weakref _xxinterpchannels "
    "_xxsubinterpreters _zoneinfo array atexit audioop binascii builtins cmath errno faulthandler fcntl gc grp "
    "itertools marshal math mmap parser posix pwd pyexpat resource select spwd sys syslog termios time unicodedata "
    "xxsubtype zipimport zlib ";

static bool is_standard(const char *module)
{
    char word[40];
    size_t length = strlen(module);
    if (length + 3 > sizeof word || strchr(module, ' '))
        return false;
    word[0] = ' ';
    memcpy(word + 1, module, length);
    memcpy(word + 1 + length, " ", 2);
    return strstr(modules, word) != NULL;
}

/* One whose built-in modules are all of Python's library. A BLAS inside would be that of a module that was built in, such as
 * NumPy's; nothing else in there calls one. */
static bool is_interpreter(const struct object *o, const char *base)
{
    const struct module {
        const char *name;
        void *(*start)(void);
    } *const *table = NULL;
    if (!strncmp(base, "libpython3.", 11))
        table = object_variable(o, "PyImport_Inittab");
    if (!table || !*table)
        return false;
    for (const struct module *m = *table; m->name; m++)
        if (!is_standard(m->name))
            return false;
    return true;
}

bool system_has_object(const struct object *o)
{
    const char *base = path_base(o->path);
    return is_library(base) || is_module(o->path, base) || is_interpreter(o, base);
}

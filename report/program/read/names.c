/* Names of callers by libdw (names.h), which is opened when there is something to name, so that the program runs without it. */
#include "names.h"
#ifdef FLOPSHIM_LIBDW
#include "kernel.h"
#include "optional.h"
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIBRARY "libdw.so.1"
#define BUILD_BYTES 20 /* of a build id, as a ledger has it */

#define DWFL_FUNCTIONS(F)           \
    F(dwfl_begin)                   \
    F(dwfl_end)                     \
    F(dwfl_report_begin)            \
    F(dwfl_report_offline)          \
    F(dwfl_report_end)              \
    F(dwfl_module_build_id)         \
    F(dwfl_module_getelf)           \
    F(dwfl_module_addrinfo)         \
    F(dwfl_module_getsrc)           \
    F(dwfl_lineinfo)                \
    F(dwfl_line_comp_dir)           \
    F(dwfl_build_id_find_elf)       \
    F(dwfl_standard_find_debuginfo) \
    F(dwfl_offline_section_address)

#define MEMBER(name) __typeof__(&(name)) name; /* NOLINT: a member's name has no parentheses */
static struct {
    DWFL_FUNCTIONS(MEMBER)
} dw;
#undef MEMBER

/* The file that is open: callers of one object come one behind the other more often than not. */
struct file {
    Dwfl *dwfl;
    Dwfl_Module *module;
    GElf_Addr bias;
    const char *path, *build;
};

/* Names live as long as the program. */
struct name {
    struct name *next;
    char text[];
};
static struct name *names;

static bool open_library(void)
{
    static enum { CLOSED, OPEN, MISSING } state;
    if (state != CLOSED)
        return state == OPEN;
    void *library = optional_open(LIBRARY);
    bool all = library;
#define FIND(name) all = all && (*(void **)&dw.name = optional_find(library, #name)) != NULL;
    DWFL_FUNCTIONS(FIND)
#undef FIND
    state = all ? OPEN : MISSING;
    return all;
}

/* The two behind each other. */
static char *keep_joined(const char *start, const char *rest)
{
    static char nothing[1];
    size_t length = strlen(start);
    struct name *name = malloc(sizeof *name + length + strlen(rest) + 1);
    if (!name)
        return nothing;
    strcpy(name->text, start);
    strcpy(name->text + length, rest);
    name->next = names;
    names = name;
    return name->text;
}

static char *keep(const char *text)
{
    return keep_joined("", text);
}

/* Without what compilers put behind the name of a part or a clone of a function: solve.isra.0. */
static const char *keep_function(const char *symbol)
{
    static const char *const suffixes[] = {".isra.", ".part.", ".constprop.", ".cold", ".lto_priv.", ".llvm."};
    const char *end = symbol + strlen(symbol);
    char *text = keep(symbol);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        const char *suffix = strstr(symbol, suffixes[i]);
        end = suffix && suffix > symbol && suffix < end ? suffix : end;
    }
    if (*text)
        text[end - symbol] = 0;
    return text;
}

static bool has_build(Dwfl_Module *module, const char *build)
{
    const unsigned char *bits;
    GElf_Addr address;
    char text[2 * BUILD_BYTES + 1] = "";
    int count = dw.dwfl_module_build_id(module, &bits, &address);
    for (int i = 0; i < count && i < BUILD_BYTES; i++)
        sprintf(text + 2 * i, "%02x", bits[i]);
    return count > 0 && strcmp(text, build) == 0;
}

static void close_file(struct file *file)
{
    if (file->dwfl)
        dw.dwfl_end(file->dwfl);
    *file = (struct file){0};
}

/* A summary may name anything: only a file is opened, whose reader does not wait. */
static int open_regular(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && (kernel_fstat(fd, &status) || !S_ISREG(status.st_mode))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* module stays NULL where the file is not there, or another one now. */
static void open_file(struct file *file, const struct summary_caller *caller)
{
    static Dwfl_Callbacks callbacks;
    callbacks.find_elf = dw.dwfl_build_id_find_elf;
    callbacks.find_debuginfo = dw.dwfl_standard_find_debuginfo;
    callbacks.section_address = dw.dwfl_offline_section_address;
    close_file(file);
    *file = (struct file){.dwfl = dw.dwfl_begin(&callbacks), .path = caller->object, .build = caller->build};
    int fd = file->dwfl && *caller->build ? open_regular(caller->object) : -1;
    if (fd < 0)
        return;
    dw.dwfl_report_begin(file->dwfl);
    Dwfl_Module *module = dw.dwfl_report_offline(file->dwfl, caller->object, caller->object, fd);
    if (!module)
        close(fd);
    dw.dwfl_report_end(file->dwfl, NULL, NULL);
    if (module && has_build(module, caller->build) && dw.dwfl_module_getelf(module, &file->bias))
        file->module = module;
}

/* A name may be relative to the folder that the compiler ran in. */
static char *keep_source(const char *source, const char *folder)
{
    bool is_relative = *source != '/' && folder && *folder == '/';
    return is_relative ? keep_joined(keep_joined(folder, "/"), source) : keep(source);
}

/* A call returns behind itself, which may be another line, or another function. */
static void name_caller(const struct file *file, struct summary_caller *caller)
{
    GElf_Off offset;
    GElf_Sym symbol;
    int line = 0;
    GElf_Addr address = caller->address - 1 + file->bias;
    const char *function = dw.dwfl_module_addrinfo(file->module, address, &offset, &symbol, NULL, NULL, NULL);
    Dwfl_Line *place = dw.dwfl_module_getsrc(file->module, address);
    const char *source = place ? dw.dwfl_lineinfo(place, NULL, &line, NULL, NULL, NULL) : NULL;
    if (function)
        caller->function = keep_function(function);
    if (source) {
        caller->file = keep_source(source, dw.dwfl_line_comp_dir(place));
        caller->line = line > 0 ? (uint64_t)line : 0;
    }
}

static void name_histogram(struct file *file, const struct summary_histogram *histogram)
{
    for (size_t i = 0; i < histogram->count; i++) {
        struct summary_caller *caller = histogram->rows[i].caller;
        if (!*caller->object || *caller->file || *caller->function || !open_library())
            continue;
        if (!file->path || strcmp(file->path, caller->object) != 0 || strcmp(file->build, caller->build) != 0)
            open_file(file, caller);
        if (file->module)
            name_caller(file, caller);
    }
}

void names_resolve(struct summary *summary)
{
    struct file file = {0};
    for (size_t i = 0; i < summary->operation_count; i++)
        name_histogram(&file, &summary->operations[i].callers);
    for (size_t i = 0; i < summary->namespace_count; i++)
        for (size_t j = 0; j < summary->namespaces[i].operation_count; j++)
            name_histogram(&file, &summary->namespaces[i].operations[j].callers);
    if (file.dwfl)
        close_file(&file);
}
#else
void names_resolve(struct summary *summary)
{
    (void)summary;
}
#endif

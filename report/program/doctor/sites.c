/* A virtual environment has pyvenv.cfg above the folder of its interpreter, which is a link to the one that it was made with.
 */
#include "sites.h"
#include "kernel.h"
#include "path.h"
#include <ctype.h>
#include <dirent.h>
#include <fts.h>
#include <glob.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILES_MOST = 6000, TEXT_MOST = 32 << 20 };

static bool is_folder(const char *path)
{
    struct stat st;
    return !kernel_stat(path, &st) && S_ISDIR(st.st_mode);
}

/* ---- the folders ---- */

static void add_folders(struct words *sites, const char *prefix, const char *pattern)
{
    char path[PATH_MAX];
    glob_t found;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", prefix, pattern) >= sizeof path || glob(path, 0, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (is_folder(found.gl_pathv[i]))
            words_add(sites, found.gl_pathv[i], strlen(found.gl_pathv[i]));
    globfree(&found);
}

/* python3.11, whatever the link that leads there is called; python3* where that says no more. */
static void name_version(const char *real, char *pattern, size_t size)
{
    const char *base = path_base(real);
    snprintf(pattern, size, "%s", !strncmp(base, "python", 6) && strchr(base, '.') ? base : "python3*");
}

static bool shares_system(const char *configuration)
{
    char line[256];
    bool shares = false;
    FILE *file = fopen(configuration, "re");
    while (file && fgets(line, sizeof line, file))
        shares |= strstr(line, "include-system-site-packages") && strstr(line, "true");
    if (file)
        fclose(file);
    return shares;
}

static void add_python_path(struct words *sites)
{
    for (const char *p = getenv("PYTHONPATH"); p && *p; p += strcspn(p, ":"), p += *p == ':')
        if (*p != ':')
            words_add(sites, p, strcspn(p, ":"));
}

/* The folder above that of the file. */
static void prefix_of(const char *file, char *prefix)
{
    snprintf(prefix, PATH_MAX, "%s", file);
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(prefix, '/');
        if (slash)
            *slash = 0;
    }
}

void sites_of(const char *interpreter, struct words *sites)
{
    char real[PATH_MAX], prefix[PATH_MAX], version[NAME_MAX + 1], pattern[NAME_MAX + 64], configuration[PATH_MAX + 16];
    const char *home = getenv("HOME");
    if (!realpath(interpreter, real))
        return;
    add_python_path(sites);
    name_version(real, version, sizeof version);
    snprintf(pattern, sizeof pattern, "lib*/%s/site-packages", version);
    prefix_of(interpreter, prefix);
    add_folders(sites, prefix, pattern);
    snprintf(configuration, sizeof configuration, "%s/pyvenv.cfg", prefix);
    if (!kernel_stat(configuration, &(struct stat){0}) && !shares_system(configuration))
        return;
    prefix_of(real, prefix);
    if (home && *home)
        add_folders(sites, home, (snprintf(pattern, sizeof pattern, ".local/lib/%s/site-packages", version), pattern));
    add_folders(sites, prefix, (snprintf(pattern, sizeof pattern, "local/lib/%s/dist-packages", version), pattern));
    add_folders(sites, prefix, (snprintf(pattern, sizeof pattern, "lib*/%s/site-packages", version), pattern));
    add_folders(sites, prefix, "lib/python3/dist-packages");
}

/* ---- which distribution needs which ---- */

static char *read_text(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    char *text = NULL;
    FILE *file = (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path ? fopen(path, "re") : NULL;
    if (file && !kernel_fstat(fileno(file), &st) && S_ISREG(st.st_mode) && st.st_size < TEXT_MOST)
        text = calloc(1, (size_t)st.st_size + 2);
    if (text) { /* a line feed first, so that every line has one before it */
        *text = '\n';
        text[1 + fread(text + 1, 1, (size_t)st.st_size, file)] = 0;
    }
    if (file)
        fclose(file);
    return text;
}

/* Names of distributions are the same whatever their case and their dashes. */
static bool is_same(const char *a, size_t length, const char *b, size_t b_length)
{
    if (length != b_length)
        return false;
    for (size_t i = 0; i < length; i++) {
        char one = a[i] == '-' || a[i] == '.' ? '_' : a[i], other = b[i] == '-' || b[i] == '.' ? '_' : b[i];
        if (tolower((unsigned char)one) != tolower((unsigned char)other))
            return false;
    }
    return true;
}

/* The first component of each path of RECORD that is a package or a module. */
static void add_modules(const char *record, struct words *modules)
{
    for (const char *line = record; (line = strchr(line, '\n')); line++) {
        size_t length = strcspn(line + 1, "/,\n"), name = strcspn(line + 1, "./,\n");
        bool is_package = line[1 + length] == '/' && name == length;
        bool is_module = line[1 + length] == ',' &&
                         (!strncmp(line + 1 + name, ".py,", 4) || !strncmp(line + 1 + name, ".cpython", 8));
        if (name && line[1] != '_' && (is_package || is_module))
            words_add(modules, line + 1, name);
    }
}

static bool provides(const char *record, const char *module)
{
    char start[NAME_MAX + 8];
    snprintf(start, sizeof start, "\n%.200s/", module);
    if (strstr(record, start))
        return true;
    snprintf(start, sizeof start, "\n%.200s.py,", module);
    return strstr(record, start);
}

typedef void visit_dist(const char *folder, const char *name, size_t length, void *data);

/* By name, so that what is said comes in the same order everywhere. */
static void each_entry(const struct words *sites, void (*act)(const char *site, const char *name, void *data), void *data)
{
    for (size_t i = 0; i < sites->count; i++) {
        struct dirent **entries;
        int count = scandir(sites->list[i], &entries, NULL, alphasort);
        for (int e = 0; e < count; e++) {
            act(sites->list[i], entries[e]->d_name, data);
            free(entries[e]);
        }
        if (count >= 0)
            free(entries);
    }
}

struct visiting {
    visit_dist *visit;
    void *data;
};

static void visit_entry(const char *site, const char *name, void *data)
{
    const struct visiting *v = data;
    char path[PATH_MAX];
    if (strstr(name, ".dist-info") && (size_t)snprintf(path, sizeof path, "%s/%s", site, name) < sizeof path)
        v->visit(path, name, strcspn(name, "-"), v->data);
}

static void each_dist(const struct words *sites, visit_dist *visit, void *data)
{
    each_entry(sites, visit_entry, &(struct visiting){visit, data});
}

struct following {
    struct words *modules, *needed; /* distributions, by name */
    const char *wanted;             /* the name of a module or, where it is not */
    bool is_module;                 /* one, of a distribution */
};

static void add_needs(struct following *f, const char *folder)
{
    char *metadata = read_text(folder, "METADATA");
    for (const char *line = metadata; line && (line = strstr(line, "\nRequires-Dist:")); line++) {
        const char *name = line + strlen("\nRequires-Dist:");
        name += strspn(name, " ");
        size_t rest = strcspn(name, "\n");
        if (!memmem(name, rest, "extra ==", 8) && !memmem(name, rest, "extra==", 7))
            words_add(f->needed, name, strcspn(name, " ;<>=!~([\n"));
    }
    free(metadata);
}

static void look_at_dist(const char *folder, const char *name, size_t length, void *data)
{
    struct following *f = data;
    bool is_it = is_same(name, length, f->wanted, strlen(f->wanted));
    char *record = is_it == f->is_module ? NULL : read_text(folder, "RECORD");
    if (is_it || (record && f->is_module && provides(record, f->wanted)))
        add_needs(f, folder);
    if (is_it && !f->is_module && record)
        add_modules(record, f->modules);
    free(record);
}

void sites_follow(const struct words *sites, struct words *modules)
{
    struct words needed = {0};
    size_t direct = modules->count;
    for (size_t i = 0; i < direct; i++)
        each_dist(sites, look_at_dist, &(struct following){modules, &needed, modules->list[i], true});
    for (size_t i = 0; i < needed.count; i++)
        each_dist(sites, look_at_dist, &(struct following){modules, &needed, needed.list[i], false});
    words_free(&needed);
}

/* ---- files ---- */

static bool is_library(const char *name)
{
    const char *so = strstr(name, ".so");
    return so && (!so[3] || so[3] == '.');
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void add_files_below(const char *folder, struct words *files)
{
    char *const roots[] = {(char *)(uintptr_t)folder, NULL};
    FTS *walk = is_folder(folder) ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, by_name) : NULL;
    for (FTSENT *entry; walk && files->count < FILES_MOST && (entry = fts_read(walk));) {
        bool is_file = entry->fts_info != FTS_D && entry->fts_info != FTS_DP;
        if (is_file && is_library(entry->fts_name))
            words_add(files, entry->fts_path, entry->fts_pathlen);
    }
    if (walk)
        fts_close(walk);
}

/* name.cpython-311-x86_64-linux-gnu.so, beside the packages. */
static void add_single_files(const char *site, const char *module, struct words *files)
{
    char pattern[PATH_MAX];
    glob_t found;
    if ((size_t)snprintf(pattern, sizeof pattern, "%s/%s.*so", site, module) >= sizeof pattern ||
        glob(pattern, 0, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        words_add(files, found.gl_pathv[i], strlen(found.gl_pathv[i]));
    globfree(&found);
}

static bool is_in_site(const char *site, const char *module, char *path)
{
    struct stat st;
    if ((size_t)snprintf(path, PATH_MAX, "%s/%s", site, module) < PATH_MAX && is_folder(path))
        return true;
    char file[PATH_MAX + 4];
    snprintf(file, sizeof file, "%s.py", path);
    return !kernel_stat(file, &st);
}

/* The folder of the first site that has the module: what comes later is not imported. */
void sites_files(const struct words *sites, const char *module, struct words *files)
{
    char path[PATH_MAX], libraries[PATH_MAX + 8];
    for (size_t i = 0; i < sites->count; i++) {
        size_t before = files->count;
        bool found = is_in_site(sites->list[i], module, path);
        add_files_below(path, files);
        add_single_files(sites->list[i], module, files);
        snprintf(libraries, sizeof libraries, "%s.libs", path);
        add_files_below(libraries, files);
        if (found || files->count > before)
            return;
    }
}

/* A package's folder, or a module that is one compiled file. */
static void add_module(const char *site, const char *name, void *data)
{
    struct words *modules = data;
    size_t length = strcspn(name, ".-");
    bool is_one = !name[length] || !strncmp(name + length, ".cpython-", 9) || !strncmp(name + length, ".abi3.", 6);
    (void)site;
    if (is_one && length && *name != '_')
        words_add(modules, name, length);
}

void sites_modules(const struct words *sites, struct words *modules)
{
    each_entry(sites, add_module, modules);
}

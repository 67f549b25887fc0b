/* Lines that begin with `import` or `from`: a line of a text in quotes that does so costs a name too many, and nothing else. */
#include "imports.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "kernel.h"

enum { FILES_MOST = 300, SOURCE_MOST = 8 << 20 };

static bool is_file(const char *path)
{
    struct stat st;
    return !kernel_stat(path, &st) && S_ISREG(st.st_mode);
}

/* All modules of a package of the program's own. */
static void read_package(struct imports *imports, const char *package, const char *folder)
{
    char path[PATH_MAX];
    DIR *entries = opendir(package);
    for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length > 3 && !strcmp(entry->d_name + length - 3, ".py") &&
            (size_t)snprintf(path, sizeof path, "%s/%s", package, entry->d_name) < sizeof path)
            imports_of_file(imports, path, folder);
    }
    if (entries)
        closedir(entries);
}

static void add(struct imports *imports, const char *name, size_t length, const char *folder)
{
    char path[PATH_MAX];
    if (!length || length > NAME_MAX)
        return;
    if ((size_t)snprintf(path, sizeof path, "%s/%.*s.py", folder, (int)length, name) < sizeof path && is_file(path)) {
        imports_of_file(imports, path, folder);
    } else if ((size_t)snprintf(path, sizeof path, "%s/%.*s/__init__.py", folder, (int)length, name) < sizeof path &&
               is_file(path)) {
        *strrchr(path, '/') = 0;
        read_package(imports, path, folder);
    } else {
        words_add(&imports->modules, name, length);
    }
}

static size_t name_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) || text[length] == '_' || (unsigned char)text[length] >= 0x80)
        length++;
    return length;
}

/* "a.b as c, d" up to the end of the statement. */
static void add_list(struct imports *imports, const char *text, const char *end, const char *folder)
{
    while (text < end) {
        text += strspn(text, " \t\\");
        add(imports, text, name_length(text), folder);
        while (text < end && *text != ',')
            text++;
        text++;
    }
}

/* Behind the word and a blank; NULL: it does not begin so. */
static const char *behind(const char *text, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(text, word, length) != 0 || (text[length] != ' ' && text[length] != '\t'))
        return NULL;
    return text + length + strspn(text + length, " \t");
}

static void read_statement(struct imports *imports, const char *text, const char *end, const char *folder)
{
    text += strspn(text, " \t");
    const char *list = behind(text, "import"), *module = behind(text, "from");
    if (list)
        add_list(imports, list, end, folder);
    else if (module)
        add(imports, module, name_length(module), folder);
}

void imports_of_text(struct imports *imports, const char *text, const char *folder)
{
    imports->has_deepbind |= strstr(text, "RTLD_DEEPBIND") != NULL;
    while (*text) {
        size_t length = strcspn(text, ";#\r\n");
        read_statement(imports, text, text + length, folder);
        text += length;
        if (*text == '#')
            text += strcspn(text, "\n");
        text += *text != 0;
    }
}

static char *read_source(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *text = NULL;
    if (fd >= 0 && !kernel_fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size < SOURCE_MOST)
        text = calloc(1, (size_t)st.st_size + 1);
    if (text && read(fd, text, (size_t)st.st_size) != st.st_size) {
        free(text);
        text = NULL;
    }
    if (fd >= 0)
        close(fd);
    return text;
}

bool imports_of_file(struct imports *imports, const char *path, const char *folder)
{
    size_t before = imports->files.count;
    char *text = before < FILES_MOST ? read_source(path) : NULL;
    if (!text)
        return false;
    words_add(&imports->files, path, strlen(path));
    if (imports->files.count > before)
        imports_of_text(imports, text, folder);
    free(text);
    return true;
}

void imports_of_module(struct imports *imports, const char *name, const char *folder)
{
    add(imports, name, name_length(name), folder);
}

void imports_free(struct imports *imports)
{
    words_free(&imports->modules);
    words_free(&imports->files);
}

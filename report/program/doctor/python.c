/* A program in Python calls BLAS through what it imports: the compiled files of its packages are judged as a program's are. */
#include "doctor.h"
#include "imports.h"
#include "loader.h"
#include "path.h"
#include "pure.h"
#include "sites.h"
#include "target.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASKED_MOST = 40 };

/* python3.11, pypy3, python3-dbg; not python_app. */
bool doctor_is_python(const char *program)
{
    const char *base = path_base(program);
    size_t length = !strncmp(base, "python", 6) ? 6 : !strncmp(base, "pypy", 4) ? 4 : 0;
    const char *version = base + length;
    version += strspn(version, "0123456789.");
    return length && (!*version || !strcmp(version, "-dbg") || !strcmp(version, "t") || !strcmp(version, "d"));
}

/* ---- what it would run ---- */

static void folder_of(const char *file, char *folder)
{
    snprintf(folder, PATH_MAX, "%s", file);
    char *slash = strrchr(folder, '/');
    strcpy(slash ? slash : folder, slash ? "" : ".");
}

/* Options of the interpreter that take a value of their own. */
static bool takes_value(const char *option)
{
    return !strcmp(option, "-X") || !strcmp(option, "-W") || !strcmp(option, "--check-hash-based-pycs");
}

/* argv[0] is the interpreter. False: nothing is known of what it would run. */
static bool read_arguments(struct findings *findings, struct imports *imports, char *const *argv)
{
    char folder[PATH_MAX];
    char *const *word = argv + 1;
    while (*word && **word == '-' && (*word)[1] && strcmp(*word, "-c") != 0 && strcmp(*word, "-m") != 0)
        word += takes_value(*word) && word[1] ? 2 : 1;
    if (*word && !strcmp(*word, "-c") && word[1]) {
        imports_of_text(imports, word[1], ".");
        return true;
    }
    if (*word && !strcmp(*word, "-m") && word[1]) {
        imports_of_module(imports, word[1], ".");
        return true;
    }
    if (!*word || !strcmp(*word, "-"))
        return false;
    folder_of(*word, folder);
    if (imports_of_file(imports, *word, folder))
        return true;
    finding_add(findings, FINDING_BROKEN, "not-found", "give the path of the script", "%s cannot be read", *word);
    return false;
}

/* What `argv` runs, whose first word may be a script with a #! line. */
static bool read_imports(struct findings *findings, struct imports *imports, char *const *argv)
{
    char folder[PATH_MAX], script[TARGET_PATH_BYTES];
    if (!doctor_is_python(argv[0]) && target_find(argv[0], getenv("PATH"), script, sizeof script)) {
        folder_of(script, folder);
        return imports_of_file(imports, script, folder);
    }
    return read_arguments(findings, imports, argv);
}

/* ---- packages ---- */

static bool is_own(const struct looked_files *files, const char *library)
{
    for (size_t i = 0; i < files->count; i++)
        if (!strcmp(path_base(files->list[i].path), library))
            return true;
    return false;
}

/* A package may load a library before it is needed: only a BLAS is worth a word. */
static void note_missing(struct findings *findings, const struct looked_files *files, const char *path,
                         const struct loader_answer *answer)
{
    for (size_t i = 0; i < answer->missing_count; i++)
        if (pure_is_named(answer->missing[i]) && !is_own(files, answer->missing[i]))
            finding_add(findings, FINDING_NOTE, "missing", "install it, or name its folder in LD_LIBRARY_PATH",
                        "%s needs %s, which the loader does not find by itself", path, answer->missing[i]);
}

/* Libraries that lie elsewhere are found by the loader. */
static void look_beyond(struct findings *findings, struct looked_files *files, size_t own)
{
    struct words paths = {0};
    for (size_t i = 0; i < own && i < ASKED_MOST; i++) {
        struct loader_answer answer;
        loader_ask("", files->list[i].path, NULL, &answer);
        for (size_t p = 0; p < answer.path_count; p++)
            words_add(&paths, answer.paths[p], strlen(answer.paths[p]));
        note_missing(findings, files, files->list[i].path, &answer);
        loader_free(&answer);
    }
    for (size_t i = 0; i < paths.count; i++)
        look_at(files, paths.list[i], LOOK_NEEDED);
    files->failed |= paths.failed;
    words_free(&paths);
}

/* What Python itself loads comes first: of an engine that is there twice, that is named. */
static bool is_extension(const char *path)
{
    return strstr(path_base(path), ".cpython-") || strstr(path_base(path), ".abi3.");
}

static bool judge_package(struct findings *findings, const struct words *sites, const char *module, enum finding_level missed)
{
    struct words paths = {0};
    struct looked_files files = {0};
    sites_files(sites, module, &paths);
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < paths.count; i++)
            if (is_extension(paths.list[i]) == first)
                look_at(&files, paths.list[i], LOOK_GIVEN);
    look_beyond(findings, &files, files.count);
    bool any = doctor_judge(findings, &files, module, missed);
    looked_free(&files);
    words_free(&paths);
    return any;
}

void doctor_python(struct findings *findings, const char *program, char *const *argv)
{
    struct imports imports = {0};
    struct words sites = {0};
    bool any = false, known = read_imports(findings, &imports, argv);
    sites_of(program, &sites);
    if (known)
        sites_follow(&sites, &imports.modules);
    else
        sites_modules(&sites, &imports.modules);
    for (size_t i = 0; i < imports.modules.count; i++)
        any |= judge_package(findings, &sites, imports.modules.list[i], known ? FINDING_MISSED : FINDING_NOTE);
    if (imports.has_deepbind)
        finding_add(findings, FINDING_MISSED, "deepbind", "open them without RTLD_DEEPBIND",
                    "its source names RTLD_DEEPBIND: a BLAS that libraries so opened call directly is not counted");
    if (!known)
        finding_add(findings, FINDING_NOTE, "imports", "give the script: flopshim doctor -- python3 script.py",
                    "what it would import is not known: what is installed stands here");
    if (!any)
        finding_add(findings, FINDING_NOTE, "no-blas", "the summary of a run names what was called",
                    "no package that it names calls a BLAS; those that they import are not known before");
    findings->failed |= imports.modules.failed || sites.failed;
    imports_free(&imports);
    words_free(&sites);
}

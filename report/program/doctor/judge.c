/* From what files tell to what would be counted: the same lines that a summary has under `uncovered`, before the run. */
#include "doctor.h"
#include "engine_rows.h"
#include "path.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CALLERS_NAMED = 4 };

static const char *const by_hand = "charge that work by flopshim_deduct() (C, C++, Fortran, Python), or have a BLAS do it";
static const char *const by_torch = "run it within flopshim.torch.count(), or charge that work by flopshim_deduct()";
static const char *const shared_blas = "link it with a shared BLAS (-lblas or -lopenblas, no -static and no lib*.a)";
static const char *const shared_wheel =
    "use a build that has its BLAS in a library of its own (lib*openblas*.so, libmkl_rt.so)";

/* ---- engines ---- */

static bool is_there(const char *folder, const char *pattern)
{
    char path[512];
    size_t length = strcspn(pattern, "*");
    snprintf(path, sizeof path, "%s/%.*s", folder, (int)length, pattern);
    if (!access(path, F_OK))
        return true;
    strncat(path, ".1", sizeof path - strlen(path) - 1);
    return !access(path, F_OK);
}

/* Nothing would run on a GPU without it. */
static bool has_driver(const struct engine *engine)
{
    static const char *const folders[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib/x86_64-linux-gnu",
                                          "/usr/local/nvidia/lib64", "/opt/rocm/lib"};
    for (size_t i = 0; engine->driver && i < sizeof folders / sizeof *folders; i++)
        if (is_there(folders[i], engine->driver))
            return true;
    return !engine->driver;
}

static bool is_used(const struct looked_files *files, const struct looked *engine, uint32_t bit)
{
    for (size_t i = 0; i < files->count; i++)
        if (&files->list[i] != engine && files->list[i].uses & bit)
            return true;
    return false;
}

/* A wheel may have one engine in two files, for Python and for C. */
static bool is_named(uint32_t found, const struct engine *engine)
{
    for (size_t e = 0; e < engine_count; e++)
        if (found >> e & 1 && !strcmp(engines[e].does, engine->does) && !strcmp(engines[e].lacks, engine->lacks))
            return true;
    return false;
}

/* Of two files with one engine, the first is named. */
static bool judge_engines(struct findings *findings, const struct looked_files *files, enum finding_level missed)
{
    uint32_t found = 0;
    for (size_t i = 0; i < files->count; i++)
        for (size_t e = 0; e < engine_count; e++) {
            const struct looked *l = &files->list[i];
            uint32_t bit = 1U << e;
            if (!(l->engines & bit) || is_named(found, &engines[e]) || !has_driver(&engines[e]) ||
                (*engines[e].calls && !is_used(files, l, bit)))
                continue;
            found |= bit;
            finding_add(findings, missed, "engine", strstr(engines[e].lacks, "flopshim.torch") ? by_torch : by_hand,
                        "%s %s: %s", l->path, engines[e].does, engines[e].lacks);
        }
    return found;
}

/* ---- what is hidden in a file ---- */

static const char *has_suffixed(const struct looked_files *files, const char *suffix)
{
    for (size_t i = 0; i < files->count; i++)
        if (*files->list[i].suffix && !strcmp(files->list[i].suffix, suffix))
            return files->list[i].path;
    return NULL;
}

/* A library's use of RTLD_DEEPBIND is the system's in most cases (libmount, for libcryptsetup). */
static bool judge_file(struct findings *findings, const struct looked_files *files, const struct looked *l,
                       enum finding_level missed)
{
    const char *library = *l->suffixed ? has_suffixed(files, look_suffix(l->suffixed)) : NULL;
    if (*l->inside)
        finding_add(findings, missed, l->role == LOOK_PROGRAM ? "static-blas" : "private-blas",
                    l->role == LOOK_PROGRAM ? shared_blas : shared_wheel, "%s has a BLAS inside (%s, statically linked)",
                    l->path, l->inside);
    if (library)
        finding_add(findings, missed, "suffix", "link it with a BLAS whose names have no suffix",
                    "%s calls %s of %s: names with a suffix are not counted", l->path, l->suffixed, library);
    if (l->opens_deep)
        finding_add(findings, l->role == LOOK_NEEDED ? FINDING_NOTE : missed, "deepbind", "open them without RTLD_DEEPBIND",
                    "%s opens libraries with RTLD_DEEPBIND: a BLAS that they call directly is not counted", l->path);
    return *l->inside || library;
}

/* ---- what is counted ---- */

/* Of a package of Python's, its place among the installed ones is enough. */
static const char *shown(const char *path, const char *whose)
{
    static const char *const folders[] = {"/site-packages/", "/dist-packages/"};
    for (size_t i = 0; *whose && i < sizeof folders / sizeof *folders; i++) {
        const char *found = strstr(path, folders[i]);
        if (found)
            return found + strlen(folders[i]);
    }
    return path;
}

/* The first that has the routine, as the loader would take it; "": none is known. */
static const char *provider_of(const struct looked_files *files, const struct looked *caller)
{
    for (size_t i = 0; i < files->count; i++)
        if (&files->list[i] != caller && look_exports(&files->list[i], caller->wants))
            return files->list[i].path;
    return caller->provider;
}

static void say_counted(struct findings *findings, const struct looked_files *files, const struct looked *l, const char *whose)
{
    if (l->routine < 0) {
        finding_add(findings, FINDING_OK, "blas", NULL, "%s has a BLAS that it exports (%s): calls of it are counted",
                    shown(l->path, whose), l->exports);
        return;
    }
    const char *provider = provider_of(files, l);
    finding_add(findings, FINDING_OK, "blas", NULL, "%s calls %s%s%s: counted", shown(l->path, whose), l->wants,
                *provider ? " of " : "", shown(provider, whose));
}

static bool judge_calls(struct findings *findings, const struct looked_files *files, const char *whose)
{
    size_t callers = 0;
    for (size_t i = 0; i < files->count; i++) {
        const struct looked *l = &files->list[i];
        if (!l->is_pure && (l->routine >= 0 || (l->role != LOOK_PROGRAM && *l->exports)) && ++callers <= CALLERS_NAMED)
            say_counted(findings, files, l, whose);
    }
    if (callers > CALLERS_NAMED)
        finding_add(findings, FINDING_OK, "blas", NULL, "%s%s%zu more files call a BLAS: counted", whose, *whose ? ": " : "",
                    callers - CALLERS_NAMED);
    return callers;
}

bool doctor_judge(struct findings *findings, const struct looked_files *files, const char *whose, enum finding_level missed)
{
    bool any = judge_calls(findings, files, whose);
    any |= judge_engines(findings, files, missed);
    for (size_t i = 0; i < files->count; i++)
        any |= judge_file(findings, files, &files->list[i], missed);
    findings->failed |= files->failed;
    return any;
}

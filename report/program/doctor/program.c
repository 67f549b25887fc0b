/* From the command to its files: what `flopshim run` looks at before it starts a program, then what the loader would load. */
#include "command.h"
#include "doctor.h"
#include "elf_file.h"
#include "inspect.h"
#include "library.h"
#include "loader.h"
#include "path.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *remedy_of(enum target target)
{
    switch (target) {
    case TARGET_STATIC: return "link it without -static, with a shared BLAS";
    case TARGET_MUSL: return "build it, or install it, with the GNU C library";
    case TARGET_LOADER: return "run it by the GNU C library's loader";
    case TARGET_MACHINE: return "run the program's x86-64 build";
    default: return "run a copy without those rights (cp drops them)";
    }
}

/* What `flopshim run` would say of it. */
static void judge_target(struct findings *findings, const struct inspected *found)
{
    static const char *const checks[] = {[TARGET_STATIC] = "static",
                                         [TARGET_MUSL] = "musl",
                                         [TARGET_LOADER] = "loader",
                                         [TARGET_MACHINE] = "machine",
                                         [TARGET_PRIVILEGED] = "set-user-id"};
    if (found->target != TARGET_REACHED)
        finding_add(findings, FINDING_MISSED, checks[found->target], remedy_of(found->target), "%s cannot be preloaded (%s)",
                    found->file, target_reason(found->target));
}

/* ---- what the loader would load ---- */

static void judge_answer(struct findings *findings, const struct loader_answer *answer, const char *file)
{
    for (size_t i = 0; i < answer->missing_count; i++)
        finding_add(findings, FINDING_BROKEN, "missing", "install it, or name its folder in LD_LIBRARY_PATH",
                    "%s needs %s, which the loader does not find", file, answer->missing[i]);
    if (answer->refused)
        finding_add(findings, FINDING_BROKEN, "library", "the loader of this program must be able to open and map the library",
                    "the library cannot be loaded into it: %s", answer->refused);
    else if (answer->error)
        finding_add(findings, FINDING_BROKEN, "start", "mend that first: without flopshim it would not start either",
                    "it would not start: %s", answer->error);
    else if (!answer->asked)
        finding_add(findings, FINDING_NOTE, "start", NULL, "the loader could not be asked what %s loads", file);
}

static void look_at_all(struct looked_files *files, const struct loader_answer *answer)
{
    for (size_t i = 0; i < answer->path_count; i++)
        if (strcmp(path_base(answer->paths[i]), PRELOAD_LIBRARY) != 0)
            look_at(files, answer->paths[i], LOOK_NEEDED);
}

static void judge_absence(struct findings *findings, const struct looked_files *files, const char *program)
{
    bool opens = false, starts = false;
    for (size_t i = 0; i < files->count && files->list[i].role != LOOK_NEEDED; i++) {
        opens |= files->list[i].opens;
        starts |= files->list[i].starts;
    }
    if (opens || starts)
        finding_add(findings, FINDING_NOTE, "no-blas",
                    starts ? "give what it starts to `flopshim doctor`; the summary of a run names what was called"
                           : "the summary of a run names what was called",
                    "%s calls no BLAS itself; what it %s while it runs is not known before", program,
                    starts ? "starts" : "loads");
    else
        finding_add(findings, FINDING_MISSED, "no-blas", "link it with a BLAS, or charge work by flopshim_deduct()",
                    "%s calls no BLAS, and neither loads nor starts anything that could", program);
}

/* A program's own place is that of its file, whatever link led there. */
static void judge_files(struct findings *findings, const char *path, const char *library, bool is_python)
{
    char interpreter[256], real[PATH_MAX];
    int fd = elf_file_open(path);
    enum elf_file_kind kind = fd < 0 ? ELF_FILE_OTHER : elf_file_kind(fd, interpreter, sizeof interpreter);
    struct looked_files files = {0};
    struct loader_answer answer;
    if (fd >= 0)
        elf_file_close(fd);
    if (kind != ELF_FILE_GLIBC || !realpath(path, real)) {
        finding_add(findings, FINDING_BROKEN, "format", "give a program, a library or a script of Python's",
                    "%s is no program and no library for x86-64", path);
        return;
    }
    loader_ask(interpreter, real, *library ? library : NULL, &answer);
    judge_answer(findings, &answer, path);
    look_at(&files, real, *interpreter ? LOOK_PROGRAM : LOOK_GIVEN);
    look_at_all(&files, &answer);
    bool any = doctor_judge(findings, &files, "", FINDING_MISSED);
    if (!any && !is_python && !findings_have(findings, "start"))
        judge_absence(findings, &files, path);
    looked_free(&files);
    loader_free(&answer);
}

/* ---- which file ---- */

/* A script of Python's that is no program by itself. */
static bool is_python_source(const char *file)
{
    return path_ends_with(file, ".py") && access(file, X_OK) && !access(file, R_OK);
}

/* True: `program` is what would run, or the file that was given. */
static bool find_program(struct findings *findings, char *const *argv, struct inspected *found, char *program)
{
    const char *name = is_python_source(argv[0]) ? "python3" : argv[0];
    if (!inspect_look(name, found) || access(found->file, F_OK)) {
        finding_add(findings, FINDING_BROKEN, "not-found", "give its path, or set PATH", "%s was not found", name);
        return false;
    }
    judge_target(findings, found);
    if (found->target != TARGET_REACHED)
        return false;
    if (command_program(name, program, PATH_MAX) == 0)
        return true;
    if (access(found->file, X_OK) == 0 || argv[1] || !strstr(path_base(found->file), ".so")) {
        finding_add(findings, FINDING_BROKEN, "not-runnable", "chmod +x, and a #! line that names an interpreter that is there",
                    "%s cannot be run: it is not executable, or its interpreter is missing", found->file);
        return false;
    }
    snprintf(program, PATH_MAX, "%s", found->file);
    return true;
}

void doctor_program(struct findings *findings, char *const *argv, const char *library)
{
    struct inspected found, behind;
    char program[PATH_MAX];
    if (!find_program(findings, argv, &found, program))
        return;
    /* Behind a #! line that names env */
    if (strcmp(program, found.file) != 0 && inspect_look(program, &behind)) {
        judge_target(findings, &behind);
        if (behind.target != TARGET_REACHED)
            return;
    }
    bool is_python = doctor_is_python(program);
    judge_files(findings, program, library, is_python);
    if (is_python)
        doctor_python(findings, program, argv);
}

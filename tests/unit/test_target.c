/* Would the preload reach a program? Files built by hand and scripts, in a folder of the test's own. */
#include "elf_build.h"
#include "target.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static struct elf_build b;
static char folder[] = "target.XXXXXX";

static void make_folder(void)
{
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
}

static void remove_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert(chdir("..") == 0 && system(command) == 0);
}

TestSuite(target, .init = make_folder, .fini = remove_folder);

static int create(const char *path, mode_t mode)
{
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    cr_assert(fd >= 0 && fchmod(fd, mode) == 0);
    return fd;
}

static void write_elf(const char *path, mode_t mode)
{
    int fd = create(path, mode);
    elf_write(&b, fd);
    close(fd);
}

static void write_program(const char *path, const char *loader)
{
    elf_start(&b, ET_EXEC);
    if (loader)
        elf_interpreter(&b, loader);
    write_elf(path, 0755);
}

static void write_script(const char *path, const char *interpreter)
{
    FILE *file = fdopen(create(path, 0755), "w");
    fprintf(file, "#!%s\n", interpreter);
    fclose(file);
}

#define GLIBC "/lib64/ld-linux-x86-64.so.2"

/* ---- how it is started ---- */

Test(target, is_judged_by_its_loader)
{
    write_program("glibc", GLIBC);
    write_program("static", NULL);
    write_program("musl", "/lib/ld-musl-x86_64.so.1");
    write_program("bsd", "/libexec/ld-elf.so.1");
    cr_expect(target_look("glibc") == TARGET_REACHED);
    cr_expect(target_look("static") == TARGET_STATIC);
    cr_expect(target_look("musl") == TARGET_MUSL);
    cr_expect(target_look("bsd") == TARGET_LOADER);
    elf_start(&b, ET_EXEC);
    b.header.e_machine = EM_386;
    b.header.e_ident[EI_CLASS] = ELFCLASS32;
    write_elf("i386", 0755);
    cr_expect(target_look("i386") == TARGET_MACHINE);
    elf_start(&b, ET_DYN);
    write_elf("ld-musl-x86_64.so.1", 0755); /* as a program, it starts another */
    cr_expect(target_look("ld-musl-x86_64.so.1") == TARGET_MUSL);
}

Test(target, that_cannot_be_started_is_nothing_to_warn_of)
{
    elf_start(&b, ET_EXEC);
    write_elf("static", 0644);
    cr_expect(target_look("static") == TARGET_REACHED, "not executable");
    cr_expect(target_look("missing") == TARGET_REACHED && target_look("") == TARGET_REACHED);
    cr_expect(target_look(".") == TARGET_REACHED && target_look("/dev/null") == TARGET_REACHED);
    int fd = create("text", 0755);
    cr_assert(write(fd, "echo", 4) == 4);
    close(fd);
    cr_expect(target_look("text") == TARGET_REACHED);
    close(create("empty", 0755));
    cr_expect(target_look("empty") == TARGET_REACHED);
}

Test(target, of_a_script_is_its_interpreter)
{
    write_program("static", NULL);
    write_script("script", "static -x");
    cr_expect(target_look("script") == TARGET_STATIC);
    write_script("nobody", "/nowhere/sh");
    cr_expect(target_look("nobody") == TARGET_REACHED);
    write_script("nameless", "");
    cr_expect(target_look("nameless") == TARGET_REACHED);
}

/* script1 is run by the program, script2 by script1, and so on: the kernel follows five. */
Test(target, of_scripts_of_scripts_is_looked_for_as_deep_as_the_kernel_does)
{
    char path[16], before[16] = "static";
    write_program("static", NULL);
    for (int depth = 1; depth <= 6; depth++) {
        snprintf(path, sizeof path, "script%d", depth);
        write_script(path, before);
        cr_expect(target_look(path) == (depth <= 5 ? TARGET_STATIC : TARGET_REACHED), "depth %d", depth);
        memcpy(before, path, sizeof before);
    }
    write_script("itself", "itself");
    cr_expect(target_look("itself") == TARGET_REACHED);
}

/* Who is not root has no other user's file to make. */
Test(target, that_changes_its_user_or_group_is_privileged)
{
    struct statfs fs;
    cr_assert(statfs(".", &fs) == 0);
    if (getuid() || fs.f_flags & 2 /* nosuid */ || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
        cr_skip_test("not root, or set-user-ID has no effect here");
    write_program("program", GLIBC);
    cr_expect(chmod("program", 04755) == 0 && target_look("program") == TARGET_REACHED, "to oneself");
    cr_expect(chown("program", 1, 0) == 0 && chmod("program", 04755) == 0 && target_look("program") == TARGET_PRIVILEGED);
    cr_expect(chown("program", 0, 1) == 0 && chmod("program", 02755) == 0 && target_look("program") == TARGET_PRIVILEGED);
    cr_expect(chmod("program", 02745) == 0 && target_look("program") == TARGET_REACHED, "a mark for locks");
    write_script("script", "./program");
    cr_expect(chmod("program", 02755) == 0 && target_look("script") == TARGET_PRIVILEGED);
    cr_assert(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    cr_expect(target_look("program") == TARGET_REACHED);
}

Test(target, has_a_reason_where_it_is_not_reached)
{
    cr_expect_str_eq(target_reason(TARGET_REACHED), "");
    cr_expect_str_eq(target_reason(TARGET_STATIC), "statically linked");
    for (int target = TARGET_STATIC; target <= TARGET_PRIVILEGED; target++)
        for (int other = target; other <= TARGET_PRIVILEGED; other++)
            cr_expect(*target_reason(target) && (other == target || strcmp(target_reason(target), target_reason(other))));
}

/* ---- where it is ---- */

static char found[64];

static bool find(const char *name, const char *path)
{
    memset(found, 'x', sizeof found);
    return target_find(name, path, found, sizeof found);
}

static void fill_folders(void)
{
    cr_assert(mkdir("one", 0755) == 0 && mkdir("two", 0755) == 0 && mkdir("one/app", 0755) == 0);
    close(create("one/data", 0644));
    close(create("two/app", 0755));
    close(create("two/data", 0755));
    close(create("here", 0755));
}

Test(target, is_found_in_the_first_folder_that_has_it_executable, .init = fill_folders)
{
    cr_expect(find("app", "one:two"), "one/app is a folder");
    cr_expect_str_eq(found, "two/app");
    cr_expect(find("data", "one:two"), "one/data is not executable");
    cr_expect_str_eq(found, "two/data");
    cr_expect(!find("app", "one") && !find("missing", "one:two") && !find("app", "missing"));
    cr_expect(find("app", "two:one"));
    cr_expect_str_eq(found, "two/app");
}

Test(target, is_found_in_the_working_directory_by_an_empty_entry, .init = fill_folders)
{
    static const char *const paths[] = {":one", "one:", "one::two", ""};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        cr_expect(find("here", paths[i]), "'%s'", paths[i]);
        cr_expect_str_eq(found, "here");
    }
    cr_expect(!find("here", "one:two"));
}

Test(target, by_a_path_is_that_path)
{
    cr_expect(find("./missing", "one"));
    cr_expect_str_eq(found, "./missing");
    cr_expect(find("/x/y", NULL));
    cr_expect_str_eq(found, "/x/y");
    cr_expect(!find("", "one"));
}

Test(target, without_a_path_variable_is_looked_for_where_the_system_does)
{
    cr_expect(find("sh", NULL));
    cr_expect_str_eq(found, "/bin/sh");
}

Test(target, is_passed_over_where_its_path_is_too_long, .init = fill_folders)
{
    char longer[80], path[100], exact[110];
    memset(longer, 'l', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    snprintf(path, sizeof path, "%s:two", longer);
    cr_expect(find("app", path));
    cr_expect_str_eq(found, "two/app");
    cr_expect(!find(longer, "two"));
    /* 59 + "/" + "app" and the zero fill 64 bytes; one more does not fit */
    snprintf(path, sizeof path, "%.*s", 59, longer);
    cr_assert(mkdir(path, 0755) == 0);
    snprintf(exact, sizeof exact, "%s/app", path);
    close(create(exact, 0755));
    cr_expect(find("app", path));
    cr_expect_str_eq(found, exact);
    char more[16];
    cr_expect(!target_find("app", path, more, sizeof more) && !target_find("/longer/than/that", path, more, sizeof more));
}

/* ---- BLAS inside ---- */

static bool has_blas(const char *name, uint64_t bytes, bool *stripped)
{
    char strings[64] = "", inside[64] = "";
    Elf64_Sym symbol = {.st_name = 1, .st_info = STT_FUNC, .st_shndx = 1, .st_size = bytes};
    memcpy(strings + 1, name, strlen(name) + 1);
    elf_start(&b, ET_EXEC);
    elf_symbols(&b, &symbol, 1, strings, sizeof strings);
    elf_end(&b);
    write_elf("program", 0644);
    bool has = target_has_blas("program", inside, sizeof inside, stripped);
    cr_expect(!has || !strcmp(inside, name));
    return has;
}

/* Names are told by their last two letters first. */
Test(target, has_blas_inside_by_each_family)
{
    static const char *const families[] = {"gemm",  "gemv",  "trsm", "trsv",  "syrk", "dot",  "axpy", "getrf",
                                           "potrf", "geqrf", "gesv", "gesdd", "syev", "geev", "gesvd"};
    char name[32];
    bool stripped;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        for (int c = 0; c < 2; c++) {
            snprintf(name, sizeof name, "%sd%s%s", c ? "cblas_" : "", families[i], c ? "" : "_");
            cr_expect(has_blas(name, 64, &stripped), "%s", name);
        }
}

Test(target, has_blas_inside_by_the_names_of_its_functions)
{
    static const char *const yes[] = {"dgemm_",         "sgemm_64_",   "zgemm64_",      "cblas_dgemm",
                                      "cblas_cgemv64_", "scipy_ddot_", "scipy_dgetrf_", "scipy_cblas_sdot64_",
                                      "dgesdd_",        "cgesv_",      "ztrsm_",        "cblas_daxpy_64"};
    static const char *const no[] = {"dgemm",   "xgemm_", "gemm_",  "dgemm_x", "mydgemm_",     "",       "cblas_",  "scipy_",
                                     "dgemm__", "d",      "dnrm2_", "main",    "cblas_dgemm_", "DGEMM_", "ddotted_"};
    bool stripped = true;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        cr_expect(has_blas(yes[i], 64, &stripped) && !stripped, "%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        cr_expect(!has_blas(no[i], 1000, &stripped) && !stripped, "%s", no[i]);
    cr_expect(!has_blas("dgemm_", 63, &stripped) && !stripped, "it only jumps to somebody else's");
}

Test(target, without_symbols_is_stripped_and_without_a_file_is_not)
{
    char inside[64];
    bool stripped = false;
    write_program("program", GLIBC);
    cr_expect(!target_has_blas("program", inside, sizeof inside, &stripped) && stripped);
    cr_expect(!target_has_blas("missing", inside, sizeof inside, &stripped) && !stripped);
}

static const char *known_names[4];

static bool is_known(const char *name, size_t length, void *data)
{
    cr_expect_eq(data, known_names);
    for (const char **known = known_names; *known; known++)
        if (strlen(*known) == length && !memcmp(*known, name, length))
            return true;
    return false;
}

/* A symbol's name may be the end of another's, so each end that is such a name has to be known. */
Test(target, has_no_blas_inside_where_all_its_names_are_known)
{
    static const struct {
        const char *name, *known[3];
        bool has;
    } cases[] = {
        {"dgemm_", {"dgemm_"}, false},
        {"dgemm_", {"sgemm_"}, true},
        {"scipy_cblas_ddot64_", {"scipy_cblas_ddot64_", "cblas_ddot64_", "ddot64_"}, false},
        {"scipy_cblas_ddot64_", {"scipy_cblas_ddot64_", "cblas_ddot64_"}, true},
        {"scipy_dgetrf_", {"scipy_dgetrf_"}, true},
        {"scipy_dgetrf_", {"dgetrf_", "scipy_dgetrf_"}, false},
    };
    char inside[64];
    bool stripped;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect(has_blas(cases[i].name, 64, &stripped));
        memcpy(known_names, cases[i].known, sizeof cases[i].known);
        int fd = open("program", O_RDONLY);
        const struct target_known known = {is_known, known_names};
        cr_expect_eq(target_file_has_blas(fd, &known, inside, sizeof inside, &stripped), cases[i].has, "case %zu", i);
        close(fd);
    }
}

/* Objects that nobody need look at: by their names, and an interpreter by what is built into it. The test's own program stands
 * for the interpreter: it exports the table that one has. */
#include "system.h"
#include <criterion/criterion.h>

struct module {
    const char *name;
    void *(*start)(void);
};
static struct module modules[4];
struct module *PyImport_Inittab = modules;

static bool is_of_system(const char *path)
{
    struct object list[64];
    cr_assert(objects_list(list) > 0);
    return system_has_object(&list[0], path);
}

Test(system, libraries_of_the_c_library_and_the_compiler_are_known)
{
    static const char *const yes[] = {"/lib/x86_64-linux-gnu/libc.so.6",
                                      "libm.so.6",
                                      "/lib64/ld-linux-x86-64.so.2",
                                      "/opt/gcc/lib64/libgfortran.so.5",
                                      "linux-vdso.so.1",
                                      "/x/numpy.libs/libgfortran-040039e1-0352e75f.so.5.0.0",
                                      "/x/numpy.libs/libquadmath-96973f99-934c22de.so.0.0.0",
                                      "/x/libs/libgomp-a34b3233.so.1.0.0"};
    static const char *const no[] = {"",
                                     "/x/libcblas.so.3",
                                     "/x/libm-blas.so.1",
                                     "/x/libm",
                                     "/x/libgfortran-blas.so.5",
                                     "/x/libz-0123456.so.1",
                                     "/x/libz-012345678.so.1",
                                     "/x/libc.so.6/libblas.so.3",
                                     "/x/mylibc.so.6"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        cr_expect(is_of_system(yes[i]), "%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        cr_expect(!is_of_system(no[i]), "%s", no[i]);
}

Test(system, modules_of_pythons_library_are_known_by_their_folder)
{
    cr_expect(is_of_system("/usr/lib/python3.11/lib-dynload/_ctypes.cpython-311-x86_64-linux-gnu.so"));
    cr_expect(!is_of_system("/usr/lib/python3.11/lib-dynload/numpy/_multiarray_umath.so"));
    cr_expect(!is_of_system("/usr/lib/python3.11/my-lib-dynload/x.so"));
    cr_expect(!is_of_system("lib-dynload/x.so"), "a folder of the program's own, by a relative name");
}

Test(system, an_interpreter_is_known_where_nothing_but_pythons_library_is_built_in)
{
    static const char library[] = "/usr/lib/libpython3.11.so.1.0";
    cr_expect(is_of_system(library));
    modules[0].name = "_abc";
    modules[1].name = "zlib";
    static const char *const interpreters[] = {library, "/usr/bin/python3.11", "/x/bin/python3.13t", "python3.9d"};
    for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++)
        cr_expect(is_of_system(interpreters[i]), "%s", interpreters[i]);
    static const char *const programs[] = {"/x/libpypy3.so", "/x/python3.11/app", "/x/python3.", "/x/python3.11-app", "/x/app"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        cr_expect(!is_of_system(programs[i]), "%s: a program that has an interpreter inside", programs[i]);
    static const char *const others[] = {"_multiarray_umath",
                                         "",
                                         " ",
                                         "_abc _ast",
                                         "numpy.core._multiarray_umath",
                                         "a.name.that.is.longer.than.any.of.pythons.library"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        modules[2].name = others[i];
        cr_expect(!is_of_system(library) && !is_of_system(interpreters[1]), "'%s'", others[i]);
    }
    PyImport_Inittab = NULL;
    cr_expect(!is_of_system(library));
}

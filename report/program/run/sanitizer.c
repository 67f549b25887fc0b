/* What a sanitized program needs first, read from its file. */
#include "sanitizer.h"
#include "elf_needed.h"
#include "path.h"
#include <string.h>

bool sanitizer_is_runtime(const char *library)
{
    static const char *const names[] = {"libasan.so",       "libtsan.so",       "liblsan.so",
                                        "libclang_rt.asan", "libclang_rt.tsan", "libclang_rt.lsan"};
    const char *base = path_base(library);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strncmp(base, names[i], strlen(names[i])))
            return true;
    return false;
}

/* A name that LD_PRELOAD would split or expand cannot be put there. */
static bool is_runtime(const char *name, void *unused)
{
    (void)unused;
    return sanitizer_is_runtime(name) && !name[strcspn(name, " :\t\n$")];
}

void sanitizer_runtime_of(const char *path, char *name, size_t size)
{
    struct elf_file elf;
    *name = 0;
    if (elf_open(path, &elf) < 0)
        return;
    const char *found = elf_find_needed(&elf, is_runtime, NULL);
    if (found && strlen(found) < size)
        strcpy(name, found);
    elf_close(&elf);
}

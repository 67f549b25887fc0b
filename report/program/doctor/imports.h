/* What a program in Python imports, read from its text and from that of the modules beside it. Nothing is run, so what is put
 * together at run time (importlib) is not found, and what stands under a condition is. */
#pragma once
#include "words.h"

struct imports {
    struct words modules; /* top-level names */
    struct words files;   /* that were read */
    bool has_deepbind;    /* a text that was read names RTLD_DEEPBIND */
};

/* `folder`: where its own modules are. */
void imports_of_text(struct imports *imports, const char *text, const char *folder);
/* False: it cannot be read. */
bool imports_of_file(struct imports *imports, const char *path, const char *folder);
/* One module by its name (-m). */
void imports_of_module(struct imports *imports, const char *name, const char *folder);
void imports_free(struct imports *imports);

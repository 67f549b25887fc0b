/* What the file of a program or of a library tells of the BLAS that it would call. A set of such files is what a program would
 * load. Only the flopshim program uses this, one thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a file is looked at for. What a program defines itself is never called through the library. */
enum look_role { LOOK_PROGRAM, LOOK_GIVEN /* a library, or a file of a package */, LOOK_NEEDED /* by those */ };

struct looked {
    char *path;
    enum look_role role;
    bool is_pure;       /* nothing but a provider */
    int routine;        /* the first that it calls by name (wants), an index of cost_routines; -1: none */
    char wants[64];     /* "cblas_dgemm" */
    char exports[64];   /* a routine that it has for others, "": none */
    char inside[64];    /* one that only it can reach, or "OpenBLAS", "MKL"; "": none is known */
    char provider[256]; /* the library that it asks for, by its file's name, that is nothing but a provider; "": none */
    char suffixed[64];  /* a name of BLAS with a suffix that it calls (ddot_acme), "": none */
    char suffix[32];    /* with which it has several names of BLAS for others, "": none */
    bool opens;         /* libraries while it runs */
    bool opens_deep;    /* with RTLD_DEEPBIND */
    bool starts;        /* programs */
    uint32_t engines;   /* a bit for each of engines[] that it is, or may be */
    uint32_t uses;      /* and for each that it calls a function of */
};

struct looked_files {
    struct looked *list;
    size_t count;
    bool failed; /* memory ran out */
};

/* Look at the file, once however often it is named; links are followed for that. NULL: it was looked at before, is no file of
 * this machine's kind, or cannot be read. */
const struct looked *look_at(struct looked_files *files, const char *path, enum look_role role);
/* What stands behind a name of BLAS in this one: acme of ddot_acme; NULL: it is no such name. */
const char *look_suffix(const char *name);
/* Has the file this dynamic symbol for others? It is read again. */
bool look_exports(const struct looked *file, const char *name);
void looked_free(struct looked_files *files);

/* The table of topics, and the search for the nearest names. */
#include "suggest.h"
#include "cost.h"
#include "spelling.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_MOST = 8, NAME_BYTES = 64 };

const struct suggest_topic suggest_topics[] = {
    {"svd singular", "gesdd gesvd gesvdx gesvdq gejsv"},
    {"eig eigvals eigenvalues eigen", "geev geevx syevd heevd syevr heevr syev heev"},
    {"eigh eigvalsh", "syevd heevd syevr heevr syev heev"},
    {"geneig qz", "ggev sygv hegv sygvd hegvd gges"},
    {"schur", "gees geesx hseqr trsen"},
    {"hessenberg", "gehrd orghr unghr"},
    {"lu plu", "getrf getrs getri gbtrf gttrf"},
    {"qr", "geqrf orgqr ungqr ormqr unmqr geqp3 geqrt"},
    {"lq rq", "gelqf gerqf orglq unglq"},
    {"cholesky chol potr", "potrf potrs potri pbtrf pptrf"},
    {"ldl ldlt", "sytrf hetrf sytrs hetrs"},
    {"solve linsolve", "gesv posv sysv gbsv gtsv trtrs trsm"},
    {"lstsq leastsquares pinv", "gelsd gelsy gels gelss"},
    {"inv inverse", "getri potri trtri sytri"},
    {"det slogdet", "getrf"},
    {"cond rcond", "gecon pocon trcon"},
    {"matmul mm product", "gemm symm hemm syrk trmm"},
    {"matvec mv", "gemv symv hemv trmv gbmv"},
    {"inner vdot", "dot dotu dotc"},
    {"outer", "ger geru gerc"},
    {"norm", "nrm2 lange lansy"},
    {"fft fourier", "execute mkl_dft"},
    {"conv conv2d", "dnnl_convolution dnnl_deconvolution"},
    {"sylvester lyapunov", "trsyl tgsyl"},
};

size_t suggest_topic_count(void)
{
    return sizeof suggest_topics / sizeof *suggest_topics;
}

static bool is_listed(const char *name, const char *words)
{
    size_t length = strlen(name);
    for (; *words; words += strcspn(words, " "), words += *words == ' ')
        if (strcspn(words, " ") == length && !strncasecmp(words, name, length))
            return true;
    return false;
}

const char *suggest_topic(const char *name)
{
    for (size_t i = 0; i < suggest_topic_count(); i++)
        if (is_listed(name, suggest_topics[i].names))
            return suggest_topics[i].families;
    return NULL;
}

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

/* "dgemm, dgemv or dger" */
static void append_list(char *text, size_t size, const char *const *names, size_t count, const char *last)
{
    for (size_t i = 0; i < count; i++) {
        append(text, size, !i ? "" : i + 1 < count ? ", " : last);
        append(text, size, names[i]);
    }
}

/* One name a family: of double precision, real before complex, as most questions are about that. NULL where it is none. */
static const char *usual_name(const char *family)
{
    static const char usual[] = "sczd"; /* the later, the better; a prefix of two letters is worse than any */
    const char *found = NULL;
    long best = -1;
    for (int i = 0; i < cost_routine_count; i++) {
        const char *name = cost_name(&cost_routines[i]);
        if (strcmp(cost_family(&cost_routines[i]), family) != 0)
            continue;
        const char *place = strcmp(name + 1, family) ? NULL : strchr(usual, *name);
        long rank = place ? place - usual + 1 : 0;
        if (rank > best) {
            best = rank;
            found = name;
        }
    }
    return found;
}

static void suggest_families(const char *families, char *tail, size_t size)
{
    const char *names[SHOWN_MOST];
    char family[NAME_BYTES];
    size_t count = 0;
    for (const char *word = families; *word && count < SHOWN_MOST; word += strcspn(word, " "), word += *word == ' ') {
        snprintf(family, sizeof family, "%.*s", (int)strcspn(word, " "), word);
        names[count] = usual_name(family);
        count += names[count] != NULL;
    }
    append(tail, size, count > 1 ? "; routines of that topic are " : "; the routine of that topic is ");
    append_list(tail, size, names, count, " and ");
    append(tail, size, " (in double precision)");
}

/* Lists the routines of a family, one for each precision. Returns how many; 0: there is no such family. */
static size_t members_of(const char *family, const char **names)
{
    size_t count = 0;
    for (int i = 0; i < cost_routine_count && count < SHOWN_MOST; i++)
        if (!strcasecmp(cost_family(&cost_routines[i]), family))
            names[count++] = cost_name(&cost_routines[i]);
    return count;
}

/* Copies a name in lower case, without what a face puts around it: cblas_dgem64_ becomes dgem. */
static void undress(const char *name, char *bare)
{
    static const char *const prefixes[] = {"scipy_", "cblas_", "lapacke_"}, *const suffixes[] = {"_", "64", "_"};
    for (int i = 0; i < 3; i++)
        if (!strncasecmp(name, prefixes[i], strlen(prefixes[i])))
            name += strlen(prefixes[i]);
    size_t length = 0;
    for (; name[length] && length < NAME_BYTES - 1; length++)
        bare[length] = name[length] >= 'A' && name[length] <= 'Z' ? (char)(name[length] + ('a' - 'A')) : name[length];
    bare[length] = 0;
    for (int i = 0; i < 3; i++) {
        size_t suffix = strlen(suffixes[i]);
        if (length > suffix && !strcmp(bare + length - suffix, suffixes[i]))
            bare[length -= suffix] = 0;
    }
}

struct nearest {
    const char *names[SHOWN_MOST];
    size_t count;
    int distance;
};

/* Keeps what is as near as the nearest, each name once; first what was only cut short. */
static void consider(struct nearest *nearest, const char *typed, const char *known)
{
    int distance = spelling_distance(typed, known);
    if (distance < nearest->distance)
        nearest->count = 0;
    if (distance > nearest->distance || nearest->count == SHOWN_MOST)
        return;
    nearest->distance = distance;
    for (size_t i = 0; i < nearest->count; i++)
        if (!strcmp(nearest->names[i], known))
            return;
    bool is_longer = !strncmp(known, typed, strlen(typed));
    size_t place = nearest->count++;
    for (; is_longer && place && strncmp(nearest->names[place - 1], typed, strlen(typed)) != 0; place--)
        nearest->names[place] = nearest->names[place - 1];
    nearest->names[place] = known;
}

/* Finds the nearest names among routines, families and topics. The words of topics are cut apart in `words`. */
static struct nearest find_nearest(const char *typed, char *words, size_t size)
{
    struct nearest nearest = {.distance = spelling_tolerance(typed)};
    for (int i = 0; i < cost_routine_count; i++)
        consider(&nearest, typed, cost_name(&cost_routines[i]));
    for (int i = 0; i < cost_routine_count; i++)
        consider(&nearest, typed, cost_family(&cost_routines[i]));
    *words = 0;
    for (size_t i = 0; i < suggest_topic_count(); i++) {
        append(words, size, " ");
        append(words, size, suggest_topics[i].names);
    }
    char *rest;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        consider(&nearest, typed, word);
    return nearest;
}

void suggest_routine(const char *name, char *tail, size_t size)
{
    char bare[NAME_BYTES], words[512];
    const char *names[SHOWN_MOST];
    size_t count;
    *tail = 0;
    undress(name, bare);
    const char *families = suggest_topic(bare);
    if (families) {
        suggest_families(families, tail, size);
    } else if ((count = members_of(bare, names))) {
        append(tail, size, "; with its precision it is ");
        append_list(tail, size, names, count, " or ");
    } else {
        struct nearest nearest = find_nearest(bare, words, sizeof words);
        append(tail, size, nearest.count ? "; did you mean " : "; `flopshim list` prints those that have a price");
        append_list(tail, size, nearest.names, nearest.count, " or ");
        append(tail, size, nearest.count ? "?" : "");
    }
}

/* LAPACK's usual cases: a square matrix, one right-hand side, the whole of it, no vectors. */
#include "defaults.h"
#include <stddef.h>
#include <string.h>

/* A family pattern is empty (any) or a list of prefixes; the first row that fits counts. */
struct rule {
    const char *argument;
    const char *families;
    int64_t value;
    const char *same_as;
    const char *letters;
};

static const struct rule rules[] = {
    {"m", "", 0, "n", NULL},
    {"k", "orgq ungq org2 ung2", 0, "n", NULL},
    {"k", "orgl orgr ungl ungr", 0, "m", NULL},
    {"k", "orgbr ungbr", 0, "n", NULL},
    {"k", "orm unm gemq geml", 0, "side", NULL}, /* the order of Q: m on the left, n on the right */
    {"kb", "", 0, "ka", NULL},
    {"nrhs", "", 1, NULL, NULL},
    {"ilo", "", 1, NULL, NULL},
    {"ihi", "", 0, "n", NULL},
    {"il", "", 1, NULL, NULL},
    {"iu", "", 0, "n", NULL},
    {"nb", "", 32, NULL, NULL},
    {"mb", "", 32, NULL, NULL},
    {"l", "tp", 0, NULL, NULL},
    {"itype", "", 1, NULL, NULL},
    {"isgn", "", 1, NULL, NULL},
    {"batch_size", "", 1, NULL, NULL},
    {"group_size", "", 1, NULL, NULL},
    {"group_count", "", 1, NULL, NULL},
    {"howmany", "", 1, NULL, NULL},
    {"batch", "dnnl_matmul", 1, NULL, NULL},
    {"passes", "", 1, NULL, NULL},
    {"ranks", "", 1, NULL, NULL},
    {"param", "", -1, NULL, NULL},
    {"kl", "lascl", 0, NULL, NULL},
    {"ku", "lascl", 0, NULL, NULL},
    {"alpha", "", 2, NULL, NULL},
    {"nsweep", "", 6, NULL, NULL},
    {"uplo", "lacpy laset lacp2", 'A', NULL, "ULA"},
    {"uplo", "", 'U', NULL, "UL"},
    {"trans", "herk her2k hfrk", 'N', NULL, "NC"},
    {"trans", "syrk syr2k", 'N', NULL, "NTC"},
    {"trans", "sfrk orm opmtr", 'N', NULL, "NT"},
    {"trans", "unm upmtr", 'N', NULL, "NC"},
    {"trans", "gels gemqr gemlq lamtsqr lamswlq tpmqrt tpmlqt tprfb", 'N', NULL, "NT"},
    {"trans", "", 'N', NULL, "NTC"},
    {"transa", "", 'N', NULL, "NTC"},
    {"transb", "", 'N', NULL, "NTC"},
    {"trana", "", 'N', NULL, "NTC"},
    {"tranb", "", 'N', NULL, "NTC"},
    {"transr", "", 'N', NULL, "NTC"},
    {"diag", "", 'N', NULL, "NU"},
    {"side", "trevc tgevc hsein", 'R', NULL, "LRB"},
    {"side", "trsna", 'R', NULL, "LRB"},
    {"side", "", 'L', NULL, "LR"},
    {"norm", "", '1', NULL, "M1OIFE"},
    {"range", "", 'A', NULL, "AVI"},
    {"fact", "gecxx", 'P', NULL, "PCX"},
    {"fact", "", 'N', NULL, "FNE"},
    {"usesd", "", 'N', NULL, "NRCA"},
    {"kmax", "", 0, "n", NULL},
    {"kmaxfree", "", 0, "n", NULL},
    {"transform", "", 'C', NULL, "CR"},
    {"howmny", "", 'A', NULL, "ABS"},
    {"sense", "", 'N', NULL, "NEVB"},
    {"balanc", "", 'B', NULL, "NPSB"},
    {"job", "gebal gebak ggbal ggbak", 'B', NULL, "NPSB"},
    {"job", "trsen", 'N', NULL, "NEVB"},
    {"job", "hseqr hgeqz", 'E', NULL, "ES"},
    {"job", "", 'E', NULL, NULL},
    {"vect", "orgbr ungbr ormbr unmbr", 'Q', NULL, "QP"},
    {"direct", "", 'F', NULL, "FB"},
    {"storev", "", 'C', NULL, "CR"},
    {"type", "", 'G', NULL, "GLUHBQZ"},
    {"order", "", 'C', NULL, NULL},
    {"jobu1", "", 'Y', NULL, NULL},
    {"jobu2", "", 'Y', NULL, NULL},
    {"jobv1t", "", 'Y', NULL, NULL},
    {"jobv2t", "", 'Y', NULL, NULL},
    {"jobz", "gesdd", 'N', NULL, "NSAO"},
    {"jobz", "gedmd", 'N', NULL, "NVF"},
    {"jobz", "", 'N', NULL, "NV"},
    {"jobvl", "", 'N', NULL, "NV"},
    {"jobvr", "", 'N', NULL, "NV"},
    {"jobvs", "", 'N', NULL, "NV"},
    {"jobvsl", "", 'N', NULL, "NV"},
    {"jobvsr", "", 'N', NULL, "NV"},
    {"jobu", "", 'N', NULL, NULL},
    {"jobv", "", 'N', NULL, NULL},
    {"jobvt", "", 'N', NULL, NULL},
    {"jobq", "", 'N', NULL, NULL},
    {"compz", "", 'N', NULL, "NIV"},
    {"compq", "", 'N', NULL, "NIVP"},
    {"vect", "", 'N', NULL, NULL},
    {"wants", "", 'E', NULL, "ES"},
    {"wantq", "laqz0", 'N', NULL, "NIV"},
    {"wantz", "laqz0", 'N', NULL, "NIV"},
    {"normin", "", 'N', NULL, "NY"},
    {"wantq", "", 0, NULL, NULL},
    {"ifst", "", 1, NULL, NULL},
    {"ilst", "", 0, "n", NULL},
    {"wantt", "", 0, NULL, NULL},
    {"wantz", "", 0, NULL, NULL},
    {"lreal", "", 1, NULL, NULL},
    {"ijob", "", 0, NULL, NULL},
    {"ncvt", "", 0, NULL, NULL},
    {"nru", "", 0, NULL, NULL},
    {"ncc", "", 0, NULL, NULL},
    {"offset", "", 0, NULL, NULL},
    {"lwork", "", 0, NULL, NULL},
};

static bool fits(const char *families, const char *family)
{
    if (!*families)
        return true;
    for (const char *word = families; *word; word += strcspn(word, " "), word += *word == ' ')
        if (!strncmp(word, family, strcspn(word, " ")))
            return true;
    return false;
}

static const struct rule *find(const char *family, const char *argument)
{
    for (const struct rule *rule = rules; rule < rules + sizeof rules / sizeof *rules; rule++)
        if (!strcmp(rule->argument, argument) && fits(rule->families, family))
            return rule;
    return NULL;
}

struct usual_case default_of(const char *family, const char *argument)
{
    const struct rule *rule = find(family, argument);
    return rule ? (struct usual_case){rule->value, rule->same_as, true} : (struct usual_case){0, NULL, false};
}

/* Letters of trans for complex data, where those of real data are others. */
static const struct {
    const char *families, *letters;
} complex_trans[] = {{"syrk syr2k", "NT"}, {"gels gemqr gemlq lamtsqr lamswlq tpmqrt tpmlqt tprfb", "NC"}};

const char *default_letters(const char *family, const char *option, bool complex_data)
{
    const struct rule *rule = find(family, option);
    if (complex_data && !strcmp(option, "trans"))
        for (size_t i = 0; i < sizeof complex_trans / sizeof *complex_trans; i++)
            if (fits(complex_trans[i].families, family))
                return complex_trans[i].letters;
    return rule ? rule->letters : NULL;
}

/* As `rules`. Of tgsen 0 to 5 ask for condition numbers, of tgsyl 0 to 4 for estimates of the separation. */
static const struct limit {
    const char *argument;
    const char *families;
    int64_t least, most;
} limits[] = {
    {"nb", "", 1, INT64_MAX},  {"mb", "", 1, INT64_MAX},   {"mb1", "", 1, INT64_MAX},  {"nb1", "", 1, INT64_MAX},
    {"nb2", "", 1, INT64_MAX}, {"ijob", "tgsen", 0, 5},    {"ijob", "tgsyl", 0, 4},    {"ijob", "tgsy2", 0, 2},
    {"itype", "lacn2", 0, 3},  {"itype", "", 1, 3},        {"isgn", "", -1, 1},        {"nsweep", "", 0, INT64_MAX},
    {"param", "", -2, 1},      {"kmax", "", 0, INT64_MAX}, {"ifst", "", 1, INT64_MAX}, {"ilst", "", 1, INT64_MAX},
};

bool default_limits(const char *family, const char *argument, int64_t *least, int64_t *most)
{
    for (const struct limit *limit = limits; limit < limits + sizeof limits / sizeof *limits; limit++)
        if (!strcmp(limit->argument, argument) && fits(limit->families, family)) {
            *least = limit->least;
            *most = limit->most;
            return true;
        }
    return false;
}

bool default_step(const char *family)
{
    return fits("gemv gbmv symv hemv sbmv hbmv spmv hpmv trmv tbmv tpmv trsv tbsv tpsv ger syr her spr hpr", family);
}

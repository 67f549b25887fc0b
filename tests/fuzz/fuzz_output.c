/* Output templates: the list, then host, program, rank, job and start time. The list comes apart at its commas and nowhere
 * else; an expansion is what the table of README.md says, and what is put in adds no folder and no control character. */
#include "fuzz.h"
#include "output.h"
#include "templates.h"
#include <errno.h>
#include <time.h>

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text), length = strlen(more);
    if (used + length < size)
        memcpy(text + used, more, length + 1);
    else
        memset(text + used, '!', size - used - 1), text[size - 1] = 0; /* too long stays too long */
}

static void append_safely(char *text, size_t size, const char *value)
{
    for (; *value; value++) {
        char one[2] = {*value == '/' || (unsigned char)*value < 0x20 ? '_' : *value, 0};
        append(text, size, one);
    }
}

static void expand(const char *template, const struct summary *s, char *text, size_t size)
{
    char number[32];
    time_t seconds = (time_t)(s->start_realtime_ns / 1000000000);
    struct tm at;
    gmtime_r(&seconds, &at);
    *text = 0;
    for (; *template; template ++) {
        char one[2] = {*template, 0};
        char letter = *template == '%' && template[1] ? template[1] : 0;
        const char *slash = strrchr(s->program, '/'), *program = slash ? slash + 1 : s->program;
        snprintf(number, sizeof number, "%u", s->pid);
        if (!letter || !strchr("phertj%", letter)) {
            append(text, size, one);
            continue;
        }
        template ++;
        if (letter == 't')
            strftime(number, sizeof number, "%Y%m%dT%H%M%S", &at);
        const char *rank = getenv("PMI_RANK"), *job = getenv("SLURM_JOB_ID");
        append_safely(text, size,
                      letter == '%'   ? "%"
                      : letter == 'h' ? (*s->host ? s->host : "localhost")
                      : letter == 'e' ? (*program ? program : "program")
                      : letter == 'r' ? (rank && *rank ? rank : "0")
                      : letter == 'j' ? (job && *job ? job : number)
                                      : number);
    }
}

static void check_expansion(const char *template, const struct summary *s)
{
    char path[512], expected[512 + 2];
    expand(template, s, expected, sizeof expected);
    bool fits = strlen(expected) < sizeof path;
    int result = output_expand(template, s, path, sizeof path);
    REQUIRE(result == (fits ? 0 : -1) && (fits || errno == ENAMETOOLONG), "%d for %s", result, template);
    REQUIRE(!fits || !strcmp(path, expected), "%s: %s, not %s", template, path, expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *list = fuzz_text(&in, 0), *host = fuzz_text(&in, 0), *program = fuzz_text(&in, 0);
    char *rank = fuzz_text(&in, 0), *job = fuzz_text(&in, 0), item[256];
    struct summary s = {.host = host, .program = program, .pid = (uint32_t)fuzz_number(&in, 4)};
    s.start_realtime_ns = fuzz_number(&in, 8);
    setenv("PMI_RANK", rank, 1);
    setenv("SLURM_JOB_ID", job, 1);
    size_t wanted = 0, got = 0;
    for (const char *at = list; *at; at += *at == ',') {
        size_t length = strcspn(at, ","), blank = strspn(at, " ");
        while (length && length > blank && at[length - 1] == ' ')
            length--;
        wanted += length > blank && length - blank < sizeof item;
        at += strcspn(at, ",");
    }
    for (const char *rest = list; templates_next(&rest, item, sizeof item); got++) {
        REQUIRE(*item && *item != ' ' && item[strlen(item) - 1] != ' ' && !strchr(item, ','), "'%s'", item);
        check_expansion(item, &s);
    }
    REQUIRE(got == wanted, "%zu of %zu templates in %s", got, wanted, list);
    free(list);
    free(host);
    free(program);
    free(rank);
    free(job);
    return 0;
}

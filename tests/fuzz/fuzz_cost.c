/* Questions of `flopshim cost` and flopshim_cost(): words. What is refused has a reason; what is answered was asked in the
 * grammar of the help (integers such as 1000 or 1e3, dimensions of 0 or more, letters for options, numbers for scalars), has
 * a formula, and is answered the same again. */
#include "defaults.h"
#include "evaluate.h"
#include "fuzz.h"
#include <ctype.h>

#define WORDS_MAX 64

static bool is_integer(const char *text)
{
    text += *text == '-';
    size_t digits = strspn(text, "0123456789");
    if (!digits || !text[digits])
        return digits;
    text += digits + 1;
    return tolower((unsigned char)text[-1]) == 'e' && *text && !text[strspn(text, "0123456789")];
}

static bool is_zero(const char *digits)
{
    return !digits[strspn(digits, "0")] || tolower((unsigned char)digits[strspn(digits, "0")]) == 'e';
}

static bool is_number(const char *text)
{
    return !strcmp(text, "g") || (strpbrk(text, "0123456789") && strspn(text, "0123456789.eE+-") == strlen(text));
}

static bool is_taken(const char *takes, const char *name)
{
    for (size_t length = strlen(name); *takes; takes += strcspn(takes, " "), takes += *takes == ' ')
        if (strcspn(takes, " ") == length && !strncmp(takes, name, length))
            return true;
    return false;
}

/* Arguments of the count, by their kind, and options; any other that the count does not need may have any value. */
static void check_words(const struct cost_routine *r, int count, const char *const *words)
{
    for (int i = 0; i < count; i++) {
        const char *equals = strchr(words[i], '=');
        REQUIRE(equals && equals[1], "accepted: %s", words[i]);
        const char *name = cost_args(r), *letters = NULL;
        char word[32];
        if (equals - words[i] < (long)sizeof word) {
            snprintf(word, sizeof word, "%.*s", (int)(equals - words[i]), words[i]);
            letters = default_letters(cost_family(r), word, r->field != COST_FIELD_REAL);
        }
        bool option = letters && strchr(letters, toupper((unsigned char)equals[1])) && !equals[2];
        REQUIRE(!letters || option || !is_taken(cost_takes(r), word), "%s: accepted: %s", cost_name(r), words[i]);
        for (const char *kind = cost_kinds(r); *kind; kind++) {
            size_t length = strcspn(name, " ");
            bool same = length == (size_t)(equals - words[i]) && !memcmp(name, words[i], length);
            bool good = *kind == 'o'   ? isalnum((unsigned char)equals[1]) && !equals[2]
                        : *kind == 's' ? is_number(equals + 1)
                        : *kind == 'd' ? is_integer(equals + 1) && (equals[1] != '-' || is_zero(equals + 2))
                                       : is_integer(equals + 1);
            REQUIRE(!same || good, "%s: accepted: %s", cost_name(r), words[i]);
            name += length + (name[length] == ' ');
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *text = fuzz_text(&in, 0), *rest, error[256] = "";
    const char *words[WORDS_MAX];
    struct cost_answer answer, again;
    int count = 0;
    for (char *word = strtok_r(text, " \t\r\n,", &rest); word && count < WORDS_MAX; word = strtok_r(NULL, " \t\r\n,", &rest))
        words[count++] = word;
    if (count && cost_evaluate(words[0], count - 1, words + 1, &answer, error, sizeof error) == 0) {
        int routine = cost_find(words[0]);
        REQUIRE(routine >= 0 && strcasestr(words[0], cost_name(&cost_routines[routine])), "answered for %s", words[0]);
        check_words(&cost_routines[routine], count - 1, words + 1);
        REQUIRE(*answer.formula && *answer.source && !*error, "%s", error);
        REQUIRE(!cost_evaluate(words[0], count - 1, words + 1, &again, error, sizeof error), "not again");
        REQUIRE(again.flop_cost == answer.flop_cost && again.fma_cost == answer.fma_cost, "another price");
    } else if (count) {
        REQUIRE(*error, "refused without a reason: %s", words[0]);
    }
    free(text);
    return 0;
}

/* Values of the environment: what is accepted, and what is not. */
#include "config_parse.h"
#include "config_values.h"
#include "spelling.h"
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdlib.h>

static wide wide_flops(const char *text)
{
    wide value = 7;
    cr_assert(config_parse_flops(text, &value), "%s is refused", text);
    return value;
}

static uint64_t flops(const char *text)
{
    wide value = wide_flops(text);
    cr_assert(value <= UINT64_MAX, "%s is large", text);
    return (uint64_t)value;
}

Test(config, a_budget_is_a_whole_number_in_many_spellings)
{
    cr_expect(eq(u64, flops("10000000"), 10000000));
    cr_expect(eq(u64, flops("10_000_000"), 10000000));
    cr_expect(eq(u64, flops("1e7"), 10000000));
    cr_expect(eq(u64, flops("1E+7"), 10000000));
    cr_expect(eq(u64, flops("1.5e1"), 15));
    cr_expect(eq(u64, flops("10M"), 10000000));
    cr_expect(eq(u64, flops("2.5G"), 2500000000));
    cr_expect(eq(u64, flops("5T"), 5000000000000));
    cr_expect(eq(u64, flops("3k"), 3000));
    cr_expect(eq(u64, flops("3K"), 3000));
    cr_expect(eq(u64, flops("2P"), 2000000000000000));
    cr_expect(eq(u64, flops("5E"), 5000000000000000000));
    cr_expect(eq(u64, flops("1"), 1));
    cr_expect(eq(u64, flops("100e-2"), 1));
    cr_expect(eq(u64, flops("18446744073709551614"), UINT64_MAX - 1));
}

Test(config, a_budget_may_have_128_bits)
{
    const wide e18 = 1000000000000000000;
    cr_expect(wide_flops("18446744073709551616") == (wide)1 << 64);
    cr_expect(wide_flops("20E") == 20 * e18 && wide_flops("3Z") == 3000 * e18 && wide_flops("1.5Y") == 1500000 * e18);
    cr_expect(wide_flops("1e23") == 100000 * e18 && wide_flops("1e25") == 10000000 * e18);
    cr_expect(wide_flops("10_000_000_000_000_000_000_000_001") == 10000000 * e18 + 1);
    cr_expect(wide_flops("999999999999999999999999999999999999") == e18 * e18 - 1);
    cr_expect(wide_flops("1e36") == e18 * e18 && wide_flops("1000000000000000000000000000000000000") == e18 * e18);
}

Test(config, what_is_no_budget_is_refused)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "0.0",
                                      "-1",
                                      "+5",
                                      " 5",
                                      "5 ",
                                      "abc",
                                      "1e",
                                      "1e+",
                                      "1.",
                                      ".5e1",
                                      "1..2",
                                      "1__0",
                                      "_1",
                                      "1_",
                                      "0x10",
                                      "10M5",
                                      "10Mk",
                                      "1e7k",
                                      "1.5",
                                      "nan",
                                      "inf",
                                      "1e99",
                                      "1e-1",
                                      "1e999999999999999999",
                                      "1000000000000000000000000000000000001",
                                      "1.1e36",
                                      "1e37",
                                      "340282366920938463463374607431768211457",
                                      "3402823669209384634633746074317682114560000",
                                      "1,000",
                                      "1e7\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wide value = 7;
        cr_expect(not(config_parse_flops(bad[i], &value)), "'%s' is accepted", bad[i]);
        cr_expect(value == 7, "'%s' changes the result", bad[i]);
    }
}

static void expect_multiplier(const char *given, const char *expected, double value)
{
    char shown[MULTIPLIER_BYTES];
    double read = 0;
    cr_assert(config_parse_multiplier(given, shown, &read), "'%s' is refused", given);
    cr_expect(eq(str, shown, (char *)(uintptr_t)expected));
    cr_expect(eq(dbl, read, value), "of '%s'", given);
    cr_expect(multiplier_is_sound(shown));
}

/* RFC 8259, section 6: no zeros before the first digit, digits on both sides of a point. */
Test(config, a_multiplier_is_shown_as_it_was_given_as_json_has_numbers)
{
    static const char *const kept[] = {"2",     "0.5",   "2.50", "1e3", "1E+3", "1e-05", "0.1000000000000000000000001",
                                       "1e307", "1e-307"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        expect_multiplier(kept[i], kept[i], strtod(kept[i], NULL));
    expect_multiplier(".5", "0.5", 0.5);
    expect_multiplier("5.", "5", 5);
    expect_multiplier("5.e1", "5e1", 50);
    expect_multiplier("007.25", "7.25", 7.25);
    expect_multiplier("00.5", "0.5", 0.5);
    expect_multiplier("0.0000001e7", "1", 1);
    expect_multiplier("1.00", "1", 1);
    expect_multiplier("10e-1", "1", 1);
    expect_multiplier("10", "10", 10);
    expect_multiplier("0.1", "0.1", 0.1);
    expect_multiplier("1.01", "1.01", 1.01);
    expect_multiplier("2.0", "2.0", 2);
    expect_multiplier(".2500000000000000000000000000000000000000000000000000000000000",
                      "0.2500000000000000000000000000000000000000000000000000000000000", 0.25);
}

Test(config, a_multiplier_is_a_number_above_0)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "0.0",
                                      "-1",
                                      "nan",
                                      "inf",
                                      "1e999",
                                      "0x1p3",
                                      "1.2.3",
                                      "1k",
                                      " 1",
                                      "1 ",
                                      "e5",
                                      "1e-400",
                                      ".",
                                      "1e",
                                      "1e+",
                                      "+1",
                                      "1,5",
                                      "1_0",
                                      "0e5",
                                      "1e308",
                                      "1e-308",
                                      "1e99999999999999999999",
                                      "0.33333333333333333333333333333333333333333333333333333333333333"};
    char shown[MULTIPLIER_BYTES] = "kept";
    double value = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect(not(config_parse_multiplier(bad[i], shown, &value)), "'%s' is accepted", bad[i]);
        cr_expect(not(multiplier_is_sound(bad[i])));
    }
    cr_expect(eq(dbl, value, 7));
    cr_expect(eq(str, shown, "kept"));
}

Test(config, signals_are_named_as_the_c_library_names_them)
{
    for (int i = 1; i < NSIG; i++) {
        int value = 0;
        const char *name = sigabbrev_np(i);
        if (name)
            cr_expect(config_parse_signal(name, &value) && value == i, "%s is %d", name, value);
    }
}

Test(config, signals_have_names_and_numbers)
{
    int value = 0;
    cr_expect(config_parse_signal("SIGUSR1", &value) && value == SIGUSR1);
    cr_expect(config_parse_signal("TERM", &value) && value == SIGTERM);
    cr_expect(config_parse_signal("9", &value) && value == 9);
    cr_expect(not(config_parse_signal("SIGFOO", &value)));
    cr_expect(not(config_parse_signal("0", &value)));
    cr_expect(not(config_parse_signal("1000", &value)));
}

Test(config, templates_know_their_letters)
{
    cr_expect(config_is_template("out/%e.%p.txt,stderr"));
    cr_expect(config_is_template("100%%.json"));
    cr_expect(not(config_is_template("%x.txt")));
    cr_expect(not(config_is_template("out%")));
    cr_expect(not(config_is_template("")));
}

/* The extension picks the format: one that no format has would be given another's content. */
Test(config, templates_have_an_extension_of_a_format_or_none)
{
    static const char *const good[] = {"x.txt",      "x.json,y.csv", "summary", "out.d/summary",
                                       "run.%p",     "run.1",        ".hidden", "/dev/stderr",
                                       "%e.%p.json", "x.",           "none",    " x.csv , stderr "};
    static const char *const bad[] = {"x.html", "x.txt,y.htm", "x.JSON", "%p.xml", "a.txt.gz", "x.log", " x.html , y.txt"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(config_is_template(good[i]), "'%s' is refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(not(config_is_template(bad[i])), "'%s' is accepted", bad[i]);
}

Test(config, words_are_taken_and_others_are_not)
{
    for (int i = 0; i < CONFIG_VARIABLES; i++) {
        const struct config_variable *variable = &config_variables[i];
        struct config config = {0};
        char words[64] = "", *rest;
        if (!variable->words)
            continue;
        strcpy(words, variable->words);
        for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
            cr_expect(variable->take(word, &config), "%s=%s is refused", variable->name, word);
            cr_expect(strstr(variable->accepted, word) != NULL, "%s: '%s' is not said", variable->name, word);
        }
        cr_expect(not(variable->take("", &config)), "%s= is accepted", variable->name);
        bool takes_all = variable->take(variable->words, &config);
        cr_expect(not(takes_all && strchr(variable->words, ' ')), "%s takes its words at once", variable->name);
    }
}

Test(config, a_misspelt_name_has_a_nearest)
{
    static const char *const known[] = {"FLOP_BUDGET", "FLOP_QUIET"};
    cr_expect(eq(str, (char *)spelling_nearest("FLOP_BUGDET", known, 2), (char *)"FLOP_BUDGET"));
    cr_expect(eq(str, (char *)spelling_nearest("FLOP_QUITE", known, 2), (char *)"FLOP_QUIET"));
    cr_expect(eq(ptr, (void *)spelling_nearest("FLOP_BUDGET", known, 2), NULL), "a known name is not misspelt");
    cr_expect(eq(ptr, (void *)spelling_nearest("FLOP_HOUSE_PRICE", known, 2), NULL));
}

/* Every word of three letters is two letters from every verb of three. */
Test(config, a_short_name_has_a_nearest_by_one_letter)
{
    static const char *const known[] = {"run", "cost"};
    cr_expect(eq(str, (char *)spelling_nearest("rnu", known, 2), (char *)"run"));
    cr_expect(eq(str, (char *)spelling_nearest("cots", known, 2), (char *)"cost"));
    cr_expect(eq(ptr, (void *)spelling_nearest("fan", known, 2), NULL));
}

static void expect_detail(const char *text, unsigned detail, int calls_kept)
{
    struct config c = {0};
    cr_assert(config_variable("FLOP_DETAIL")->take(text, &c), "%s is refused", text);
    cr_expect(eq(uint, c.detail, detail), "%s", text);
    cr_expect(eq(int, c.calls_kept, calls_kept), "%s", text);
}

Test(config, detail_is_a_list_of_words)
{
    struct config c = {.calls_kept = 7};
    expect_detail("routines", 0, CONFIG_CALLS_KEPT);
    expect_detail("calls,shapes", CONFIG_SHAPES | CONFIG_CALLS, CONFIG_CALLS_KEPT);
    expect_detail("calls=100,callers", CONFIG_CALLERS | CONFIG_CALLS, 100);
    expect_detail("routines,shapes,calls=999999", CONFIG_SHAPES | CONFIG_CALLS, 999999);
    static const char *const bad[] = {
        "",         ",",        "shapes,",         "call",     "calls=",         "calls=0", "calls=1000000",
        "calls=1x", "calls=-1", "calls=1,calls=2", "shapes=3", "shapes callers", "Shapes"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(eq(int, config_variable("FLOP_DETAIL")->take(bad[i], &c), 0), "%s", bad[i]);
    cr_expect(eq(int, c.calls_kept, 7));
    cr_expect(eq(uint, c.detail, 0));
}

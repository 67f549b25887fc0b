/* Expected values: table 3-7 of the Unicode standard. */
#include "utf8.h"
#include <criterion/criterion.h>
#include <string.h>

Test(utf8, the_ends_of_every_form_are_characters)
{
    static const char *const good[] = {
        "\x01",         "\x7f",         "\xc2\x80",     "\xdf\xbf",         "\xe0\xa0\x80",     "\xe0\xbf\xbf",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect(utf8_length(good[i], strlen(good[i])) == strlen(good[i]), "of case %zu", i);
    cr_expect(utf8_length("", 1) == 1); /* U+0000 */
    cr_expect(utf8_length("abc", 3) == 1);
}

Test(utf8, what_lies_between_the_forms_is_none)
{
    static const char *const bad[] = {"\x80", /* a second byte first */
                                      "\xc0\x80",
                                      "\xc1\xbf", /* overlong */
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf", /* overlong */
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf", /* surrogates */
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xc2\x41",
                                      "\xe1\x80\x41",
                                      "\xf1\x80\x80\x41"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(utf8_length(bad[i], strlen(bad[i])) == 0, "of case %zu", i);
}

Test(utf8, a_character_that_is_cut_is_none)
{
    static const char *const whole[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        for (size_t left = 1; left < strlen(whole[i]); left++)
            cr_expect(utf8_length(whole[i], left) == 0, "%zu bytes of case %zu", left, i);
}

Test(utf8, control_characters_are_told_from_others)
{
    cr_expect(utf8_is_control("\n") && utf8_is_control("\x1b") && utf8_is_control("\x7f") && utf8_is_control(""));
    cr_expect(utf8_is_control("\xc2\x80") && utf8_is_control("\xc2\x9b") && utf8_is_control("\xc2\x9f"));
    cr_expect(!utf8_is_control(" ") && !utf8_is_control("~") && !utf8_is_control("\xc2\xa0"));
    cr_expect(!utf8_is_control("\xc3\x80"));
}

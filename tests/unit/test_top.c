/* flopshim top: cells of a terminal by their columns, and the order of rows. */
#include "top_cells.h"
#include "top_rows.h"
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static void use_utf8(void)
{
    cr_assert(setlocale(LC_CTYPE, "C.UTF-8"));
}

TestSuite(top, .init = use_utf8, .timeout = 60);

static const char *left(const char *text, size_t columns)
{
    static struct out out;
    out.length = 0;
    top_put_left(&out, text, columns);
    out_bytes(&out, "", 1);
    return out.data;
}

static const char *right(const char *text, size_t columns)
{
    static struct out out;
    out.length = 0;
    top_put_right(&out, text, columns);
    out_bytes(&out, "", 1);
    return out.data;
}

Test(top, cells_have_their_columns_whatever_is_in_them)
{
    cr_assert_str_eq(left("ab", 4), "ab  ");
    cr_assert_str_eq(right("ab", 4), "  ab");
    cr_assert_str_eq(left("abcdef", 4), "abcd");
    cr_assert_str_eq(left("日本語", 6), "日本語");
    cr_assert_str_eq(left("日本語", 5), "日本 "); /* half of a character is none */
    cr_assert_str_eq(right("日本語", 5), " 日本");
    cr_assert_str_eq(left("e\u0301x", 3), "e\u0301x "); /* a combining accent takes no column */
    cr_assert_str_eq(left("a\033[31m\xff\n", 9), "a?[31m?? ");
    cr_assert_eq(top_width("日本x"), 5);
}

Test(top, without_utf8_a_character_is_a_question_mark)
{
    setlocale(LC_CTYPE, "C");
    cr_assert_str_eq(left("a日本b", 6), "a??b  ");
}

static const char *number(double value)
{
    static char text[TOP_CELL_BYTES];
    top_name_number(value, text);
    return text;
}

Test(top, numbers_take_eight_columns_at_the_most)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {{0, "0"},
                 {99999, "99999"},
                 {100000, "100.0 k"},
                 {999499, "999.5 k"},
                 {999600, "1.000 M"},
                 {1234567, "1.235 M"},
                 {12345678, "12.35 M"},
                 {2.5e9, "2.500 G"},
                 {1e12, "1.000 T"},
                 {18446744073709551615.0, "18.45 E"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(number(cases[i].number), cases[i].text, "%g: %s", cases[i].number, number(cases[i].number));
}

static const char *duration(double seconds)
{
    static char text[TOP_CELL_BYTES];
    top_name_time(seconds, text);
    return text;
}

Test(top, times_take_eight_columns_at_the_most)
{
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0.5, "0.50s"},    {59.5, "59.50s"},     {60, "1:00"},      {3599, "59:59"},
                 {3600, "1:00:00"}, {359999, "99:59:59"}, {360000, "4d04h"}, {1e300, "4166d16h"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(duration(cases[i].seconds), cases[i].text, "%g: %s", cases[i].seconds, duration(cases[i].seconds));
}

/* ---- rows ---- */

static struct top_rows rows;

static void add(const char *name, uint32_t pid, uint32_t ppid, uint64_t flops)
{
    struct top_row *row = top_rows_add(&rows);
    cr_assert(row);
    snprintf(row->name, sizeof row->name, "%s", name);
    row->pid = pid;
    row->ppid = ppid;
    row->flops = row->below_flops = flops;
    row->calls = 1;
}

static const char *order(enum top_tab tab, const struct top_order *how)
{
    static char text[400];
    *text = 0;
    top_rows_order(&rows, tab, how);
    for (size_t i = 0; i < rows.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s%s ", (int)rows.list[i].depth, "......",
                 rows.list[i].name);
    return text;
}

Test(top, rows_of_the_same_are_added_up)
{
    add("ddot", 0, 0, 5);
    add("dgemm", 0, 0, 7);
    add("ddot", 0, 0, 11);
    top_rows_join(&rows);
    cr_assert_eq(rows.count, 2);
    cr_assert_eq(rows.list[0].flops, 16);
    cr_assert_eq(rows.list[0].calls, 2);
    struct top_rows before = {0};
    top_rows_append(&before, &rows);
    before.list[0].flops = 6;
    before.list[1].flops = 8; /* what was refunded since: no rate below 0 */
    top_rows_rate(&rows, &before, 2);
    cr_assert_float_eq(rows.list[0].flops_per_second, 5, 1e-9);
    cr_assert_float_eq(rows.list[1].flops_per_second, 0, 1e-9);
}

Test(top, rows_are_sorted_and_filtered)
{
    add("b", 20, 1, 5);
    add("Alpha", 10, 1, 9);
    add("c", 30, 1, 5);
    cr_assert_str_eq(order(TOP_PROCESSES, &(struct top_order){.sort = TOP_BY_FLOPS, .filter = ""}), "Alpha b c ");
    cr_assert_str_eq(order(TOP_PROCESSES, &(struct top_order){.sort = TOP_BY_PID, .inverted = true, .filter = ""}),
                     "c b Alpha ");
    cr_assert_str_eq(order(TOP_PROCESSES, &(struct top_order){.filter = "aLP"}), "Alpha ");
    cr_assert_str_eq(order(TOP_PROCESSES, &(struct top_order){.filter = "10"}), "Alpha "); /* its pid */
    cr_assert_str_eq(order(TOP_PROCESSES, &(struct top_order){.filter = "1"}), "");
}

Test(top, a_tree_has_children_below_their_parents)
{
    const struct top_order tree = {.sort = TOP_BY_FLOPS, .tree = true, .filter = ""};
    add("child", 3, 2, 9);
    add("root", 1, 0, 1);
    add("middle", 2, 1, 5);
    add("other", 4, 1, 7);
    cr_assert_str_eq(order(TOP_PROCESSES, &tree), "root .other .middle ..child ");
    rows.count = 0;
    add("a.b", 0, 0, 3);
    add("a", 0, 0, 4);
    add("ab", 0, 0, 9);
    add("a.b.c", 0, 0, 2);
    cr_assert_str_eq(order(TOP_NAMESPACES, &tree), "ab a .a.b ..a.b.c ");
}

Test(top, a_circle_of_parents_loses_nobody)
{
    add("one", 1, 2, 1);
    add("two", 2, 1, 2);
    add("own", 3, 3, 3);
    const char *text = order(TOP_PROCESSES, &(struct top_order){.tree = true, .filter = ""});
    cr_assert_eq(rows.count, 3);
    cr_assert(strstr(text, "one") && strstr(text, "two") && strstr(text, "own"), "%s", text);
}

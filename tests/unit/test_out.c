/* The text buffer, the formatting of numbers, and the writing of files (hazards 15, 17, 19, 21). */
#include "out.h"
#include "out_save.h"
#include "../../shim/base/pages.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static void enter_folder(void)
{
    strcpy(folder, "/tmp/flopshim-test-XXXXXX");
    cr_assert(mkdtemp(folder) && chdir(folder) == 0);
    umask(022);
}

static void leave_folder(void)
{
    char command[160];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", folder, folder);
    cr_assert(system(command) == 0);
}

static void expect_text(struct out *out, const char *expected)
{
    cr_expect(out->length == strlen(expected) && memcmp(out->data, expected, out->length) == 0, "%.*s is not %s",
              (int)out->length, out->data, expected);
    out_free(out);
}

static void expect_file(const char *path, const char *expected)
{
    char text[64] = "";
    FILE *file = fopen(path, "r");
    cr_assert(file, "%s is missing", path);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    cr_expect_str_eq(text, expected);
}

Test(out, numbers_are_grouped_by_thousands)
{
    static const struct {
        uint64_t value;
        const char *text;
    } cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {123456, "123,456"}, {UINT64_MAX, "18,446,744,073,709,551,615"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct out out = {0};
        out_grouped(&out, cases[i].value);
        expect_text(&out, cases[i].text);
    }
}

Test(out, scientific_is_that_of_printf)
{
    static const uint64_t values[] = {0,    1,    9,     10,       99,       100,  1005,       1015,      9994,
                                      9995, 9996, 99950, 10000000, 12345678, 1025, 1000000000, 999499999, UINT64_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char expected[32];
        struct out out = {0};
        snprintf(expected, sizeof expected, "%.2Le", (long double)values[i]);
        out_scientific(&out, values[i]);
        expect_text(&out, expected);
    }
}

Test(out, percentages_round_half_up_and_survive_huge_counts)
{
    struct out out = {0};
    out_percent(&out, 1, 3);
    out_text(&out, " ");
    out_percent(&out, 1, 2000); /* 0.05 */
    out_text(&out, " ");
    out_percent(&out, 7, 0);
    out_text(&out, " ");
    out_percent(&out, UINT64_MAX, UINT64_MAX);
    expect_text(&out, "33.3 0.1 0.0 100.0");
}

Test(out, decimals_keep_all_their_places)
{
    struct out out = {0};
    out_decimal(&out, 1500, 3);
    out_text(&out, " ");
    out_decimal(&out, 7, 9);
    out_text(&out, " ");
    out_decimal(&out, 0, 2);
    expect_text(&out, "1.500 0.000000007 0.00");
}

Test(out, a_buffer_grows_beyond_its_first_size)
{
    struct out out = {0};
    for (int i = 0; i < 300000; i++)
        out_number(&out, 7);
    cr_expect(!out.failed && out.length == 300000 && out.data[299999] == '7');
    out_free(&out);
}

/* As each character by itself is, wherever the plain ones between others begin and end. */
Test(out, text_is_quoted_character_by_character)
{
    static const char *const pieces[] = {"a",  " ",    "~",        "plain text",   "\"",   "\\",
                                         "\n", "\x7f", "\xc3\xa4", "\xe2\x82\xac", "\xff", "\x01"};
    static const char *const quoted[] = {"a",       " ",       "~",        "plain text",   "\\\"",    "\\\\",
                                         "\\u000a", "\\u007f", "\xc3\xa4", "\xe2\x82\xac", "\\u00ff", "\\u0001"};
    enum { PIECES = sizeof pieces / sizeof *pieces };
    for (size_t i = 0; i < PIECES * PIECES * PIECES; i++) {
        const size_t three[] = {i % PIECES, i / PIECES % PIECES, i / PIECES / PIECES};
        char text[64] = "", expected[64] = "\"";
        struct out out = {0};
        for (size_t n = 0; n < 3; n++) {
            strcat(text, pieces[three[n]]);
            strcat(expected, quoted[three[n]]);
        }
        out_quoted(&out, text, strlen(text));
        out_bytes(&out, "", 1);
        cr_assert_str_eq(out.data, strcat(expected, "\""));
        out_free(&out);
    }
}

/* The places are few; who finds none has memory all the same. */
Test(out, memory_is_borrowed_by_several_at_once)
{
    char *got[8];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 8; i++) {
            size_t bytes = i == 2 ? PAGES_BORROWED + 1 : PAGES_BORROWED;
            got[i] = pages_borrow(bytes, true);
            cr_assert(got[i] && !got[i][0] && !got[i][bytes - 1], "%zu is zeroed, round %d", i, round);
            memset(got[i], (int)i + 1, bytes);
        }
        for (size_t i = 0; i < 8; i++)
            cr_expect(got[i][0] == (char)(i + 1) && got[i][PAGES_BORROWED - 1] == (char)(i + 1), "%zu is its own", i);
        for (size_t i = 0; i < 8; i++)
            pages_return(got[i], i == 2 ? PAGES_BORROWED + 1 : PAGES_BORROWED);
    }
    pages_return(NULL, 0);
}

Test(out, padding_goes_to_a_column)
{
    struct out out = {0};
    out_text(&out, "ab");
    out_pad(&out, 1, 4);
    out_text(&out, "c");
    out_pad(&out, 0, 3);
    expect_text(&out, "ab   c");
}

Test(save, folders_are_created_and_no_temporary_file_stays, .init = enter_folder, .fini = leave_folder)
{
    struct out out = {0};
    struct stat status;
    char used[64];
    out_text(&out, "hello\n");
    cr_expect(out_save(&out, "a/b//c/name.txt", true, used, sizeof used) == 0);
    cr_expect_str_eq(used, "a/b//c/name.txt");
    expect_file("a/b/c/name.txt", "hello\n");
    cr_expect(stat("a/b/c/name.txt", &status) == 0 && (status.st_mode & 0777) == 0644 && status.st_nlink == 1);
    cr_expect(system("test \"$(ls -A a/b/c)\" = name.txt") == 0);
    out_free(&out);
}

Test(save, another_file_is_never_overwritten, .init = enter_folder, .fini = leave_folder)
{
    struct out out = {0};
    char used[64];
    cr_assert(system("echo old >name.txt; echo old >name.1.txt; echo old >plain; ln -s victim link.json") == 0);
    out_text(&out, "new\n");
    cr_expect(out_save(&out, "name.txt", true, used, sizeof used) == 0);
    cr_expect_str_eq(used, "name.2.txt");
    cr_expect(out_save(&out, "plain", true, used, sizeof used) == 0);
    cr_expect_str_eq(used, "plain.1");
    cr_expect(out_save(&out, "link.json", true, used, sizeof used) == 0);
    cr_expect_str_eq(used, "link.1.json");
    cr_expect(access("victim", F_OK) < 0);
    expect_file("name.txt", "old\n");
    expect_file("name.2.txt", "new\n");
    out_free(&out);
}

/* However many there are; and where one of them was removed, some name that nobody has. */
Test(save, the_next_number_is_taken, .init = enter_folder, .fini = leave_folder)
{
    struct out out = {0};
    char used[64], wanted[64];
    out_text(&out, "new\n");
    for (int i = 0; i < 70; i++) {
        cr_expect(out_save(&out, "name.txt", true, used, sizeof used) == 0);
        snprintf(wanted, sizeof wanted, i ? "name.%d.txt" : "name.txt", i);
        cr_expect_str_eq(used, wanted);
    }
    cr_assert(unlink("name.33.txt") == 0);
    for (int i = 0; i < 10; i++)
        cr_expect(out_save(&out, "name.txt", true, used, sizeof used) == 0);
    cr_expect(system("test $(ls | wc -l) -ge 78") == 0);
    out_free(&out);
}

Test(save, ours_is_replaced_where_asked, .init = enter_folder, .fini = leave_folder)
{
    struct out out = {0};
    char used[64];
    cr_assert(system("echo old >name.txt") == 0);
    out_text(&out, "new\n");
    cr_expect(out_save(&out, "name.txt", false, used, sizeof used) == 0);
    cr_expect_str_eq(used, "name.txt");
    expect_file("name.txt", "new\n");
    out_free(&out);
}

Test(save, a_device_is_written_to_not_replaced)
{
    struct out out = {0};
    struct stat status;
    out_text(&out, "x");
    cr_expect(out_save(&out, "/dev/null", false, NULL, 0) == 0);
    cr_expect(out_save(&out, "/dev/null", true, NULL, 0) == 0);
    cr_expect(stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode));
    out_free(&out);
}

Test(save, two_hundred_processes_of_one_name_leave_two_hundred_files, .init = enter_folder, .fini = leave_folder)
{
    for (int i = 0; i < 200; i++)
        if (fork() == 0) {
            struct out out = {0};
            out_text(&out, "x");
            _exit(out_save(&out, "same.txt", true, NULL, 0) != 0);
        }
    int status;
    while (wait(&status) > 0)
        cr_expect(status == 0);
    cr_expect(system("test $(ls -A | wc -l) = 200") == 0);
}

Test(save, a_file_size_limit_is_an_error_not_a_signal, .init = enter_folder, .fini = leave_folder)
{
    struct out out = {0};
    pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){10, 10});
        out_text(&out, "more than ten bytes");
        int result = out_save(&out, "name.txt", true, NULL, 0);
        int error = errno;
        sigset_t pending;
        sigpending(&pending);
        _exit(result == -1 && error == EFBIG && !sigismember(&pending, SIGXFSZ) && access("name.txt", F_OK) < 0 ? 7 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    cr_expect(system("test -z \"$(ls -A)\"") == 0);
}

Test(save, bad_places_fail_with_their_errno, .init = enter_folder, .fini = leave_folder)
{
    struct out out = {0};
    char name[400];
    out_text(&out, "x");
    cr_assert(system("touch file") == 0);
    cr_expect(out_save(&out, "file/x.txt", true, NULL, 0) == -1 && errno == ENOTDIR);
    cr_expect(out_save(&out, "folder/", true, NULL, 0) == -1 && errno == EISDIR);
    cr_expect(out_save(&out, ".", true, NULL, 0) == -1 && errno == EISDIR);
    cr_expect(out_save(&out, "", true, NULL, 0) == -1 && errno == ENOENT);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = 0;
    cr_expect(out_save(&out, name, true, NULL, 0) == -1 && errno == ENAMETOOLONG);
    out_free(&out);
}

Test(print, a_closed_pipe_is_an_error_not_a_signal)
{
    int ends[2];
    struct out out = {0};
    cr_assert(pipe(ends) == 0);
    close(ends[0]);
    out_text(&out, "x");
    cr_expect(out_print(&out, ends[1], -1) == -1 && errno == EPIPE);
    close(ends[1]);
    out_free(&out);
}

Test(print, a_reader_that_reads_nothing_is_given_up, .timeout = 10)
{
    int ends[2];
    struct out out = {0};
    cr_assert(pipe(ends) == 0);
    for (int i = 0; i < 200000; i++)
        out_text(&out, "x");
    cr_expect(out_print(&out, ends[1], 50) == -1 && errno == EAGAIN);
    out_free(&out);
}

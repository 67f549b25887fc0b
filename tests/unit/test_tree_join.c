/* Process trees (tree.c): who makes a ledger, who joins it, and what becomes of limits. */
#include "tree.h"
#include "tree_build.h"

TestSuite(tree_join, .init = begin, .fini = end, .timeout = 60);

/* ---- joining ---- */

/* In a child, because it may end. */
static int enter(const char *value)
{
    ledger = NULL;
    noted->said[0] = noted->joined[0] = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (!pid) {
        if (value)
            setenv("FLOP_TREE", value, 1);
        tree_enter();
        _exit(ledger ? 77 : 78);
    }
    int status;
    cr_assert(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

enum { IN_THE_TREE = 77, BY_ITSELF = 78, ENDED = 2 };

Test(tree_join, the_first_makes_a_ledger_and_hands_down_its_nonce_and_path)
{
    unsetenv("FLOP_TREE");
    ledger = NULL;
    tree_enter();
    cr_assert(noted->made == 1 && noted->opened == 1 && noted->locked == 0);
    cr_expect_str_eq(getenv("FLOP_TREE"), "0000000000000123:/folder/a:b.ledger");
    cr_expect(ledger->members[0] == member_of(getpid()));
    cr_expect_str_eq(noted->said, "");
}

Test(tree_join, that_cannot_be_made_is_counted_by_itself_unless_there_is_a_limit)
{
    noted->can_make = false;
    cr_expect(enter(NULL) == BY_ITSELF && noted->opened == 0);
    cr_expect_str_eq(noted->said, "");
    config.limit_flops = 5;
    cr_expect(enter(NULL) == ENDED);
    cr_expect_str_eq(noted->said, "flopshim: the program is not run without its limit\n");
}

Test(tree_join, is_joined_by_what_inherits_its_variable)
{
    setenv("FLOP_TREE", "fedcba9876543210:/folder/a:b.ledger", 1);
    ledger = NULL;
    tree_enter();
    cr_assert(ledger && noted->made == 0 && noted->opened == 0);
    cr_expect(noted->joined_nonce == 0xfedcba9876543210u && config.convention == 1, "the tree's convention, not its own");
    cr_expect_str_eq(noted->joined, "/folder/a:b.ledger");
    cr_expect(ledger->members[0] == member_of(getpid()));
}

Test(tree_join, whose_variable_is_malformed_is_not_joined)
{
    static const char *const values[] = {"",
                                         "123:/a",
                                         "0000000000000123",
                                         "0000000000000123/a",
                                         "000000000000012g:/a",
                                         "0000000000000123:",
                                         "0000000000000123:a",
                                         "00000000000000123:/a",
                                         " 000000000000123:/a",
                                         "0x00000000000123:/a",
                                         "-000000000000123:/a"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        config.limit_flops = LEDGER_UNLIMITED;
        char expected[200];
        cr_expect(enter(values[i]) == BY_ITSELF && !*noted->joined, "'%s'", values[i]);
        snprintf(expected, sizeof expected,
                 "flopshim: cannot join the tree of FLOP_TREE=%s: its value is not one that flopshim made; this process is "
                 "counted by itself\n",
                 values[i]);
        cr_expect_str_eq(noted->said, expected);
        config.limit_flops = 5;
        cr_expect(enter(values[i]) == ENDED, "'%s'", values[i]);
        cr_expect(strstr(noted->said, "; the program is not run without its limit\n"));
    }
}

Test(tree_join, that_cannot_be_joined_is_named_with_the_reason)
{
    noted->can_join = false;
    cr_expect(enter("0000000000000123:/a") == BY_ITSELF && noted->joined_nonce == 0x123);
    cr_expect_str_eq(noted->said, "flopshim: cannot join the tree of FLOP_TREE=0000000000000123:/a: there is a reason; this "
                                  "process is counted by itself\n");
    config.limit_flops = 0;
    cr_expect(enter("0000000000000123:/a") == ENDED);
}

Test(tree_join, has_one_limit)
{
    const char *tree = "0000000000000123:/a";
    noted->limit = 100;
    cr_expect(enter(tree) == IN_THE_TREE && !*noted->said, "none of its own");
    config.limit_flops = 100;
    cr_expect(enter(tree) == IN_THE_TREE && !*noted->said, "the same");
    config.limit_flops = 99;
    cr_expect(enter(tree) == IN_THE_TREE);
    cr_expect_str_eq(noted->said, "flopshim: FLOP_BUDGET differs from the limit of the tree that this process is part of "
                                  "(FLOP_TREE); the tree's limit holds\n");
    noted->limit = LEDGER_UNLIMITED;
    cr_expect(enter(tree) == ENDED);
    cr_expect_str_eq(noted->said, "flopshim: FLOP_BUDGET differs from the limit of the tree that this process is part of "
                                  "(FLOP_TREE), which has none; the program is not run without its limit\n");
}

/* SQLite, which is opened when it is wanted, so that the program runs without it. Its functions are called as sqlite.name(). */
#pragma once
#include <stdbool.h>
#ifdef FLOPSHIM_SQLITE
#include <sqlite3.h>

#define SQLITE_FUNCTIONS(F) \
    F(open_v2)              \
    F(close)                \
    F(exec)                 \
    F(errmsg)               \
    F(prepare_v2)           \
    F(bind_text)            \
    F(bind_int64)           \
    F(bind_double)          \
    F(step)                 \
    F(reset)                \
    F(clear_bindings)       \
    F(finalize)

#define SQLITE_MEMBER(name) __typeof__(&sqlite3_##name) name; /* NOLINT: a member's name has no parentheses */
extern struct sqlite {
    SQLITE_FUNCTIONS(SQLITE_MEMBER)
} sqlite;
#undef SQLITE_MEMBER
#endif

/* False: there is none. */
bool sqlite_open(void);

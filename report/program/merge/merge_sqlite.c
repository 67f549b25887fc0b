/* A merge as tables. Numbers are exact: SQLite's integers have 64 bits with a sign, so that sums, which may have 128, are text,
 * and so is a process's own number where it is 2^63 or more. Text as the sums' columns are declared is never made a number. */
#include "merge_sqlite.h"
#include "cmd.h"
#include "merge_file.h"
#include "merge_read.h"
#include "sqlite_open.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef FLOPSHIM_SQLITE
#include "cost.h"
#include "signals.h"

/* No journal: the file has its name only when it is whole. */
static const char beginning[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
    "CREATE TABLE totals (merge_schema_version INTEGER, cost_model TEXT, convention TEXT, flop_multiplier TEXT,"
    " processes INTEGER, incomplete_processes INTEGER, missing_ranks TEXT, ranks INTEGER, flop_budget TEXT,"
    " flops_remaining TEXT, flops_used TEXT, calls TEXT, refused_calls TEXT);"
    "CREATE TABLE over_processes (number TEXT, processes INTEGER, min, max, mean REAL, stddev REAL, imbalance REAL,"
    " min_rank INTEGER, min_host TEXT, min_pid INTEGER, max_rank INTEGER, max_host TEXT, max_pid INTEGER);"
    "CREATE TABLE routines (routine TEXT, flop_cost TEXT, calls TEXT, seconds REAL, timed_flops TEXT, accuracy TEXT,"
    " processes INTEGER);"
    "CREATE TABLE namespaces (namespace TEXT, routine TEXT, flop_cost TEXT, calls TEXT, seconds REAL, timed_flops TEXT,"
    " accuracy TEXT, processes INTEGER);"
    "CREATE TABLE shapes (routine TEXT, shape TEXT, flop_cost TEXT, calls TEXT, flop_cost_error TEXT, calls_error TEXT,"
    " processes INTEGER);"
    "CREATE TABLE hosts (host TEXT, processes INTEGER, flops_used TEXT, calls TEXT, refused_calls TEXT, blas_seconds REAL,"
    " incomplete_processes INTEGER);"
    "CREATE TABLE members (member INTEGER PRIMARY KEY, rank INTEGER, host TEXT, pid INTEGER, start TEXT, program TEXT, scope "
    "TEXT,"
    " complete INTEGER, end_reason TEXT, end_status INTEGER, threads INTEGER, flops_used, calls, refused_calls,"
    " wall_seconds REAL, blas_seconds REAL, outside_seconds REAL, uncovered TEXT);"
    "CREATE TABLE operations (member INTEGER REFERENCES members, namespace TEXT, routine TEXT, flop_cost, calls,"
    " seconds REAL, timed_flops, accuracy TEXT);";

/* Rows of one table, column by column. */
struct rows {
    sqlite3 *database;
    sqlite3_stmt *statement;
    int column;
    bool failed;
};

static struct rows rows_of(sqlite3 *database, const char *table, int columns)
{
    struct rows rows = {.database = database};
    char text[256];
    int length = snprintf(text, sizeof text, "INSERT INTO %s VALUES (?", table);
    for (int i = 1; i < columns; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, ",?");
    snprintf(text + length, sizeof text - (size_t)length, ")");
    rows.failed = sqlite.prepare_v2(database, text, -1, &rows.statement, NULL) != SQLITE_OK;
    return rows;
}

static void put_null(struct rows *rows)
{
    rows->column++; /* what is not bound is null */
}

static void put_text(struct rows *rows, const char *text)
{
    rows->failed |= sqlite.bind_text(rows->statement, ++rows->column, text, -1, SQLITE_TRANSIENT) != SQLITE_OK;
}

static void put_real(struct rows *rows, double value)
{
    rows->failed |= sqlite.bind_double(rows->statement, ++rows->column, value) != SQLITE_OK;
}

static void put_sum(struct rows *rows, wide value)
{
    struct out digits = {0};
    merge_put_wide(&digits, value, false);
    out_bytes(&digits, "", 1);
    rows->failed |= digits.failed;
    if (!digits.failed)
        put_text(rows, digits.data);
    out_free(&digits);
}

static void put_number(struct rows *rows, wide value)
{
    if (value > INT64_MAX)
        put_sum(rows, value);
    else
        rows->failed |= sqlite.bind_int64(rows->statement, ++rows->column, (sqlite3_int64)value) != SQLITE_OK;
}

static void put_seconds(struct rows *rows, wide elapsed_ns)
{
    put_real(rows, (double)elapsed_ns / 1e9);
}

static void put_rank(struct rows *rows, int64_t rank)
{
    if (rank == MEMBER_NO_RANK)
        put_null(rows);
    else
        put_number(rows, (uint64_t)rank);
}

static void end_row(struct rows *rows)
{
    rows->failed |= rows->failed || sqlite.step(rows->statement) != SQLITE_DONE;
    sqlite.reset(rows->statement);
    sqlite.clear_bindings(rows->statement);
    rows->column = 0;
}

static bool end_rows(struct rows *rows)
{
    sqlite.finalize(rows->statement);
    return !rows->failed;
}

static void put_job(struct rows *rows, const struct merge_job *job)
{
    struct out remaining = {0};
    if (job->ranks)
        put_number(rows, job->ranks);
    else
        put_null(rows);
    if (!job->has_budget) {
        put_null(rows);
        put_null(rows);
        return;
    }
    put_sum(rows, job->flop_budget);
    merge_put_remaining(job, &remaining, false);
    out_bytes(&remaining, "", 1);
    put_text(rows, remaining.failed ? "" : remaining.data);
    rows->failed |= remaining.failed;
    out_free(&remaining);
}

static bool add_totals(sqlite3 *database, const struct merge_sums *sums)
{
    const struct members *m = sums->members;
    struct rows rows = rows_of(database, "totals", 13);
    struct out missing = {0};
    merge_put_missing(sums, &missing);
    out_bytes(&missing, "", 1);
    put_number(&rows, MERGE_SCHEMA);
    put_text(&rows, m->cost_model);
    put_text(&rows, m->convention);
    put_text(&rows, m->multiplier);
    put_number(&rows, m->count);
    put_number(&rows, sums->incomplete);
    put_text(&rows, missing.failed ? "" : missing.data);
    put_job(&rows, &sums->job);
    put_sum(&rows, sums->spreads[MERGE_FLOPS].sum);
    put_sum(&rows, sums->spreads[MERGE_CALLS].sum);
    put_sum(&rows, sums->refused_calls);
    rows.failed |= missing.failed;
    end_row(&rows);
    out_free(&missing);
    return end_rows(&rows);
}

static void put_whose(struct rows *rows, const struct member *member)
{
    put_rank(rows, member->rank);
    put_text(rows, member->host);
    put_number(rows, member->pid);
}

static bool add_spreads(sqlite3 *database, const struct merge_sums *sums)
{
    static const char *const names[MERGE_NUMBERS] = {"flops_used", "calls", "blas_ns", "outside_ns", "wall_ns"};
    struct rows rows = rows_of(database, "over_processes", 13);
    for (int number = 0; number < MERGE_NUMBERS; number++) {
        const struct merge_spread *spread = &sums->spreads[number];
        double mean = (double)spread->sum / (double)spread->members;
        if (!spread->members)
            continue;
        put_text(&rows, names[number]);
        put_number(&rows, spread->members);
        put_number(&rows, spread->min);
        put_number(&rows, spread->max);
        put_real(&rows, mean);
        put_real(&rows, spread->deviation);
        if (spread->sum)
            put_real(&rows, (double)spread->max / mean);
        else
            put_null(&rows);
        put_whose(&rows, spread->min_at);
        put_whose(&rows, spread->max_at);
        end_row(&rows);
    }
    return end_rows(&rows);
}

static bool add_sums(sqlite3 *database, const char *table, const struct merge_row *list, size_t count, bool by_namespace)
{
    struct rows rows = rows_of(database, table, by_namespace ? 8 : 7);
    for (size_t i = 0; i < count && !rows.failed; i++) {
        if (by_namespace)
            put_text(&rows, list[i].name_space);
        put_text(&rows, list[i].routine);
        put_sum(&rows, list[i].flop_cost);
        put_sum(&rows, list[i].calls);
        put_seconds(&rows, list[i].elapsed_ns);
        put_sum(&rows, list[i].timed_flops);
        put_text(&rows, cost_class_name((enum cost_class)list[i].accuracy));
        put_number(&rows, list[i].members);
        end_row(&rows);
    }
    return end_rows(&rows);
}

static bool add_shapes(sqlite3 *database, const struct merge_sums *sums)
{
    struct rows rows = rows_of(database, "shapes", 7);
    for (size_t i = 0; i < sums->shape_count && !rows.failed; i++) {
        const struct merge_shape *shape = &sums->shapes[i];
        put_text(&rows, shape->routine);
        if (shape->shape)
            put_text(&rows, shape->shape);
        else
            put_null(&rows);
        put_sum(&rows, shape->flop_cost);
        put_sum(&rows, shape->calls);
        put_sum(&rows, shape->error_flops);
        put_sum(&rows, shape->error_calls);
        put_number(&rows, shape->members);
        end_row(&rows);
    }
    return end_rows(&rows);
}

static bool add_hosts(sqlite3 *database, const struct merge_sums *sums)
{
    struct rows rows = rows_of(database, "hosts", 7);
    for (size_t i = 0; i < sums->host_count && !rows.failed; i++) {
        put_text(&rows, sums->hosts[i].host);
        put_number(&rows, sums->hosts[i].members);
        put_sum(&rows, sums->hosts[i].flops_used);
        put_sum(&rows, sums->hosts[i].calls);
        put_sum(&rows, sums->hosts[i].refused_calls);
        put_seconds(&rows, sums->hosts[i].blas_ns);
        put_number(&rows, sums->hosts[i].incomplete);
        end_row(&rows);
    }
    return end_rows(&rows);
}

static void put_member(struct rows *rows, const struct member *member, size_t number)
{
    struct out start = {0};
    uint64_t outside_ns;
    merge_put_start(&start, member->start_us);
    out_bytes(&start, "", 1);
    put_number(rows, number);
    put_rank(rows, member->rank);
    put_text(rows, member->host);
    put_number(rows, member->pid);
    put_text(rows, start.failed ? "" : start.data);
    put_text(rows, member->program);
    put_text(rows, member->is_tree ? "tree" : "process");
    put_number(rows, member->complete);
    put_text(rows, member->end_reason);
    put_number(rows, member->end_status);
    put_number(rows, member->threads);
    put_number(rows, member->flops_used);
    put_number(rows, member->calls);
    put_number(rows, member->refused_calls);
    put_seconds(rows, member->wall_ns);
    put_seconds(rows, member->blas_ns);
    if (member_outside(member, &outside_ns))
        put_seconds(rows, outside_ns);
    else
        put_null(rows);
    put_text(rows, member->uncovered);
    rows->failed |= start.failed;
    end_row(rows);
    out_free(&start);
}

static bool add_members(sqlite3 *database, const struct members *m)
{
    struct rows rows = rows_of(database, "members", 18);
    for (size_t i = 0; i < m->count && !rows.failed; i++)
        put_member(&rows, &m->list[i], i + 1);
    return end_rows(&rows);
}

static bool add_operations(sqlite3 *database, const struct members *m)
{
    struct rows rows = rows_of(database, "operations", 8);
    for (size_t i = 0; i < m->count; i++)
        for (size_t j = 0; j < m->list[i].use_count && !rows.failed; j++) {
            const struct member_use *use = &m->list[i].uses[j];
            put_number(&rows, i + 1);
            put_text(&rows, use->name_space);
            put_text(&rows, use->routine);
            put_number(&rows, use->flop_cost);
            put_number(&rows, use->calls);
            put_seconds(&rows, use->elapsed_ns);
            put_number(&rows, use->timed_flops);
            put_text(&rows, cost_class_name((enum cost_class)use->accuracy));
            end_row(&rows);
        }
    return end_rows(&rows);
}

/* The message of what failed goes to `why`. */
static bool fill(const struct merge_sums *sums, const char *path, char *why, size_t size)
{
    sqlite3 *database = NULL;
    bool good = sqlite.open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    good = good && sqlite.exec(database, beginning, NULL, NULL, NULL) == SQLITE_OK;
    good = good && add_totals(database, sums) && add_spreads(database, sums);
    good = good && add_sums(database, "routines", sums->routines, sums->routine_count, false);
    good = good && add_sums(database, "namespaces", sums->namespaces, sums->namespace_count, true);
    good = good && add_shapes(database, sums) && add_hosts(database, sums);
    good = good && add_members(database, sums->members) && add_operations(database, sums->members);
    good = good && sqlite.exec(database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    snprintf(why, size, "%s", good ? "" : database ? sqlite.errmsg(database) : "out of memory");
    return sqlite.close(database) == SQLITE_OK && good;
}

int merge_sqlite(const struct merge_sums *sums, const char *output)
{
    char temporary[PATH_MAX], why[256] = "";
    struct held_signals held;
    if (!sqlite_open()) {
        fputs("flopshim merge: --format sqlite needs SQLite's library, libsqlite3.so.0, which is not there (Debian's "
              "libsqlite3-0)\n",
              stderr);
        return STATUS_FAILED;
    }
    if (merge_file_temporary(output, temporary) < 0) {
        fprintf(stderr, "flopshim merge: cannot write to %s: %s\n", output, strerror(errno));
        return STATUS_FAILED;
    }
    signals_hold(&held);
    bool good = fill(sums, temporary, why, sizeof why);
    signals_release(&held);
    if (good && rename(temporary, output) == 0)
        return 0;
    fprintf(stderr, "flopshim merge: cannot write to %s: %s\n", output, good ? strerror(errno) : why);
    unlink(temporary);
    return STATUS_FAILED;
}
#else
int merge_sqlite(const struct merge_sums *sums, const char *output)
{
    (void)sums;
    fprintf(stderr, "flopshim merge: cannot write %s: this flopshim was built without SQLite's headers\n", output);
    return STATUS_FAILED;
}
#endif

/* Findings as a list, as text and as JSON. */
#include "findings.h"
#include "json_put.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const level_names[] = {"ok", "note", "missed", "broken"};

enum { CHECK_COLUMN = 10, WHAT_COLUMN = 27 };

void finding_add(struct findings *findings, enum finding_level level, const char *check, const char *remedy, const char *format,
                 ...)
{
    va_list arguments;
    char *what;
    va_start(arguments, format);
    int length = vasprintf(&what, format, arguments);
    va_end(arguments);
    for (size_t i = 0; length >= 0 && i < findings->count; i++)
        if (!strcmp(findings->list[i].check, check) && !strcmp(findings->list[i].what, what)) {
            free(what);
            return;
        }
    struct finding *more = length < 0 ? NULL : realloc(findings->list, (findings->count + 1) * sizeof *more);
    if (!more) {
        findings->failed = true;
        if (length >= 0)
            free(what);
        return;
    }
    findings->list = more;
    findings->list[findings->count++] = (struct finding){level, check, what, remedy};
}

bool findings_have(const struct findings *findings, const char *check)
{
    for (size_t i = 0; i < findings->count; i++)
        if (!strcmp(findings->list[i].check, check))
            return true;
    return false;
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->list[i].what);
    free(findings->list);
    *findings = (struct findings){0};
}

static size_t count_bad(const struct findings *findings)
{
    size_t bad = 0;
    for (size_t i = 0; i < findings->count; i++)
        bad += findings->list[i].level >= FINDING_MISSED;
    return bad;
}

bool findings_are_bad(const struct findings *subjects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (count_bad(&subjects[i]))
            return true;
    return false;
}

/* ---- text ---- */

/* A name from a file, which may hold what a terminal would obey. */
static void put_shown(struct out *out, const char *text)
{
    for (; *text; text++)
        out_bytes(out, (unsigned char)*text < ' ' || *text == 0x7f ? "?" : text, 1);
}

static void put_level(struct out *out, enum finding_level level, bool colored)
{
    static const char *const colors[] = {"\033[32m", "\033[36m", "\033[33m", "\033[31m"};
    size_t start = out->length;
    out_text(out, "  ");
    out_text(out, level_names[level]);
    size_t shown = out->length - start;
    if (colored) {
        out->length = start;
        out_text(out, "  ");
        out_text(out, colors[level]);
        out_text(out, level_names[level]);
        out_text(out, "\033[0m");
    }
    while (shown++ < CHECK_COLUMN)
        out_text(out, " ");
}

static void put_finding(struct out *out, const struct finding *finding, bool colored)
{
    put_level(out, finding->level, colored);
    size_t column = out->length - CHECK_COLUMN;
    out_text(out, finding->check);
    out_pad(out, column, WHAT_COLUMN);
    put_shown(out, finding->what);
    out_text(out, "\n");
    if (!finding->remedy || finding->level == FINDING_OK)
        return;
    out_pad(out, out->length, WHAT_COLUMN);
    out_text(out, "-> ");
    out_text(out, finding->remedy);
    out_text(out, "\n");
}

static void put_subject(struct out *out, const struct findings *findings, bool all, bool colored)
{
    if (!all && !count_bad(findings))
        return;
    put_shown(out, findings->subject ? findings->subject : "This machine");
    out_text(out, "\n");
    for (size_t i = 0; i < findings->count; i++)
        if (all || findings->list[i].level >= FINDING_MISSED)
            put_finding(out, &findings->list[i], colored);
    out_text(out, "\n");
}

void findings_text(const struct findings *subjects, size_t count, bool colored, struct out *out)
{
    size_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        put_subject(out, &subjects[i], i > 0 || count == 1, colored);
        bad += count_bad(&subjects[i]);
    }
    if (!bad) {
        out_text(out, count == 1 ? "Counting would work here.\n" : "What is known before a run would be counted.\n");
        return;
    }
    out_number(out, bad);
    out_text(out, bad == 1 ? " finding: not everything would be counted.\n" : " findings: not everything would be counted.\n");
}

/* ---- JSON ---- */

static void put_findings(struct json *json, const struct findings *findings)
{
    json_open(json, "findings", "[");
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        json_item(json);
        json_open(json, NULL, "{");
        json_text(json, "level", level_names[finding->level]);
        json_text(json, "check", finding->check);
        json_text(json, "what", finding->what);
        if (finding->remedy)
            json_text(json, "remedy", finding->remedy);
        json_close(json, "}");
    }
    json_close(json, "]");
}

void findings_json(const struct findings *subjects, size_t count, struct out *out)
{
    struct json json = {.out = out};
    json_open(&json, NULL, "{");
    json_number(&json, "doctor_schema_version", 1);
    json_text(&json, "flopshim_version", FLOPSHIM_VERSION);
    json_bool(&json, "all_counted", !findings_are_bad(subjects, count));
    json_open(&json, "machine", "{");
    put_findings(&json, &subjects[0]);
    json_close(&json, "}");
    json_open(&json, "programs", "[");
    for (size_t i = 1; i < count; i++) {
        json_item(&json);
        json_open(&json, NULL, "{");
        json_text(&json, "program", subjects[i].subject);
        put_findings(&json, &subjects[i]);
        json_close(&json, "}");
    }
    json_close(&json, "]");
    json_close(&json, "}");
    out_text(out, "\n");
}

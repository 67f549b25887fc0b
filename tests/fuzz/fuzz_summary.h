/* What must hold of every summary, whatever it was read from: each format can be written; the JSON is valid, has no key
 * twice, and reads back to the same JSON, text and CSV; the sums add up. */
#pragma once
#include "cost.h"
#include "csv.h"
#include "fuzz.h"
#include "json.h"
#include "json_read.h"
#include "summary.h"
#include "text.h"
#include <jansson.h>

static inline bool fuzz_read_json(const char *data, size_t length, struct summary *summary)
{
    char message[512] = "";
    int result = summary_from_json(data, length, "fuzz", summary, message, sizeof message);
    if (result == 0)
        return true;
    REQUIRE(result == -1 && !strncmp(message, "fuzz: ", 6), "%d: %s", result, message);
    for (const char *c = message; *c; c++)
        REQUIRE((unsigned char)*c >= 0x20 && *c != 0x7f, "control character in: %s", message);
    return false;
}

static inline void fuzz_write(const struct summary *summary, struct out *json, struct out *others)
{
    summary_json(summary, json);
    summary_text(summary, summary_label(summary), others);
    summary_csv(summary, others);
    REQUIRE(!json->failed && !others->failed, "out of memory");
}

static inline void fuzz_check_sums(const struct summary *summary)
{
    wide used = 0;
    for (size_t i = 0; i < summary->operation_count; i++)
        used = wide_sum(used, summary->operations[i].flop_cost);
    REQUIRE(used <= summary->flops_used, "%lu are used, operations have %lu", wide_narrow(summary->flops_used),
            wide_narrow(used));
    for (size_t i = 0; i < summary->namespace_count; i++) {
        const struct summary_namespace *ns = &summary->namespaces[i];
        REQUIRE(ns->total.flops_used >= ns->self.flops_used && ns->total.calls >= ns->self.calls, "%s: total below self",
                ns->name);
    }
}

static inline void fuzz_same(const struct out *a, const struct out *b)
{
    REQUIRE(a->length == b->length && !memcmp(a->data, b->data, a->length), "%.*s\n--- reads back as\n%.*s", (int)a->length,
            a->data, (int)b->length, b->data);
}

static inline json_t *fuzz_parse(const struct out *json)
{
    json_error_t error;
    json_t *root = json_loadb(json->data, json->length, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    REQUIRE(root, "%s: %.*s", error.text, (int)json->length, json->data);
    return root;
}

/* Bytes that are no UTF-8 come back as characters: then the values are the same, not the bytes. */
static inline void fuzz_check_summary(const struct summary *summary)
{
    struct out json = {0}, others = {0}, json_again = {0}, others_again = {0};
    struct summary again;
    fuzz_check_sums(summary);
    fuzz_write(summary, &json, &others);
    json_t *root = fuzz_parse(&json);
    REQUIRE(fuzz_read_json(json.data, json.length, &again), "what was written is refused: %.*s", (int)json.length, json.data);
    fuzz_write(&again, &json_again, &others_again);
    json_t *root_again = fuzz_parse(&json_again);
    REQUIRE(json_equal(root, root_again), "%.*s", (int)json.length, json.data);
    if (!memmem(json.data, json.length, "\\u00", 4)) {
        fuzz_same(&json, &json_again);
        fuzz_same(&others, &others_again);
    }
    json_decref(root);
    json_decref(root_again);
    summary_free(&again);
    out_free(&json);
    out_free(&others);
    out_free(&json_again);
    out_free(&others_again);
}

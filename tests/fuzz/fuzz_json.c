/* The JSON summary: any bytes. What is refused is refused with one line that names the file; what is accepted, written
 * again and read again, is the same to the byte in every format. */
#include "fuzz.h"
#include "fuzz_summary.h"
#include "json.h"

/* Sums of the rest, and what is read only where something else says so. */
static bool is_derived(const char *key)
{
    static const char *const derived[] = {"flops_remaining", "accuracy", "blas_seconds", "outside_seconds", "by_precision",
                                          "reason",          "nested",   "last",         "schema_version"};
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++)
        if (!strcmp(key, derived[i]))
            return true;
    return false;
}

/* No number and no time was taken for another: what is read is what is written. */
static void check_taken(const char *key, const json_t *read, const json_t *written)
{
    const char *inner;
    json_t *value;
    double a = json_number_value(read), b = json_number_value(written);
    if (json_is_object(read) && json_is_object(written))
        json_object_foreach((json_t *)(uintptr_t)read, inner, value)
        {
            const json_t *other = json_object_get(written, inner);
            if (other && !is_derived(inner))
                check_taken(inner, value, other);
        }
    if (json_is_number(read) && json_is_number(written))
        REQUIRE(a - b <= 1e-14 * a + 1e-9 && b - a <= 1e-14 * a + 1e-9, "%s: %.17g was taken for %.17g", key, a, b);
    if (!strcmp(key, "start") && json_string_length(read) && json_is_string(written))
        REQUIRE(!strncmp(json_string_value(read), json_string_value(written), 19), "%s was taken for %s",
                json_string_value(read), json_string_value(written));
}

/* Version 1 counted scopes in these, where there was a budget. */
static void drop_changed(json_t *root)
{
    const char *name;
    json_t *value;
    if (json_number_value(json_object_get(root, "schema_version")) > 1)
        return;
    json_object_foreach(json_object_get(root, "by_namespace"), name, value)
    {
        json_object_del(value, "flops_used");
        json_object_del(value, "calls");
    }
}

static void check_input(const char *data, size_t size, const struct summary *summary)
{
    struct out json = {0};
    json_error_t error;
    json_t *read = json_loadb(data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    REQUIRE(read, "accepted, though %s", error.text);
    summary_json(summary, &json);
    json_t *written = fuzz_parse(&json);
    drop_changed(read);
    check_taken("", read, written);
    json_decref(read);
    json_decref(written);
    out_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct summary summary;
    char *text = malloc(size ? size : 1); /* not terminated: a read behind it is seen */
    memcpy(text, data, size);
    if (fuzz_read_json(text, size, &summary)) {
        check_input(text, size, &summary);
        fuzz_check_summary(&summary);
        summary_free(&summary);
    }
    free(text);
    return 0;
}

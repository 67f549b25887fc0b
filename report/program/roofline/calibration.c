/* The file of a calibration (calibration.h). */
#include "calibration.h"
#include "out_save.h"
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 1, JSON_BYTES = 8 * CALIBRATION_TEXT };

bool calibration_path(const char *host, char *path, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    bool has_cache = cache && *cache == '/', has_home = home && *home == '/';
    if ((!has_cache && !has_home) || !*host || strchr(host, '/'))
        return false;
    int length = snprintf(path, size, "%s%s/flopshim/%s.json", has_cache ? cache : home, has_cache ? "" : "/.cache", host);
    return length > 0 && (size_t)length < size;
}

void calibration_json(const struct calibration *c, char *text, size_t size)
{
    json_t *json = json_pack("{s:i, s:s, s:s, s:i, s:s, s:f, s:f, s:f, s:s}", "schema_version", SCHEMA, "host", c->host,
                             "processor", c->processor, "processors", (int)c->processors, "library", c->library, "dgemm_gflops",
                             c->dgemm_gflops, "sgemm_gflops", c->sgemm_gflops, "bandwidth_gbytes", c->bandwidth_gbytes,
                             "measured", c->measured);
    char *dumped = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
    snprintf(text, size, "%s\n", dumped ? dumped : "{}");
    free(dumped);
    json_decref(json);
}

int calibration_save(const struct calibration *calibration, const char *path)
{
    char text[JSON_BYTES];
    struct out out = {0};
    calibration_json(calibration, text, sizeof text);
    out_text(&out, text);
    int result = out_save(&out, path, false, NULL, 0);
    int saved = errno;
    out_free(&out);
    errno = saved;
    return result;
}

static bool take_text(const json_t *json, const char *key, char to[CALIBRATION_TEXT])
{
    const char *text = json_string_value(json_object_get(json, key));
    if (!text || strlen(text) >= CALIBRATION_TEXT)
        return false;
    strcpy(to, text);
    return true;
}

static bool take_rate(const json_t *json, const char *key, double *to)
{
    const json_t *value = json_object_get(json, key);
    *to = json_number_value(value);
    return json_is_number(value) && isfinite(*to) && *to > 0;
}

bool calibration_load(const char *host, struct calibration *c)
{
    char path[PATH_MAX];
    json_error_t error;
    if (!calibration_path(host, path, sizeof path))
        return false;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    json_t *json = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    *c = (struct calibration){0};
    bool good = take_text(json, "host", c->host) && take_text(json, "processor", c->processor) &&
                take_text(json, "library", c->library) && take_rate(json, "dgemm_gflops", &c->dgemm_gflops) &&
                take_rate(json, "sgemm_gflops", &c->sgemm_gflops) &&
                take_rate(json, "bandwidth_gbytes", &c->bandwidth_gbytes) &&
                json_integer_value(json_object_get(json, "schema_version")) == SCHEMA;
    c->processors = (uint32_t)json_integer_value(json_object_get(json, "processors"));
    if (good)
        snprintf(c->measured, sizeof c->measured, "%s", json_string_value(json_object_get(json, "measured")) ?: "");
    else
        fprintf(stderr, "flopshim: %s is no calibration; `flopshim calibrate` makes one\n", path);
    json_decref(json);
    return good;
}

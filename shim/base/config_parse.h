/* Parsers of configuration values. Pure functions; each returns true and sets its result, or returns false and leaves it. */
#pragma once
#include "multiplier.h"
#include "wide.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A whole number of FLOPs, 1 to 10^36: digits with single underscores between them, a fraction, an exponent, one of
 * k K M G T P E Z Y (powers of ten). */
bool config_parse_flops(const char *text, wide *flops);
/* A decimal number > 0 as multiplier.h has it, with the text that it is shown as. The floating-point environment is kept. */
bool config_parse_multiplier(const char *text, char shown[MULTIPLIER_BYTES], double *multiplier);
/* Wall time of at most 18 digits with a unit: 30s, 1.5m, 2h, 500ms; from 1 to 2^63-1 ns. */
bool config_parse_time(const char *text, uint64_t *ns);
bool config_parse_int(const char *text, int low, int high, int *value);
/* SIGXCPU, XCPU or a number. */
bool config_parse_signal(const char *text, int *signal);
/* Output templates: at least one, every % is followed by one of p h e r j t %, and an extension, where there is one, is
 * that of a format: .txt, .json, .csv. */
bool config_is_template(const char *text);
/* Does the name of a summary's file, of `length` bytes, have an extension that no format has? */
bool config_has_unknown_extension(const char *name, size_t length);
/* What FLOP_TREE hands down: a nonce of 16 hexadecimal digits, a colon, an absolute path (a part of text). */
bool config_parse_tree(const char *text, uint64_t *nonce, const char **path);

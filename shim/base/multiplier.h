/* The multiplier as text. It is kept as it was given, and only its digits are looked at: no floating-point instruction, so that
 * a summary can be written in a signal handler, and no other number is shown than the one that was asked for. */
#pragma once
#include <stdbool.h>

#define MULTIPLIER_BYTES 64
#define MULTIPLIER_GIVEN_MAX 62 /* characters that a user may give: shown, .5 takes one more */

/* Write a decimal number as JSON has them, of `text` with optional fraction and exponent: no zeros before the first digit, one
 * before the point (.5), no point without a fraction (5.); what is exactly one becomes 1. False, with `shown` as it was: it is
 * no such number, is not from 1e-307 to below 1e308 (no double nearby is 0, subnormal or infinite), or does not fit. */
bool multiplier_text(const char *text, char shown[MULTIPLIER_BYTES]);

/* Is it what multiplier_text() writes? text: of MULTIPLIER_BYTES, terminated. */
bool multiplier_is_sound(const char *text);

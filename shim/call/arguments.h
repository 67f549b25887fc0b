/* What a call's arguments say to a price: option letters and scalars. Any thread; they are only read. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Option letters: of a Fortran character, and of a CBLAS enum. 0 where there is none such. */
static inline int64_t call_letter(const void *text, int64_t i)
{
    return ((const char *)text)[i] & 0xdf;
}
int64_t call_letter_cblas(int value);
/* Is ld a leading dimension of columns (or rows) of this length? */
static inline bool call_leads(int64_t ld, int64_t length)
{
    return ld >= 1 && ld >= length;
}
static inline int64_t call_letter_value(intptr_t letter)
{
    return letter & 0xdf;
}

/* Scalars that a count depends on: 0, 1, or 2 for any other value; rotm's flag: -2, -1, 0, 1. By bit pattern. */
int64_t call_scalar_float(const void *value);
int64_t call_scalar_double(const void *value);
int64_t call_scalar_float_complex(const void *value);
int64_t call_scalar_double_complex(const void *value);
int64_t call_flag_float(const void *param);
int64_t call_flag_double(const void *param);

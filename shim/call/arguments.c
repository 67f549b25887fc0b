/* Option letters and scalars (arguments.h). */
#include "arguments.h"
#include <string.h>

int64_t call_letter_cblas(int value)
{
    switch (value) {
    case 101: return 'R';
    case 102: return 'C';
    case 111: return 'N';
    case 112: return 'T';
    case 113: return 'C';
    case 114: return 'N';
    case 121: return 'U';
    case 122: return 'L';
    case 131: return 'N';
    case 132: return 'U';
    case 141: return 'L';
    case 142: return 'R';
    default: return 0;
    }
}

int64_t call_scalar_float(const void *value)
{
    uint32_t bits;
    memcpy(&bits, value, sizeof bits);
    return bits << 1 == 0 ? 0 : bits == 0x3f800000 ? 1 : 2;
}

int64_t call_scalar_double(const void *value)
{
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    return bits << 1 == 0 ? 0 : bits == 0x3ff0000000000000 ? 1 : 2;
}

int64_t call_scalar_float_complex(const void *value)
{
    int64_t imaginary = call_scalar_float((const float *)value + 1);
    return imaginary ? 2 : call_scalar_float(value);
}

int64_t call_scalar_double_complex(const void *value)
{
    int64_t imaginary = call_scalar_double((const double *)value + 1);
    return imaginary ? 2 : call_scalar_double(value);
}

/* rotm's flag is a real number: -2, -1, 0 or 1; any other means 1 to the reference. */
int64_t call_flag_float(const void *param)
{
    uint32_t bits;
    memcpy(&bits, param, sizeof bits);
    return bits == 0xc0000000 ? -2 : bits == 0xbf800000 ? -1 : bits << 1 == 0 ? 0 : 1;
}

int64_t call_flag_double(const void *param)
{
    uint64_t bits;
    memcpy(&bits, param, sizeof bits);
    return bits == 0xc000000000000000 ? -2 : bits == 0xbff0000000000000 ? -1 : bits << 1 == 0 ? 0 : 1;
}

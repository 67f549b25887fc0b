/* printf into a buffer (out_format.h). */
#include "out_format.h"
#include <stdarg.h>
#include <stdio.h>

void out_format(struct out *out, const char *format, ...)
{
    char buffer[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    out_text(out, buffer);
}

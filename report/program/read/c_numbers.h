/* glibc 2.38's headers rename these functions, for C23's binary numbers. Included where one is used, this asks for what they
 * were before, so that a program that is built there starts with earlier C libraries as well. */
#pragma once

__asm__(".symver __isoc23_fscanf, __isoc99_fscanf@GLIBC_2.7\n"
        ".symver __isoc23_sscanf, __isoc99_sscanf@GLIBC_2.7\n"
        ".symver __isoc23_strtol, strtol@GLIBC_2.2.5\n"
        ".symver __isoc23_strtoull, strtoull@GLIBC_2.2.5\n");

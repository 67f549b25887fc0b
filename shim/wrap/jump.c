/* Wrappers of longjmp: a call that is jumped out of has no end. */
#include "charge.h"
#include "next.h"
#include <setjmp.h>
#include <stdint.h>

typedef void jump_function(jmp_buf, int);

static jump_function *next_longjmp, *next_siglongjmp, *next__longjmp, *next_longjmp_chk;

__attribute__((constructor(101))) static void find_all(void)
{
    find_next(&next_longjmp, "longjmp");
    find_next(&next_siglongjmp, "siglongjmp");
    find_next(&next__longjmp, "_longjmp");
    find_next(&next_longjmp_chk, "__longjmp_chk");
}

/* The stack pointer in glibc's x86-64 jump buffer is entry 6, rotated by 17 and mixed with the thread's guard. */
static uintptr_t stack_of(const jmp_buf buffer)
{
    uintptr_t sp = (uintptr_t)buffer[0].__jmpbuf[6];
    __asm__("rorq $17, %0\nxorq %%fs:0x30, %0" : "+r"(sp));
    return sp;
}

static _Noreturn void jump(jump_function **next, const char *name, jmp_buf buffer, int value)
{
    find_next(next, name);
    call_abandon(stack_of(buffer));
    (*next)(buffer, value);
    __builtin_unreachable();
}

EXPORTED _Noreturn void longjmp(jmp_buf buffer, int value)
{
    jump(&next_longjmp, "longjmp", buffer, value);
}

EXPORTED _Noreturn void _longjmp(jmp_buf buffer, int value)
{
    jump(&next__longjmp, "_longjmp", buffer, value);
}

EXPORTED _Noreturn void siglongjmp(jmp_buf buffer, int value)
{
    jump(&next_siglongjmp, "siglongjmp", buffer, value);
}

_Noreturn void __longjmp_chk(jmp_buf buffer, int value);
EXPORTED _Noreturn void __longjmp_chk(jmp_buf buffer, int value)
{
    jump(&next_longjmp_chk, "__longjmp_chk", buffer, value);
}

/* many_callers: 10^5 places that call ddot_, once each, on a BLAS that does nothing; and one that does it 20,000 times. */
double ddot_(const int *, const double *, const int *, const double *, const int *);
void everywhere(const int *n, const double *x, const int *step);

__asm__(".text\n"
        ".type everywhere, @function\n"
        "everywhere:\n\t"
        "push %rbx\n\tpush %r12\n\tpush %r13\n\t"
        "mov %rdi, %rbx\n\tmov %rsi, %r12\n\tmov %rdx, %r13\n\t"
        ".rept 100000\n\t"
        "mov %rbx, %rdi\n\tmov %r12, %rsi\n\tmov %r13, %rdx\n\tmov %r12, %rcx\n\tmov %r13, %r8\n\t"
        "call ddot_@PLT\n\t"
        ".endr\n\t"
        "pop %r13\n\tpop %r12\n\tpop %rbx\n\tret\n"
        ".size everywhere, . - everywhere\n"
        ".section .note.GNU-stack, \"\", @progbits\n"
        ".text\n");

static __attribute__((noinline)) void often(const int *n, const double *x, const int *step)
{
    for (int i = 0; i < 10000; i++)
        (void)ddot_(n, x, step, x, step);
}

int main(void)
{
    const int n = 3, step = 1;
    const double x[3] = {1, 2, 3};
    often(&n, x, &step);
    everywhere(&n, x, &step);
    often(&n, x, &step);
    return 0;
}

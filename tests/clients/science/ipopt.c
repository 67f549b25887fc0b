/* Ipopt on a problem of four variables: its linear algebra is MUMPS's. */
#include <IpStdCInterface.h>
#include <stdio.h>

enum { N = 4 };

static Bool objective(Index n, Number *x, Bool is_new, Number *value, UserDataPtr data)
{
    (void)is_new, (void)data;
    *value = 0;
    for (Index i = 0; i < n; i++)
        *value += (x[i] - i) * (x[i] - i);
    return TRUE;
}

static Bool gradient(Index n, Number *x, Bool is_new, Number *to, UserDataPtr data)
{
    (void)is_new, (void)data;
    for (Index i = 0; i < n; i++)
        to[i] = 2 * (x[i] - i);
    return TRUE;
}

static Bool sum(Index n, Number *x, Bool is_new, Index m, Number *to, UserDataPtr data)
{
    (void)is_new, (void)m, (void)data;
    *to = 0;
    for (Index i = 0; i < n; i++)
        *to += x[i];
    return TRUE;
}

static Bool jacobian(Index n, Number *x, Bool is_new, Index m, Index entries, Index *row, Index *column, Number *to,
                     UserDataPtr data)
{
    (void)x, (void)is_new, (void)m, (void)entries, (void)data;
    for (Index i = 0; i < n; i++) {
        if (to)
            to[i] = 1;
        else
            row[i] = 0, column[i] = i;
    }
    return TRUE;
}

static Bool hessian(Index n, Number *x, Bool is_new, Number factor, Index m, Number *lambda, Bool is_new_lambda, Index entries,
                    Index *row, Index *column, Number *to, UserDataPtr data)
{
    (void)x, (void)is_new, (void)m, (void)lambda, (void)is_new_lambda, (void)entries, (void)data;
    for (Index i = 0; i < n; i++) {
        if (to)
            to[i] = 2 * factor;
        else
            row[i] = column[i] = i;
    }
    return TRUE;
}

int main(void)
{
    Number low[N] = {0}, high[N] = {9, 9, 9, 9}, x[N] = {1, 1, 1, 1}, at_least = 8, at_most = 2e19, value;
    IpoptProblem problem = CreateIpoptProblem(N, low, high, 1, &at_least, &at_most, N, N, 0, objective, sum, gradient, jacobian,
                                              hessian);
    AddIpoptIntOption(problem, "print_level", 0);
    AddIpoptStrOption(problem, "sb", "yes");
    int status = IpoptSolve(problem, x, NULL, &value, NULL, NULL, NULL, NULL);
    printf("%d %.6f\n", status, value);
    FreeIpoptProblem(problem);
    return 0;
}

/* The words of a card hold products and sums of the routine's own field: here they become FLOPs. */
#include "formula_text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Where what stands before `place`, or behind it, in the same brackets begins, or ends. */
static char *left_of(char *start, char *place)
{
    int depth = 0;
    for (; place > start; place--) {
        depth += (place[-1] == ')') - (place[-1] == '(');
        if (depth < 0 || (depth == 0 && place - start >= 6 && !strncmp(place - 6, " else ", 6)))
            break;
    }
    return place;
}

static char *right_of(char *place)
{
    int depth = 0;
    for (; *place; place++) {
        depth += (*place == '(') - (*place == ')');
        if (depth < 0 || (depth == 0 && *place == ','))
            break;
    }
    return place;
}

/* `A if w == 4 else B` becomes the one that is of the field. */
static void choose(char *text, bool complex_field)
{
    static const char question[] = " if w == 4 else ";
    for (char *found; (found = strstr(text, question));) {
        char *const first = left_of(text, found), *const second = found + sizeof question - 1, *const end = right_of(second);
        if (complex_field)
            memmove(found, end, strlen(end) + 1);
        else
            memmove(first, second, strlen(second) + 1);
    }
}

/* The formula with the weight of the field in place of w. */
static void write_total(char *out, size_t size, const char *whole, bool complex_field)
{
    char formula[1024];
    size_t used = 0;
    snprintf(formula, sizeof formula, "%s", whole + strspn(whole, "= "));
    choose(formula, complex_field);
    for (const char *c = formula; *c && used + 2 < size; c++) {
        const bool word = isalnum((unsigned char)c[1]) || c[1] == '_' || c[1] == '(';
        const bool inside = c > formula && (isalnum((unsigned char)c[-1]) || c[-1] == '_' || c[-1] == '\'');
        if (*c != 'w' || word || inside)
            out[used++] = *c;
        else if (!complex_field && c[1] == '*')
            c++;
        else
            out[used++] = complex_field ? '4' : '1';
    }
    out[used] = '\0';
}

/* factor times formula; a formula that is half of a product takes half of the factor. */
static void write_product(char *out, size_t size, int factor, const char *formula)
{
    const size_t length = strlen(formula);
    const bool product = !strpbrk(formula, " ") && !strchr(formula, '+') && !strchr(formula, '-');
    const bool half = length > 2 && !strcmp(formula + length - 2, "/2") && factor % 2 == 0 && !strpbrk(formula, " ");
    if (half)
        snprintf(out, size, "%s%.*s", factor == 8 ? "4*" : factor == 6 ? "3*" : "", (int)length - 2, formula);
    else if (factor == 1)
        snprintf(out, size, strstr(formula, " if ") && formula[0] != '(' ? "(%s)" : "%s", formula);
    else
        snprintf(out, size, product ? "%d*%s" : "%d*(%s)", factor, formula);
}

void cost_formula(const struct cost_routine *r, char *out, size_t size)
{
    const bool complex_field = r->field == COST_FIELD_COMPLEX;
    const int mult = complex_field ? 6 : 1, add = complex_field ? 2 : 1;
    if (!strncmp(cost_mults(r), "both ", 5)) {
        snprintf(out, size, "%s", cost_mults(r) + 5);
    } else if (cost_mults(r)[0] == '=') {
        write_total(out, size, cost_mults(r), complex_field);
    } else if (!strcmp(cost_mults(r), cost_adds(r)) && strcmp(cost_mults(r), "0") != 0) {
        write_product(out, size, mult + add, cost_mults(r));
    } else if (!strcmp(cost_adds(r), "0")) {
        write_product(out, size, strcmp(cost_mults(r), "0") ? mult : 1, cost_mults(r));
    } else if (!strcmp(cost_mults(r), "0")) {
        write_product(out, size, add, cost_adds(r));
    } else {
        write_product(out, size, mult, cost_mults(r));
        const size_t used = strlen(out);
        snprintf(out + used, size - used, " + ");
        write_product(out + used + 3, size - used - 3, add, cost_adds(r));
    }
}

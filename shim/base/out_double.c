/* The shortest decimal that reads back as a given double, by Steele and White's algorithm with big integers (R. G. Burger
 * and R. K. Dybvig, "Printing Floating-Point Numbers Quickly and Accurately", 1996). No floating-point instruction: the
 * program's rounding mode and exception flags stay as they are. */
#include "out.h"
#include <string.h>

#define WORDS 40 /* 1280 bits: 2^54 x 10^324 has 1131 */
#define DIGITS_MAX 17
#define POSITIONAL_MIN (-4) /* of the first digit's exponent, as Python's repr has it */
#define POSITIONAL_MAX 15

struct big {
    uint32_t word[WORDS]; /* least significant first */
};

/* A positive number's position between its neighbours: v = r / s, half the gaps are above / s and below / s. `even`: the
 * ends of the gaps read back as v too. */
struct state {
    struct big r;
    struct big s;
    struct big above;
    struct big below;
    bool even;
};

static void times(struct big *a, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->word[i] * factor;
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void shift_left(struct big *a, unsigned bits)
{
    for (; bits >= 31; bits -= 31)
        times(a, 1u << 31);
    times(a, 1u << bits);
}

static struct big plus(const struct big *a, const struct big *b)
{
    struct big sum;
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a->word[i] + b->word[i];
        sum.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return sum;
}

static int compare(const struct big *a, const struct big *b)
{
    for (int i = WORDS; i-- > 0;)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

static void subtract(struct big *a, const struct big *b)
{
    int64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        borrow += (int64_t)a->word[i] - b->word[i];
        a->word[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
}

static void set_up(struct state *state, uint64_t bits)
{
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    int field = (int)(bits >> 52 & 0x7ff);
    uint64_t significand = field ? fraction | (uint64_t)1 << 52 : fraction;
    int exponent = (field ? field : 1) - 1075;
    bool lower_gap_is_half = !fraction && field > 1; /* a power of two */
    *state = (struct state){.s.word[0] = 1, .above.word[0] = 1, .below.word[0] = 1, .even = significand % 2 == 0};
    state->r.word[0] = (uint32_t)significand;
    state->r.word[1] = (uint32_t)(significand >> 32);
    unsigned extra = lower_gap_is_half ? 2 : 1;
    unsigned up = exponent > 0 ? (unsigned)exponent : 0;
    shift_left(&state->r, up + extra);
    shift_left(&state->above, up + extra - 1);
    shift_left(&state->below, up);
    shift_left(&state->s, extra + (exponent < 0 ? (unsigned)-exponent : 0));
}

/* Scale so that v = 0.d1d2... x 10^result. */
static int scale(struct state *state)
{
    int exponent = 0;
    for (;; exponent++) {
        struct big high = plus(&state->r, &state->above);
        if (compare(&high, &state->s) < !state->even)
            break;
        times(&state->s, 10);
    }
    for (;; exponent--) {
        struct big high = plus(&state->r, &state->above);
        times(&high, 10);
        if (compare(&high, &state->s) >= !state->even)
            return exponent;
        times(&state->r, 10);
        times(&state->above, 10);
        times(&state->below, 10);
    }
}

static int generate(struct state *state, char *digits)
{
    for (int count = 0;;) {
        times(&state->r, 10);
        times(&state->above, 10);
        times(&state->below, 10);
        char digit = '0';
        for (; compare(&state->r, &state->s) >= 0; digit++)
            subtract(&state->r, &state->s);
        struct big high = plus(&state->r, &state->above);
        bool low_is_near = compare(&state->r, &state->below) < state->even;
        bool high_is_near = compare(&high, &state->s) >= !state->even;
        if (low_is_near || high_is_near || count == DIGITS_MAX - 1) {
            struct big twice = plus(&state->r, &state->r);
            bool up = low_is_near && high_is_near ? compare(&twice, &state->s) >= 0 : high_is_near;
            digits[count++] = (char)(digit + up);
            return count;
        }
        digits[count++] = digit;
    }
}

static void print_zeros(struct out *out, int count)
{
    for (; count > 0; count--)
        out_bytes(out, "0", 1);
}

static void print_positional(struct out *out, const char *digits, int count, int point)
{
    int whole = point < count ? point : count;
    if (point <= 0)
        out_text(out, "0");
    else
        out_bytes(out, digits, (size_t)whole);
    print_zeros(out, point - count);
    if (point >= count)
        return;
    out_text(out, ".");
    print_zeros(out, -point);
    whole = whole > 0 ? whole : 0;
    out_bytes(out, digits + whole, (size_t)(count - whole));
}

static void print_exponential(struct out *out, const char *digits, int count, int exponent)
{
    unsigned magnitude = (unsigned)(exponent < 0 ? -exponent : exponent);
    out_bytes(out, digits, 1);
    if (count > 1)
        out_text(out, ".");
    out_bytes(out, digits + 1, (size_t)(count - 1));
    out_text(out, exponent < 0 ? "e-" : "e+");
    if (magnitude < 10)
        out_text(out, "0");
    out_number(out, magnitude);
}

void out_double(struct out *out, double value)
{
    struct state state;
    char digits[DIGITS_MAX];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (bits << 1 == 0) {
        out_text(out, "0");
        return;
    }
    set_up(&state, bits);
    int point = scale(&state);
    int count = generate(&state, digits);
    if (point - 1 >= POSITIONAL_MIN && point - 1 <= POSITIONAL_MAX)
        print_positional(out, digits, count, point);
    else
        print_exponential(out, digits, count, point - 1);
}

/* The limits of the fast bodies (fast_limits.h). */
#include "fast_limits.h"
#include "config.h"
#include "cost.h"

uint64_t call_small64[4];
uint32_t call_small32[4];
int call_convention;

void fast_limits_choose(void)
{
    static const uint64_t small[4] = {1, (uint64_t)1 << 48, (uint64_t)1 << 27, (uint64_t)1 << 18};
    call_convention = config.convention;
    for (int i = 0; i < 4; i++) {
        call_small64[i] = small[i];
        call_small32[i] = small[i] < INT32_MAX ? (uint32_t)small[i] : INT32_MAX;
    }
}

/* Up to which dimensions stubs work out a cost in 64 bits by themselves. */
#pragma once
#include <stdint.h>

/* Below this, the OR of a call's dimensions cannot overflow a formula of that degree in 64 bits; all 0 where counts do not
 * follow the `ops` convention, which is the one that stubs compute inline. */
extern uint64_t call_small64[4] __attribute__((visibility("hidden")));
extern uint32_t call_small32[4] __attribute__((visibility("hidden"))); /* for 32-bit dimensions */
extern int call_convention __attribute__((visibility("hidden")));

/* Once the configuration is read. */
void fast_limits_choose(void);

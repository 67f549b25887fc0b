/* Up to which dimensions stubs work out a cost in 64 bits by themselves. */
#pragma once
#include <stdint.h>

/* Below this, the OR of a call's dimensions cannot overflow a formula of that degree in 64 bits. Stubs compute it by the `ops`
 * convention; under another one no thread takes that for the price (thread.h, careful_flops). */
extern uint64_t call_small64[4] __attribute__((visibility("hidden")));
extern uint32_t call_small32[4] __attribute__((visibility("hidden"))); /* for 32-bit dimensions */
extern int call_convention __attribute__((visibility("hidden")));

/* Once the configuration is read. */
void fast_limits_choose(void);

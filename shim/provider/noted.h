/* The providers that were found, as the ledger and the banner name them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* What the banner says of the provider seen first: "OpenBLAS 0.3.21 backend", or "no BLAS loaded yet". */
void noted_backend(char *text, size_t size);

/* Write the providers seen so far into the ledger. Under shim_lock. */
void noted_record(void);

/* There is a provider more, or something was found out about them that the ledger should say: bits of enum ledger_incomplete.
 * Takes shim_lock. */
void noted_incomplete(uint32_t bits);

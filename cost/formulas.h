/* Piecewise counts that routines.spec names. Every argument may be any int64_t; a result of 0 where it describes nothing.
 * Sources: LAWN 41 is Blackford & Dongarra, "Installation Guide for LAPACK" (operation counts), with the closed forms of
 * LAPACK's timing code. */
#pragma once
#include "checked.h"

/* Entries of an m x n matrix that lie in the band of kl diagonals below and ku above the main one. Derived here: all
 * entries less the two corners outside. */
count_t count_band(count_t m, count_t n, count_t kl, count_t ku);

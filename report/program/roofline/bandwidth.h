/* How fast memory is read and written. */
#pragma once

/* 10^9 bytes a second that `processors` processes move together for about so many seconds: two arrays read, one written
 * (STREAM's triad), larger than the caches. 0 where memory or processes are missing. */
double bandwidth_measure(unsigned processors, double seconds);

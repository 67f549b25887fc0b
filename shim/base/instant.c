/* H. Hinnant's civil_from_days ("chrono-Compatible Low-Level Date Algorithms"): years that begin on the 1st of March, in
 * eras of 400. */
#include "instant.h"

#define NS_PER_SECOND 1000000000u
#define DAYS_0000_03_01_TO_1970 719468u
#define DAYS_PER_ERA 146097u

struct instant instant_of(uint64_t realtime_ns)
{
    uint64_t seconds = realtime_ns / NS_PER_SECOND;
    uint64_t days = seconds / 86400 + DAYS_0000_03_01_TO_1970;
    uint64_t era = days / DAYS_PER_ERA;
    uint64_t day_of_era = days % DAYS_PER_ERA;
    uint64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month_from_march = (5 * day_of_year + 2) / 153;
    unsigned month = (unsigned)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    return (struct instant){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = (unsigned)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
        .hour = (unsigned)(seconds / 3600 % 24),
        .minute = (unsigned)(seconds / 60 % 60),
        .second = (unsigned)(seconds % 60),
        .nanosecond = (unsigned)(realtime_ns % NS_PER_SECOND),
    };
}

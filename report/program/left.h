/* `flopshim report --left`. */
#pragma once

/* Show what dead processes of this user have left in the folders where ledgers are made, and remove nothing. `format`: text or
 * json; `output`: as of report, NULL for stdout. Returns the exit status. */
int left_report(const char *format, const char *output);

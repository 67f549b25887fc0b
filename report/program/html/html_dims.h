/* The dimensions of a shape, by powers of two. */
#pragma once
#include "summary_model.h"

#define HTML_POWERS 40 /* 2^39 is the last: what is larger counts there */

/* floor(log2(the geometric mean of the shape's dimensions)), options aside; -1 where it has none above 0. */
int html_dims_power(const char *shape);
/* The same of one dimension by its name, such as "m". */
int html_dims_power_of(const char *shape, char name);
/* Where the power begins: 1, 2, ... 512, 1k */
void html_put_power(struct out *out, int power);

/* How near to what the machine can do each routine came: its FLOPs a second against the lower of the peak and of bandwidth
 * times its FLOPs a byte. Where the summary's host was calibrated, its shapes were recorded and its calls timed. */
#pragma once
#include "calibration.h"
#include "out.h"
#include "summary_model.h"

struct roofline_point {
    const struct summary_operation *operation;
    double gflops;     /* that it did, */
    double intensity;  /* FLOPs a byte, at most: of the least that must be moved */
    double peak, roof; /* of its precision, and of that intensity */
};

/* Why there is none; NULL: there may be. */
const char *roofline_obstacle(const struct summary *summary);
/* False: nothing is known of that operation. */
bool roofline_point(const struct summary_operation *operation, const struct calibration *calibration,
                    struct roofline_point *point);
/* A section of text; nothing where there is no calibration or no point. */
void roofline_text(const struct summary *summary, struct out *out);

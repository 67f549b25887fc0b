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

/* Of the summary's host. False: there is none, or it says nothing of this summary's FLOPs. */
bool roofline_calibration(const struct summary *summary, struct calibration *calibration);
/* Of the operations that enough is known of, in their order. Allocated; NULL where memory is missing. */
struct roofline_point *roofline_points(const struct summary *summary, const struct calibration *calibration, size_t *count);
/* A section of text; nothing where there is no calibration or no point. */
void roofline_text(const struct summary *summary, struct out *out);

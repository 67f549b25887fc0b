/* Where a merge is written to: a buffer that somebody may send on in pieces, so that a merge of many processes is never in
 * memory as a whole. */
#pragma once
#include "out.h"

struct merge_sink {
    struct out out;                         /* what is to be sent */
    void (*drain)(struct merge_sink *sink); /* sends it, where it is much; NULL: all is kept */
};

/* Between rows. */
static inline void sink_drain(struct merge_sink *sink)
{
    if (sink->drain)
        sink->drain(sink);
}

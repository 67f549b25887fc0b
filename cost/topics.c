/* What a routine is for (topics.h). */
#include "topics.h"
#include "cost.h"

enum cost_topic cost_topic_of(uint32_t id)
{
    return (enum cost_topic)cost_topics[cost_routine_of(id) - cost_routines];
}

#ifndef LISTPICK_H
#define LISTPICK_H

/*
 * What a listing plan asks for next; the part of listplan.c that chooses and
 * cuts.  The same contract as listplan_next().
 */

#include "listplan.h"

struct listplan_seg *listpick_next(struct listplan *p);

#endif

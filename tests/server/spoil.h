/* The faults that change an answer's bytes. */
#ifndef SPOIL_H
#define SPOIL_H

#include <stdbool.h>

#include "text.h"

struct request;

/*
 * A fault that stands in for the operation (503 and its like) makes the answer
 * here; false if the operation has to be done.
 */
bool spoil_instead(struct request *);
/* After the operation: changes its XML document. */
void spoil_document(struct request *);
/* The bytes of an answer that is no HTTP. */
void spoil_raw(struct request *, struct text *);

#endif

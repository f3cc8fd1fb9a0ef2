#ifndef S3PRICE_H
#define S3PRICE_H

/*
 * What requests cost at AWS list prices: an estimate for --stats and for the
 * choice between a listing and HEADs.  S3 Standard, us-east-1; other classes
 * and regions cost more, 5xx answers nothing.
 */

#include "s3req.h"

#define S3PRICE_DATE "us-east-1, mid-2026"

/* US dollars for that many requests of an operation. */
double	s3price(enum s3op op, uint64_t requests);
/* All that counts holds, one number for each operation. */
double	s3price_all(const uint64_t counts[S3OP_COUNT]);

#endif

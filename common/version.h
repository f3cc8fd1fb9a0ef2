#ifndef VERSION_H
#define VERSION_H

/* The one place that says which version this is; the Makefile reads it. */

#define S3_VERSION "0.1.0"

#endif

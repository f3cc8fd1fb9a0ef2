/* The admin address: directives by POST, and what the server knows by GET. */
#ifndef ADMIN_H
#define ADMIN_H

struct request;

void admin_handle(struct request *);

#endif

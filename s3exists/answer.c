#include "s3exists.h"
#include "same.h"

static void
cannot_compare(
    struct s3exists *s, struct batch *b, size_t index, const char *field)
{
	struct fail f;

	fail_clear(&f);
	fail_set(&f, FAIL_UNSUPPORTED,
	    "the store does not tell the %s of its object", field);
	answer_failed(s, b, index, &f);
}

void
answer_found(struct s3exists *s, struct batch *b, size_t index,
    const struct record *there)
{
	struct record here;
	const char *field;
	bool same = true;

	if (s->same != 0) {
		if ((field = same_lacks(s->same, there)) != NULL) {
			cannot_compare(s, b, index, field);
			return;
		}
		batch_record(b, index, &here);
		same = same_record(s->same, &here, there);
	}
	batch_set(b, index, same ? BATCH_EXISTS : BATCH_MISSING);
	app_key_good(&s->app);
}

void
answer_missing(struct s3exists *s, struct batch *b, size_t index)
{
	batch_set(b, index, BATCH_MISSING);
	app_key_good(&s->app);
}

void
answer_failed(
    struct s3exists *s, struct batch *b, size_t index, const struct fail *f)
{
	struct record r;

	/* Before the report, which may stop the run and fail all others. */
	batch_set(b, index, BATCH_FAILED);
	batch_record(b, index, &r);
	app_key_failed(&s->app, s->bucket, &r, f);
}

#include <stdlib.h>
#include <string.h>

#include "directive.h"
#include "http.h"
#include "mem.h"
#include "op.h"
#include "server.h"

bool
directive_fail(struct directive *d, const char *why, const char *word)
{
	d->why.n = 0;
	text_str(&d->why, why);
	if (word != NULL)
		text_fmt(&d->why, ": %s", word);
	return false;
}

const char *
directive_value(const char *word, const char *name)
{
	size_t n = strlen(name);

	return strncmp(word, name, n) == 0 && word[n] == '=' ? word + n + 1 :
							       NULL;
}

static bool
do_account(struct directive *d)
{
	const char *token = NULL, *value;
	int64_t expires = 0, seconds, uses = -1;

	for (size_t i = 4; i < d->n; i++) {
		if ((value = directive_value(d->word[i], "token")) != NULL)
			token = value;
		else if ((value = directive_value(d->word[i], "expires")) !=
			NULL &&
		    text_signed(value, &seconds))
			expires = server_now(d->server) + seconds * 1000;
		else if ((value = directive_value(d->word[i], "uses")) !=
			NULL &&
		    text_signed(value, &uses) && uses >= 0)
			continue;
		else
			return directive_fail(d, "bad option", d->word[i]);
	}
	access_add(&d->server->access, d->word[1], d->word[2], d->word[3],
	    token, expires);
	access_limit(&d->server->access, d->word[2], uses);
	return true;
}

static bool
do_rule(struct directive *d)
{
	access_rule(&d->server->access, strcmp(d->word[0], "deny") == 0,
	    d->word[1], d->word[2], d->word[3], d->n > 4 ? d->word[4] : NULL);
	return true;
}

static bool
do_undeny(struct directive *d)
{
	if (d->n > 1 && d->n < 4)
		return directive_fail(
		    d, "needs ACCOUNT ACTION BUCKET or nothing", NULL);
	access_unrule(&d->server->access, d->n > 1 ? d->word[1] : NULL,
	    d->word[2], d->word[3], d->n > 4 ? d->word[4] : NULL);
	return true;
}

static bool
check_op(struct directive *d)
{
	return op_known(d->word[1]) ||
	    directive_fail(d, "no such operation", d->word[1]);
}

static bool
do_latency(struct directive *d)
{
	uint64_t ms;

	if (!check_op(d))
		return false;
	if (!text_number(d->word[2], false, &ms) ||
	    (d->n > 3 && strcmp(d->word[3], "heavy") != 0))
		return directive_fail(d, "needs OP MS [heavy]", NULL);
	fault_latency(&d->server->faults, d->word[1], ms, d->n > 3);
	return true;
}

static bool
do_limit(struct directive *d)
{
	uint64_t rate;

	if (!check_op(d))
		return false;
	if (!text_number(d->word[2], false, &rate))
		return directive_fail(d, "not a rate", d->word[2]);
	fault_limit(&d->server->faults, d->word[1], rate);
	return true;
}

static bool
read_when(struct directive *d, struct fault *f)
{
	const char *word = d->word[2], *value;

	if (strcmp(word, "always") == 0) {
		f->when = FAULT_ALWAYS;
		return true;
	}
	if ((value = directive_value(word, "nth")) != NULL ||
	    (value = directive_value(word, "every")) != NULL) {
		f->when = *word == 'n' ? FAULT_NTH : FAULT_EVERY;
		return (text_number(value, false, &f->number) &&
			   f->number > 0) ||
		    directive_fail(d, "not a number", word);
	}
	f->when = FAULT_RANDOM;
	value = directive_value(word, "p");
	return (value != NULL && text_fraction(value, &f->probability)) ||
	    directive_fail(d, "not a WHEN", word);
}

static char *
copy(const char *s)
{
	return mem_dup(s, strlen(s));
}

static bool
read_fault_word(
    struct directive *d, struct fault *f, const char *word, bool *acts)
{
	const char *value;

	if ((value = directive_value(word, "bucket")) != NULL)
		f->bucket = copy(value);
	else if ((value = directive_value(word, "key")) != NULL)
		f->key = copy(value);
	else if ((value = directive_value(word, "code")) != NULL)
		f->argument = copy(value);
	else if ((value = directive_value(word, "retry-after")) != NULL)
		f->retry_after = copy(value);
	else if ((value = directive_value(word, "seed")) != NULL)
		return text_number(value, false, &f->state) ||
		    directive_fail(d, "not a number", word);
	else if ((value = directive_value(word, "count")) != NULL)
		return text_number(value, false, &f->limit) ||
		    directive_fail(d, "not a number", word);
	else if (strcmp(word, "token") == 0)
		f->token = true;
	else if (!*acts && fault_action(word, f))
		*acts = true;
	else
		return directive_fail(d, "not an action or option", word);
	return true;
}

static bool
do_fault(struct directive *d)
{
	struct fault *f;
	bool acts = false, good;

	if (!check_op(d))
		return false;
	f = mem_alloc(sizeof(*f));
	f->op = copy(d->word[1]);
	good = read_when(d, f);
	for (size_t i = 3; good && i < d->n; i++)
		good = read_fault_word(d, f, d->word[i], &acts);
	/* A bad one is kept out of the way but is freed with the others. */
	if (!good || !acts) {
		f->limit = 1;
		f->struck = 1;
	}
	fault_add(&d->server->faults, f);
	return good && (acts || directive_fail(d, "no action", NULL));
}

static bool
do_faults(struct directive *d)
{
	if (strcmp(d->word[1], "clear") != 0)
		return directive_fail(d, "only `faults clear`", NULL);
	fault_fini(&d->server->faults);
	http_release(d->server);
	return true;
}

static bool
do_close_every(struct directive *d)
{
	return text_number(d->word[1], false, &d->server->close_every) ||
	    directive_fail(d, "not a number", d->word[1]);
}

static bool
do_idle_timeout(struct directive *d)
{
	uint64_t *seconds = &d->server->idle_timeout;

	return (text_number(d->word[1], false, seconds) && *seconds < 86400) ||
	    directive_fail(d, "not a number of seconds", d->word[1]);
}

static bool
do_clock(struct directive *d)
{
	return text_signed(d->word[1], &d->server->clock_offset) ||
	    directive_fail(d, "not a number of seconds", d->word[1]);
}

static bool
do_real_md5(struct directive *d)
{
	return text_number(
		   d->word[1], true, &d->server->store.rules.real_md5) ||
	    directive_fail(d, "not a number", d->word[1]);
}

static bool
do_identity(struct directive *d)
{
	for (size_t i = 1; i < d->n; i++)
		if (!identity_option(&d->server->identity, d->word[i]))
			return directive_fail(d, "bad option", d->word[i]);
	return true;
}

static bool
do_log(struct directive *d)
{
	if (strcmp(d->word[1], "reset") == 0)
		record_reset(&d->server->record);
	else if (strcmp(d->word[1], "off") == 0)
		d->server->record.off = true;
	else if (strcmp(d->word[1], "on") == 0)
		d->server->record.off = false;
	else
		return directive_fail(d, "log reset, on or off", NULL);
	return true;
}

static const struct command {
	const char *name;
	size_t least, most; /* words, the name included */
	bool (*call)(struct directive *);
} commands[] = {
    {"account", 4, 6, do_account},
    {"bucket", 2, DIRECTIVE_WORDS, directive_bucket},
    {"drop", 2, 2, directive_drop},
    {"fill", 4, 8, directive_fill},
    {"put", 3, DIRECTIVE_WORDS, directive_put},
    {"delete", 3, 3, directive_delete},
    {"archive", 3, 3, directive_archive},
    {"deny", 4, 5, do_rule},
    {"allow", 4, 5, do_rule},
    {"undeny", 1, 5, do_undeny},
    {"latency", 3, 4, do_latency},
    {"fault", 4, 12, do_fault},
    {"faults", 2, 2, do_faults},
    {"limit", 3, 3, do_limit},
    {"close-every", 2, 2, do_close_every},
    {"idle-timeout", 2, 2, do_idle_timeout},
    {"clock", 2, 2, do_clock},
    {"identity", 2, DIRECTIVE_WORDS, do_identity},
    {"log", 2, 2, do_log},
    {"real-md5", 2, 2, do_real_md5},
    {"mutate", 3, 5, directive_mutate},
};

static bool
run_words(struct directive *d)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->name, d->word[0]) != 0)
			continue;
		if (d->n < c->least || d->n > c->most)
			return directive_fail(
			    d, "wrong number of words", c->name);
		return c->call(d);
	}
	return directive_fail(d, "no such directive", d->word[0]);
}

static bool
run_line(struct directive *d, char *line)
{
	d->n = 0;
	for (;;) {
		size_t n;

		line += strspn(line, " \t\r");
		n = strcspn(line, " \t\r");
		if (n == 0 || (d->n == 0 && *line == '#'))
			break;
		if (d->n == DIRECTIVE_WORDS)
			return directive_fail(d, "too many words", NULL);
		d->word[d->n++] = line;
		line += n;
		if (*line != '\0')
			*line++ = '\0';
		(void)text_unescape(
		    d->word[d->n - 1], strlen(d->word[d->n - 1]), false);
	}
	return d->n == 0 || run_words(d);
}

bool
directive_run(
    struct server *server, const char *text, size_t n, struct text *error)
{
	struct directive d = {.server = server};
	char *copy_of = mem_dup(text, n), *line = copy_of, *next;
	unsigned long number = 0;
	bool good = true;

	for (; good && line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		number++;
		good = run_line(&d, line);
	}
	if (!good)
		text_fmt(error, "line %lu: %s", number, d.why.p);
	text_fini(&d.why);
	free(copy_of);
	return good;
}

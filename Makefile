# s3ls, s3exists and s3cp: GNU make, no configure step, no recursion.
# CFLAGS, CPPFLAGS, LDFLAGS and LDLIBS belong to the user; ours are apart.
#
#	make SANITIZE=address,undefined check	builds and tests in build/asan
#	make WERROR=1				what CI uses
#	make BUILD=/tmp/b			builds elsewhere

MAKEFLAGS += -rR
.DELETE_ON_ERROR:
.SUFFIXES:

VERSION	:= $(shell sed -n 's/^.define S3_VERSION "\(.*\)"/\1/p' common/version.h)
CC	?= cc
ifeq ($(origin CC),default)
CC	:= cc
endif
AR	?= ar
ifeq ($(origin AR),default)
AR	:= ar
endif
PKG_CONFIG ?= pkg-config
CFLAGS	?= -O2 -g
PREFIX	?= /usr/local
MANDIR	?= $(PREFIX)/share/man
BUILD	?= build$(if $(SANITIZE),/asan)

# make V=1 shows the commands whole.
quiet	:= $(if $(V),,@)
say	= @$(if $(V),true,printf '  %-5s %s\n' $(1) $(2))

PROGS	:= s3ls s3exists s3cp
LIBS	:= libcurl openssl expat jansson
SERVER_LIBS := libmicrohttpd openssl gnutls

comma	:= ,
try = $(shell echo 'int main(void){return 0;}' | \
	$(CC) -Werror $(1) -x c - -o /dev/null 2>/dev/null && echo '$(1)')

std	:= -std=c11 -D_POSIX_C_SOURCE=200809L
warn	:= -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wswitch-enum \
	-Wimplicit-fallthrough -Wnull-dereference -Wconversion \
	-Wno-sign-conversion $(if $(WERROR),-Werror)
ifdef SANITIZE
harden	:= -fsanitize=$(SANITIZE) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
link	:= -fsanitize=$(SANITIZE)
else
harden	:= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
	$(call try,-fstack-clash-protection) $(call try,-fcf-protection) \
	$(call try,-ftrivial-auto-var-init=zero) -fPIE
link	:= -pie $(call try,-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
endif

all_cflags = $(std) $(warn) $(harden) $(CFLAGS) -iquote common \
	$(shell $(PKG_CONFIG) --cflags $(LIBS)) $(CPPFLAGS)
all_libs = $(shell $(PKG_CONFIG) --libs $(LIBS)) -lm $(LDLIBS)
server_libs = $(shell $(PKG_CONFIG) --libs $(SERVER_LIBS)) -lpthread -lm

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
COMMON	:= $(wildcard common/*.c)
SERVER	:= $(wildcard tests/server/*.c)
UNIT	:= $(wildcard tests/unit/t_*.c)
SOURCES	:= $(COMMON) $(wildcard $(addsuffix /*.c,$(PROGS))) $(SERVER) \
	$(wildcard tests/unit/*.c)
LIB	:= $(BUILD)/libcommon.a
BINS	:= $(PROGS:%=$(BUILD)/bin/%)
TESTS	:= $(UNIT:tests/unit/%.c=$(BUILD)/test/%)
TESTSRV	:= $(BUILD)/test/s3server

.PHONY: all
all: $(BINS)	## build the three programs into build/bin

.PHONY: $(PROGS)
$(PROGS): %: $(BUILD)/bin/%

# A change of compiler or flags rebuilds all; the stamp changes only then.
FLAGS	:= $(BUILD)/flags
.PHONY: force
$(FLAGS): force
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(all_cflags) $(link) $(LDFLAGS))' >$@.new
	@cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@

$(BUILD)/obj/%.o: %.c $(FLAGS)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(quiet)$(CC) $(all_cflags) -MMD -MP -c $< -o $@

$(LIB): $(call objects,$(COMMON))
	$(call say,AR,$@)
	@rm -f $@
	$(quiet)$(AR) rcs $@ $^

.SECONDEXPANSION:
$(BINS): $(BUILD)/bin/%: $$(call objects,$$(wildcard $$*/*.c)) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(quiet)$(CC) $(link) $(LDFLAGS) $^ -o $@ $(all_libs)

# A unit test links only what it names: its own file, the fakes that it asks
# for (TEST_name), and whatever of the library those need.
$(TESTS): $(BUILD)/test/%: $(BUILD)/obj/tests/unit/%.o \
    $$(call objects,$$(TEST_$$*)) $(LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(quiet)$(CC) $(link) $(LDFLAGS) $^ -o $@ $(all_libs)

.PHONY: server
server: $(TESTSRV)
$(TESTSRV): $(call objects,$(SERVER))
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(quiet)$(CC) $(link) $(LDFLAGS) $^ -o $@ $(server_libs)

# --- tests ---

JOBS	?= $(shell nproc 2>/dev/null || echo 2)
E2E	:= $(sort $(wildcard tests/t/*.t))
prove	= BUILD=$(BUILD) PERL5LIB=tests/lib prove -j $(JOBS) --timer \
	--formatter Summary

.PHONY: deps
deps:	## install what building, testing and linting need (Debian)
	sh tests/deps.sh build test lint

.PHONY: check
check:	## all tests; installs what is missing (SANITIZE=address,undefined)
	@sh tests/deps.sh test
	@$(MAKE) --no-print-directory -j $(JOBS) check-built

.PHONY: check-built
check-built: $(BINS) $(TESTS) $(TESTSRV)
	$(prove) $(TESTS) $(E2E)

.PHONY: unit
unit: $(TESTS)	## the unit tests alone
	$(prove) $(TESTS)

.PHONY: lint
lint:	## formatting, static analysis, shell scripts, man pages, layers
	@sh tests/deps.sh build test lint
	@sh tests/lint.sh

.PHONY: format
format:	## reformat all C by .clang-format
	clang-format -i $(SOURCES)

compile_commands.json: $(BUILD)/compile_commands.json
.PHONY: compile_commands.json
$(BUILD)/compile_commands.json: $(FLAGS)
	@{ sep='['; for f in $(SOURCES); do \
		printf '%s\n{"directory":"%s","file":"%s","command":"%s"}' \
		    "$$sep" "$(CURDIR)" "$$f" \
		    '$(subst ",\",$(CC) $(all_cflags)) -c '"$$f"; \
		sep=,; done; printf '\n]\n'; } >$@

# Fuzzing, campaigns, benchmarks and packaging have rules of their own.
include $(wildcard tests/*/*.mk)

# --- for people ---

.PHONY: demo
demo:	## a copy of 20,000 objects before your eyes (STORE=rgw: in Ceph)
	@sh tests/deps.sh test
	@$(if $(filter rgw,$(STORE)),sh tests/deps.sh rgw)
	@$(MAKE) --no-print-directory -j $(JOBS) $(BINS) $(TESTSRV)
	@BUILD=$(BUILD) STORE=$(STORE) sh tests/demo.sh

MAN1	:= $(foreach p,$(PROGS),$(p)/$(p).1)
BASHDIR	?= $(PREFIX)/share/bash-completion/completions
ZSHDIR	?= $(PREFIX)/share/zsh/site-functions
FISHDIR	?= $(PREFIX)/share/fish/vendor_completions.d
.PHONY: install uninstall
install: $(BINS)	## into $(DESTDIR)$(PREFIX)
	install -d $(addprefix $(DESTDIR),$(PREFIX)/bin $(MANDIR)/man1 \
	    $(MANDIR)/man7 $(BASHDIR) $(ZSHDIR) $(FISHDIR))
	install -m 755 $(BINS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1
	install -m 644 common/s3keys.7 $(DESTDIR)$(MANDIR)/man7
	install -m 644 common/completion/_s3keys $(DESTDIR)$(ZSHDIR)
	for p in $(PROGS); do \
		install -m 644 common/completion/s3keys.bash \
		    $(DESTDIR)$(BASHDIR)/$$p && \
		install -m 644 common/completion/s3keys.fish \
		    $(DESTDIR)$(FISHDIR)/$$p.fish || exit 1; \
	done
uninstall:	## remove what install put there
	rm -f $(addprefix $(DESTDIR),$(PROGS:%=$(PREFIX)/bin/%) \
	    $(PROGS:%=$(MANDIR)/man1/%.1) $(MANDIR)/man7/s3keys.7 \
	    $(PROGS:%=$(BASHDIR)/%) $(ZSHDIR)/_s3keys \
	    $(PROGS:%=$(FISHDIR)/%.fish))

.PHONY: help
help:	## this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1	\2/p' $(filter-out %.d,$(MAKEFILE_LIST)) | \
	    expand -t 16

.PHONY: clean
clean:	## remove everything that was built
	rm -rf build

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(SOURCES))

# Fuzzing.  fuzz_NAME.c is a target; corpus/NAME holds its kept inputs.
#
#	make fuzz SECONDS=600		each target, two at a time
#	make fuzz FUZZ="page conf"	these alone
#
# What is found is kept in build/fuzz/found; make fuzz-merge takes what reaches
# new code over into the corpora.  make check replays them with any compiler.

FUZZ	?= $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard \
	tests/fuzz/fuzz_*.c)))
FUZZ_CC	?= clang
SECONDS	?= 60
# Code under test that is no part of the library.
FUZZ_EXTRA := s3ls/hints.c s3cp/meta.c
FUZZ_DIR := $(BUILD)/fuzz
FUZZ_ALL := $(sort $(wildcard tests/fuzz/fuzz_*.c))
REPLAYS	:= $(FUZZ_ALL:tests/fuzz/%.c=$(BUILD)/test/%)
FUZZERS	:= $(FUZZ:%=$(FUZZ_DIR)/fuzz_%)

# --- with any compiler: what is known ---

check-built: $(REPLAYS)
$(REPLAYS): $(BUILD)/test/%: $(BUILD)/obj/tests/fuzz/%.o \
    $(BUILD)/obj/tests/fuzz/replay.o $(call objects,$(FUZZ_EXTRA)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(link) $(LDFLAGS) $^ -o $@ $(all_libs)

# --- with clang: what is not ---

fuzz_flags = $(std) $(warn) -O1 -g -fsanitize=address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer -iquote common \
	-DS3_VERSION='"$(VERSION)"' $(shell $(PKG_CONFIG) --cflags $(LIBS))
fuzz_objects = $(patsubst %.c,$(FUZZ_DIR)/obj/%.o,$(1))

$(FUZZ_DIR)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(fuzz_flags) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@
$(FUZZ_DIR)/libcommon.a: $(call fuzz_objects,$(COMMON) $(FUZZ_EXTRA))
	rm -f $@
	$(AR) rcs $@ $^
$(FUZZ_ALL:tests/fuzz/%.c=$(FUZZ_DIR)/%): $(FUZZ_DIR)/%: \
    $(FUZZ_DIR)/obj/tests/fuzz/%.o $(FUZZ_DIR)/libcommon.a
	$(FUZZ_CC) $(fuzz_flags) -fsanitize=fuzzer $^ -o $@ $(all_libs)

.PHONY: fuzz fuzz-built fuzz-merge
fuzz:	## hostile input by libFuzzer, each parser SECONDS=60 (needs clang)
	@sh tests/fuzz/deps.sh
	@$(MAKE) --no-print-directory -j $(JOBS) fuzz-built FUZZ="$(FUZZ)"
	@sh tests/fuzz/run.sh $(FUZZ_DIR) $(SECONDS) $(JOBS) $(FUZZ)
fuzz-built: $(FUZZERS)
fuzz-merge:	## keep what make fuzz has found in tests/fuzz/corpus
	@$(MAKE) --no-print-directory -j $(JOBS) fuzz-built FUZZ="$(FUZZ)"
	@sh tests/fuzz/merge.sh $(FUZZ_DIR) $(FUZZ)

-include $(patsubst %.c,$(BUILD)/obj/%.d,$(FUZZ_ALL) tests/fuzz/replay.c)
-include $(patsubst %.c,$(FUZZ_DIR)/obj/%.d,$(FUZZ_ALL) $(COMMON) \
	$(FUZZ_EXTRA))

# make bench [SCENES="listing copying"] [RUNS=3] [SCALE=0.1]
# make bench-compare BASE=rev [SCENES=...]

BENCH	:= $(BUILD)/bench
BENCHES	:= $(BENCH)/measure $(BENCH)/expatonly
RUNS	?= 3
SCALE	?= 1

$(BENCHES): $(BENCH)/%: $(BUILD)/obj/tests/bench/%.o
	@mkdir -p $(@D)
	$(CC) $(link) $(LDFLAGS) $< -o $@ $(all_libs)

.PHONY: bench-deps
bench-deps:	## install the tools that the benchmarks compare with (Debian)
	@sh tests/bench/deps.sh

.PHONY: bench
bench: $(BINS) $(TESTSRV) $(BENCHES)	## measure (SCENES="..." RUNS=n SCALE=x)
	@BUILD=$(BUILD) perl tests/bench/bench.pl --runs $(RUNS) \
	    --scale $(SCALE) $(SCENES)

.PHONY: bench-compare
bench-compare: $(BINS) $(TESTSRV) $(BENCHES)	## the same for revision BASE, side by side
	@BUILD=$(BUILD) sh tests/bench/compare.sh "$(BASE)" $(RUNS) $(SCALE) \
	    $(SCENES)

-include $(BUILD)/obj/tests/bench/measure.d $(BUILD)/obj/tests/bench/expatonly.d

# The fault campaign: see chaos.pl.

.PHONY: chaos
chaos:	## faults, kills, full disks: SECONDS=60 SEED=n ROUNDS=n
	@sh tests/deps.sh test
	@$(MAKE) --no-print-directory -j $(JOBS) $(BINS) $(TESTSRV)
	@BUILD=$(BUILD) SECONDS=$(SECONDS) perl tests/chaos/chaos.pl

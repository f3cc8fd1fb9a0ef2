# Many machines: the fan-out of s3keys(7) over real ssh, at full size.

.PHONY: check-reach
check-reach:	## ship 200,000 keys to three machines by GNU parallel over ssh
	@sh tests/deps.sh test reach
	@$(MAKE) --no-print-directory -j $(JOBS) $(BINS) $(TESTSRV)
	REACH_KEYS=$${REACH_KEYS:-200000} $(prove) tests/t/0820-machines.t

# The programs against another real server: OpenStack Swift with its S3 API.

.PHONY: check-swift
check-swift:	## against OpenStack Swift and with another client (Debian)
	@sh tests/deps.sh test swift
	@$(MAKE) --no-print-directory -j $(JOBS) $(BINS) $(TESTSRV)
	BUILD=$(BUILD) PERL5LIB=tests/lib prove --timer --formatter Summary \
	    tests/swift/swift.t

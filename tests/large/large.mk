# Objects of every size class of S3: the campaign of large.t.

LARGEST	?= 100G

.PHONY: check-large
check-large:	## 0 bytes to 5 TiB, copied and streamed (LARGEST=100G, an hour)
	@sh tests/deps.sh test
	@$(MAKE) --no-print-directory -j $(JOBS) $(BINS) $(TESTSRV) \
	    $(BENCH)/measure
	BUILD=$(BUILD) LARGEST=$(LARGEST) PERL5LIB=tests/lib prove --timer \
	    --comments --formatter Summary tests/large/large.t

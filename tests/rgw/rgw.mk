# The programs against a real server that is not AWS: Ceph's RADOS Gateway.

.PHONY: check-rgw
check-rgw:	## against Ceph's RADOS Gateway and with other clients (Debian)
	@sh tests/deps.sh test rgw
	@$(MAKE) --no-print-directory -j $(JOBS) $(BINS) $(TESTSRV)
	BUILD=$(BUILD) PERL5LIB=tests/lib prove --timer --formatter Summary \
	    tests/rgw/rgw.t

# make dist, make deb: from what is committed, so that the same commit gives
# the same bytes whenever and by whomever it is packed.

PACKAGE	:= s3keys
REV	?= HEAD
NAME	:= $(PACKAGE)-$(VERSION)

.PHONY: dist
dist: $(BUILD)/$(NAME).tar.gz	## a source archive of REV=HEAD, the same bytes each time
	@cd $(BUILD) && sha256sum $(NAME).tar.gz

.PHONY: $(BUILD)/$(NAME).tar.gz
$(BUILD)/$(NAME).tar.gz:
	@mkdir -p $(@D)
	git -c core.autocrlf=false -c tar.umask=0022 archive --format=tar --prefix=$(NAME)/ \
	    $(REV) >$(@D)/$(NAME).tar
	gzip -9 -n -c $(@D)/$(NAME).tar >$@
	@rm -f $(@D)/$(NAME).tar

.PHONY: deb
deb:	## a Debian package of HEAD, built, tested and looked over by lintian
	@sh tests/deps.sh build package
	@$(MAKE) --no-print-directory dist
	@sh tests/package/deb.sh $(BUILD) $(NAME)

# grade/tools/make/setup.mk: `make setup qemu` installs what qemu needs, and
# then starts make again, which finds the tools.

# grade/batch is not a goal of make, but set-up knows what it needs.
AFTER_SETUP := $(filter-out setup course,$(GOALS))
.PHONY: $(GOALS)

setup:
	@$(TOOLS) sh grade/tools/setup/setup.sh $(filter-out setup,$(ASKED))
	$(if $(filter course,$(GOALS)),@echo "setup: next is grade/batch")
	$(if $(AFTER_SETUP),+@$(MAKE) --no-print-directory $(AFTER_SETUP))

$(filter-out setup,$(GOALS)): setup
	@:

# grade/tools/make/settings.mk: the user's settings, and checks before anything
# is built.

# Only NAME=1 turns these on, because DEBUG may be in the environment for other
# reasons.
SWITCHES := V LLVM DEBUG AUDIT WERROR ICOUNT COMPAT
$(foreach s,$(SWITCHES),$(eval override $(s) := $(filter 1,$($(s)))))
TOOLPREFIX ?=
HOSTCC ?= cc
QEMU ?= qemu-system-riscv64
PYTHON ?=
GDB ?=

# The guest's shell must see $ and quotes as they were typed.
AS_TYPED := CMD ARGS TREE OUT GDBARGS PROGS
$(foreach s,$(AS_TYPED),$(eval override $(s) := $$(value $(s))))

# Other settings reach the programs of grade/ like the user's environment:
# make exports neither what it sets itself nor what it overrides.
export $(AS_TYPED) COMPAT ICOUNT QEMU GDB
export PYTHONDONTWRITEBYTECODE := 1
# File names in any language work, whatever the locale.
export PYTHONUTF8 := 1

GOALS := $(or $(MAKECMDGOALS),all)
# The goals to pass to set-up and the probe.
ASKED := $(if $(DEBIAN),$(GOALS:test=debian),$(GOALS))

# Pass the values by name: make 4.3 and older exports nothing to $(shell).
quote = '$(subst ','\'',$(1))'
TOOLS = $(foreach t,TOOLPREFIX LLVM HOSTCC QEMU PYTHON GDB,$t=$(call \
	quote,$($t)))

# ---- names and line ends -----------------------------------------------------

ifneq ($(filter-out help clean clean-disk,$(GOALS)),)
ifneq ($(shell grep -l "$$(printf '\r')" grade/tools/setup/*.sh),)
$(error the files here have Windows line endings (CRLF), which the shell \
	cannot read: clone the repository again, or convert them with: \
	git ls-files -z | xargs -0 sed -i 's/\r$$//')
endif
endif

ifneq ($(filter-out help clean clean-disk handin,$(GOALS)),)
ODD := $(shell sh grade/tools/setup/names.sh)
ifneq ($(ODD),)
$(error $(ODD))
endif
endif

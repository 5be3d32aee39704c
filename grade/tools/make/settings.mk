# grade/tools/make/settings.mk: what the user may set, and what is checked
# before anything is built.

# On with NAME=1 only: others have a DEBUG in their environment too.
SWITCHES := V LLVM DEBUG AUDIT WERROR ICOUNT COMPAT
$(foreach s,$(SWITCHES),$(eval override $(s) := $(filter 1,$($(s)))))
TOOLPREFIX ?=
HOSTCC ?= cc
QEMU ?= qemu-system-riscv64
PYTHON ?=
GDB ?=

# The shell of the guest is to see $ and quotes as they were typed.
AS_TYPED := CMD ARGS TREE OUT GDBARGS PROGS
$(foreach s,$(AS_TYPED),$(eval override $(s) := $$(value $(s))))

# Other settings reach the programs of grade/ as the user's environment does;
# make exports neither what it sets itself nor what it overrides.
export $(AS_TYPED) COMPAT ICOUNT QEMU GDB
export PYTHONDONTWRITEBYTECODE := 1
# File names in any language work, whatever the locale.
export PYTHONUTF8 := 1

GOALS := $(or $(MAKECMDGOALS),all)
# The goals that set-up and the probe are told.
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

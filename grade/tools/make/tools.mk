# grade/tools/make/tools.mk: the compilers, Python and gdb, as probe.sh finds
# them.

PROBE := $(shell $(TOOLS) sh grade/tools/setup/probe.sh $(ASKED))
ifneq ($(firstword $(PROBE)),ok)
$(error $(wordlist 2,99,$(PROBE)))
endif
probed = $(patsubst $(1)=%,%,$(filter $(1)=%,$(PROBE)))
override TOOLPREFIX := $(call probed,PREFIX)
override LLVM := $(call probed,LLVM)
override PYTHON := $(call probed,PYTHON)
override GDB := $(call probed,GDB)
MARCH := $(call probed,MARCH)

ifneq ($(LLVM),)
CC := clang --target=riscv64-unknown-elf
LD := ld.lld
AR := llvm-ar
NM := llvm-nm
OBJCOPY := llvm-objcopy
STRIP := llvm-strip
# Only lld 15 and later shorten calls.
CC_ONLY := -mno-relax
else
CC := $(TOOLPREFIX)gcc
LD := $(TOOLPREFIX)ld
AR := $(TOOLPREFIX)ar
# Without a target, nm loads every plug-in for link-time optimization first.
NM := $(TOOLPREFIX)nm --target=elf64-littleriscv
OBJCOPY := $(TOOLPREFIX)objcopy
STRIP := $(TOOLPREFIX)strip
CC_ONLY := -fno-tree-loop-distribute-patterns
endif

# These goals build many trees that differ in a few files. If ccache is there,
# it compiles each file once for all of them: the makes that they start find
# these settings in the environment. The sandbox passes on none of them, so no
# stranger's build can read or write the cache.
ifneq ($(filter test lint series mutants variants,$(GOALS)),)
export CCACHE := $(shell command -v ccache 2>/dev/null)
export CCACHE_DIR ?= $(CURDIR)/build/ccache
export CCACHE_MAXSIZE ?= 500M
endif

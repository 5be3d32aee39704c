# Makefile: builds and runs Calf. `make help` lists what it does.
#
# Sources are found by wildcard, and all that is made goes under build/:
# a new file needs no line here.

ifneq ($(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(MAKE_VERSION)),)
$(error GNU make $(MAKE_VERSION) is too old, Calf needs 4.2 or later: \
	on macOS, brew install make, and use gmake instead of make)
endif

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/sh

# ---- what the user may set ---------------------------------------------------

# On with NAME=1 only: others have a DEBUG in their environment too.
SWITCHES := V LLVM DEBUG AUDIT WERROR ICOUNT COMPAT
$(foreach s,$(SWITCHES),$(eval override $(s) := $(filter 1,$($(s)))))
TOOLPREFIX ?=
HOSTCC ?= cc
QEMU ?= qemu-system-riscv64
PYTHON ?=
GDB ?=

# The shell of the guest is to see $ and quotes as they were typed.
override CMD := $(value CMD)
override ARGS := $(value ARGS)
override TREE := $(value TREE)
override OUT := $(value OUT)
override GDBARGS := $(value GDBARGS)
override PROGS := $(value PROGS)
export CMD ARGS PROGS COMPAT CPUS MEM ICOUNT TIMEOUT LIMIT QEMU TESTS TREE
export SANDBOX GDB GDBARGS FAST SINCE LAB OUT STEP ROWS PROFILE QUICK \
	GROUP WORKERS FIRST MUTANT VARIANT FULL REPORT SVG JSON SEED N ONE FORCE \
	DEBIAN FROM LOCALE BASE SECONDS
export PYTHONDONTWRITEBYTECODE := 1
# File names in any language work, whatever the locale.
export PYTHONUTF8 := 1

GOALS := $(or $(MAKECMDGOALS),all)
# The goals that set-up and the probe are told.
ASKED := $(if $(DEBIAN),$(GOALS:test=debian),$(GOALS))

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

# Pass the values by name: make 4.3 and older exports nothing to $(shell).
quote = '$(subst ','\'',$(1))'
TOOLS = $(foreach t,TOOLPREFIX LLVM HOSTCC QEMU PYTHON GDB,$t=$(call \
	quote,$($t)))

# ---- set-up ------------------------------------------------------------------

# `make setup qemu` starts afresh when the tools are there: the lines below look
# for them while make reads this file.
ifneq ($(filter setup,$(GOALS)),)

# grade/batch is no goal of make, but set-up knows what it needs.
AFTER_SETUP := $(filter-out setup course,$(GOALS))
.PHONY: $(GOALS)

setup:
	@$(TOOLS) sh grade/tools/setup/setup.sh $(filter-out setup,$(ASKED))
	$(if $(filter course,$(GOALS)),@echo "setup: next is grade/batch")
	$(if $(AFTER_SETUP),+@$(MAKE) --no-print-directory $(AFTER_SETUP))

$(filter-out setup,$(GOALS)): setup
	@:

else

# ---- tools -------------------------------------------------------------------

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
# lld shortens calls from version 15 on only.
CC_ONLY := -mno-relax
else
CC := $(TOOLPREFIX)gcc
LD := $(TOOLPREFIX)ld
AR := $(TOOLPREFIX)ar
NM := $(TOOLPREFIX)nm
OBJCOPY := $(TOOLPREFIX)objcopy
STRIP := $(TOOLPREFIX)strip
CC_ONLY := -fno-tree-loop-distribute-patterns
endif

# ---- where things go ---------------------------------------------------------

# Each flavour of the kernel has a folder of its own; DEBUG and AUDIT change
# nothing in the programs.
comma := ,
empty :=
space := $(empty) $(empty)
B := build
U := $(B)$(if $(LLVM),/llvm)
FLAVOUR := $(subst $(space),-,$(strip \
	$(if $(DEBUG),debug) $(if $(AUDIT),audit)))
K := $(U)$(if $(FLAVOUR),/$(FLAVOUR))
H := $(B)/host

# ---- flags -------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	$(if $(WERROR),-Werror)
COMMON_FLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-pie \
	-fno-stack-protector -fno-common -fno-asynchronous-unwind-tables \
	-mcmodel=medany $(CC_ONLY) $(WARNINGS)

# What DEBUG=1 has the compiler check, of what gcc and clang both know; see
# kernel/lib/ubsan.c. And each call stays a call, for backtraces.
CHECKED := shift integer-divide-by-zero signed-integer-overflow null alignment \
	object-size pointer-overflow bool enum unreachable builtin \
	$(if $(LLVM),array-bounds,bounds)
DEBUG_FLAGS := -DDEBUG -fno-optimize-sibling-calls \
	$(addprefix -fsanitize=,$(CHECKED))

KERNEL_FLAGS := -march=$(MARCH) -mabi=lp64 $(COMMON_FLAGS) \
	-fno-omit-frame-pointer -Wframe-larger-than=640 \
	$(if $(LLVM),-Wthread-safety) \
	$(if $(DEBUG),$(DEBUG_FLAGS)) $(if $(AUDIT),-DAUDIT) -Ikernel
# It runs before anything beyond RV64I is known to be there; see the file.
CHECK_FLAGS = $(filter-out -fsanitize=%,$(patsubst -march=rv64imac%,-march=rv64i%, \
	$(KERNEL_FLAGS)))
# Assembly saves the floating-point registers of programs; C is to use none.
KERNEL_ASFLAGS := $(patsubst -march=%,-march=rv64gc,$(KERNEL_FLAGS))
KERNEL_LINK := $(LD) -m elf64lriscv -nostdlib -static \
	-z max-page-size=4096 -z noexecstack --build-id=none \
	$(if $(WERROR),--fatal-warnings) -T kernel/boot/kernel.ld

# Of kernel/ the others use abi/ alone: a header <stdio.h> in it is not theirs.
USER_FLAGS := -march=rv64gc -mabi=lp64d $(COMMON_FLAGS) \
	-ffunction-sections -fdata-sections -iquote user/lib -iquote kernel
USER_LINK := $(LD) -m elf64lriscv -nostdlib -static --gc-sections \
	-z max-page-size=4096 -z stack-size=65536 -z noexecstack \
	--build-id=none $(if $(WERROR),--fatal-warnings) -T user/user.ld
LINK_PROGRAM = NM=$(call quoted,$(NM)) OBJCOPY=$(call quoted,$(OBJCOPY)) \
	LINK=$(call quoted,$(USER_LINK)) sh user/link.sh

# For what the user brings: xv6's headers are found, those of the host are not;
# there are fewer warnings, and a NULL that is followed is followed.
PROGS_FLAGS := $(filter-out -Wextra -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla -Werror,-Iuser/compat $(USER_FLAGS)) \
	-fno-delete-null-pointer-checks $(if $(LLVM),-nostdlibinc,-nostdinc \
	-isystem $(shell $(CC) -print-file-name=include))

HOST_FLAGS := -std=gnu11 -O2 -g $(WARNINGS) -iquote mkfs -iquote kernel

# ---- what is built -----------------------------------------------------------

sources = $(sort $(foreach s,c S,$(wildcard $(addsuffix .$(s),$(1)))))
objects = $(addsuffix .o,$(1))
depth := * */* */*/*

K_SOURCES := $(call sources,$(addprefix kernel/,$(depth)))
K_OBJECTS := $(addprefix $(K)/,$(call objects,$(K_SOURCES)))
LIB_OBJECTS := $(addprefix $(U)/,$(call objects,$(call sources,user/lib/*)))
H_OBJECTS := $(addprefix $(H)/,$(call objects,$(call sources,mkfs/*)))

# A program is a file, or a folder of files, under user/bin or user/test.
P_SOURCES := $(call sources,$(foreach d,bin test,user/$(d)/* user/$(d)/*/*))
P_OBJECTS := $(addprefix $(U)/,$(call objects,$(P_SOURCES)))
PROGRAMS := $(sort $(basename $(foreach s,$(P_SOURCES),$(word 3,\
	$(subst /,$(space),$(s))))))
program_objects = $(filter $(foreach d,bin test,$(U)/user/$(d)/$(1).%.o \
	$(U)/user/$(d)/$(1)/%.o),$(P_OBJECTS))
OBJECTS := $(K_OBJECTS) $(LIB_OBJECTS) $(P_OBJECTS) $(H_OBJECTS)
BINARIES := $(addprefix $(U)/bin/,$(PROGRAMS))

# What every disk image has, in mkfs's words.
ITEMS := $(foreach p,$(PROGRAMS),/bin/$(p)=$(U)/bin/$(p)) \
	/dev/console:1,0 /dev/vmstat:2,0 /dev/null:3,0 /proc:4,0 /tmp/ \
	$(if $(wildcard README.md),/README=README.md)

.PHONY: all kernel user mkfs
all: kernel user mkfs $(B)/compile_commands.json $(K)/config.json
kernel: $(K)/kernel.elf
user: $(BINARIES)
mkfs: $(B)/mkfs

# ---- how it is built ---------------------------------------------------------

# V=1 shows the commands. `make run` prints what the guest prints, nothing else.
Q := $(if $(V),,@)
say = $(if $(V)$(filter run %config,$(GOALS)),,\
	@printf '  %-8s%s\n' '$(1)' '$(2)')

# Two makes may run at once: a file appears whole or not at all.
# Text for a string of JSON; and for the shell, in quotes.
json = $(subst ",\",$(subst \,\\,$(1)))
quoted = '$(subst ','\'',$(1))'
HERE := $(call quoted,$(call json,$(CURDIR)))

# $(call compile,COMMAND): also the dependencies, and the editor's entry.
define compile
$(Q)mkdir -p $(@D) && tmp=$@.$$$$ && \
	$(1) -MMD -MP -MT $@ -MF $$tmp.d -c -o $$tmp $< && \
	printf '{ "directory": "%s", "file": "%s", "command": "%s" }\n' \
		$(HERE) '$<' '$(1) -c $<' >$$tmp.json && \
	mv -f $$tmp.d $(@:.o=.d) && mv -f $$tmp.json $(@:.o=.json) && \
	mv -f $$tmp $@ || { rm -f $$tmp $$tmp.d $$tmp.json; exit 1; }
endef

# $(call make_file,COMMAND): COMMAND writes $$tmp.
define make_file
$(Q)mkdir -p $(@D) && tmp=$@.$$$$ && rm -f $$tmp && { $(1); } && \
	mv -f $$tmp $@ || { rm -f $$tmp; exit 1; }
endef

# $(call remember,TEXT): write TEXT, but touch the file only when it changed.
# What depends on such a file is made again when its command changes.
define remember
@mkdir -p $(@D) && tmp=$@.$$$$ && printf '%s\n' '$(1)' >$$tmp && \
	if cmp -s $$tmp $@; then rm -f $$tmp; else mv -f $$tmp $@; fi
endef

.PHONY: FORCE
FORCE:

$(K)/kernel.flags: FORCE
	$(call remember,$(CC) $(KERNEL_FLAGS))
$(K)/kernel.list: FORCE
	$(call remember,$(KERNEL_LINK) $(K_OBJECTS))
$(U)/user.flags: FORCE
	$(call remember,$(CC) $(USER_FLAGS))
$(U)/user.list: FORCE
	$(call remember,$(USER_LINK) $(LIB_OBJECTS) $(P_OBJECTS))
$(H)/host.flags: FORCE
	$(call remember,$(HOSTCC) $(HOST_FLAGS) $(H_OBJECTS))

$(K)/kernel/boot/check.c.o: private KERNEL_FLAGS := $(CHECK_FLAGS)
$(K)/kernel/%.c.o: kernel/%.c $(K)/kernel.flags
	$(call say,CC,$<)
	$(call compile,$(CC) $(KERNEL_FLAGS))

$(K)/kernel/%.S.o: kernel/%.S $(K)/kernel.flags
	$(call say,AS,$<)
	$(call compile,$(CC) $(KERNEL_ASFLAGS))

$(U)/user/%.c.o: user/%.c $(U)/user.flags
	$(call say,CC,$<)
	$(call compile,$(CC) $(USER_FLAGS))

$(U)/user/%.S.o: user/%.S $(U)/user.flags
	$(call say,AS,$<)
	$(call compile,$(CC) $(USER_FLAGS))

$(H)/%.c.o: %.c $(H)/host.flags
	$(call say,HOSTCC,$<)
	$(call compile,$(HOSTCC) $(HOST_FLAGS))

# The kernel is linked twice, see grade/tools/make/ksyms.awk.
$(K)/ksyms0.S: grade/tools/make/ksyms.awk
	$(call make_file,awk -f $< /dev/null >$$tmp)

$(K)/ksyms.S: $(K)/kernel0.elf grade/tools/make/ksyms.awk
	$(call make_file,$(NM) -n $< >$$tmp.nm && \
		awk -f grade/tools/make/ksyms.awk $$tmp.nm >$$tmp && rm -f $$tmp.nm)

$(K)/ksyms.o $(K)/ksyms0.o: %.o: %.S
	$(call make_file,$(CC) $(KERNEL_FLAGS) -c -o $$tmp $<)

$(K)/kernel0.elf: $(K_OBJECTS) $(K)/ksyms0.o $(K)/kernel.list \
		kernel/boot/kernel.ld
	$(call make_file,$(KERNEL_LINK) -o $$tmp $(K_OBJECTS) $(K)/ksyms0.o)

$(K)/kernel.elf: $(K)/ksyms.o
	$(call say,LD,$@)
	$(call make_file,$(KERNEL_LINK) -o $$tmp $(K_OBJECTS) $< && \
		$(NM) -n $$tmp | awk -f grade/tools/make/ksyms.awk | \
		cmp -s - $(K)/ksyms.S || { \
		echo "$@: the symbol table moved functions: see kernel.ld" >&2; \
		false; })

$(U)/libuser.a: $(LIB_OBJECTS) $(U)/user.list
	$(call say,AR,$@)
	$(call make_file,$(AR) rcs $$tmp $(LIB_OBJECTS))

.SECONDEXPANSION:
$(BINARIES:%=%.elf): $(U)/bin/%.elf: $$(call program_objects,$$*) \
		$(U)/libuser.a $(U)/user.list user/user.ld user/link.sh
	$(call make_file,$(LINK_PROGRAM) $$tmp $(U)/libuser.a \
		$(call program_objects,$*))

$(BINARIES): %: %.elf
	$(call say,LD,$@)
	$(call make_file,$(STRIP) -o $$tmp $<)

$(B)/mkfs: $(H_OBJECTS)
	$(call say,HOSTLD,$@)
	$(call make_file,$(HOSTCC) -o $$tmp $^)

# clangd and other editors look for this file here.
$(B)/compile_commands.json: $(OBJECTS)
	$(call make_file,{ echo '['; \
		cat $(^:.o=.json) | sed '$$!s/$$/$(comma)/'; \
		echo ']'; } >$$tmp)

# What grade/ needs to know of this build.
$(K)/config.json: FORCE
	$(call remember,{ "kernel": "$(K)/kernel.elf"$(comma) \
		"mkfs": "$(B)/mkfs"$(comma) \
		"cc": "$(CC) $(PROGS_FLAGS)"$(comma) \
		"kernel_cc": "$(CC) $(KERNEL_FLAGS)"$(comma) \
		"user_cc": "$(CC) $(USER_FLAGS)"$(comma) \
		"host_cc": "$(HOSTCC) $(HOST_FLAGS)"$(comma) \
		"link": "$(USER_LINK)"$(comma) \
		"objcopy": "$(OBJCOPY)"$(comma) \
		"library": "$(U)/libuser.a"$(comma) \
		"strip": "$(STRIP)"$(comma) "nm": "$(NM)"$(comma) \
		"items": [ $(subst $(space),$(comma) ,$(ITEMS:%="%")) ]$(comma) \
		"disk": "$(U)/disk.img" })

-include $(OBJECTS:.o=.d)

# ---- what it is used for -----------------------------------------------------

.PHONY: qemu run gdb gdb-server view grade test view_page lint handin help \
	clean clean-disk

qemu: all
	@$(PYTHON) -m grade.machine.run --config $(K)/config.json qemu

run: all
	@$(PYTHON) -m grade.machine.run --config $(K)/config.json run

gdb: all
	@$(PYTHON) -m grade.tools.gdb --config $(K)/config.json

gdb-server: all
	@$(PYTHON) -m grade.tools.gdb --config $(K)/config.json --server

view: all
	@$(PYTHON) -m grade.tools.view --config $(K)/config.json

# For scripts: build, and say where grade/machine/host/build.py finds what was
# built. Of a stranger's tree it takes the kernel only.
.PHONY: config kernel-config user-config
config: all
kernel-config: kernel $(K)/config.json
user-config: user mkfs $(K)/config.json
config kernel-config user-config:
	@echo $(K)/config.json

# These build in makes of their own, which must build the same flavour.
OWN_MAKES := grade test view_page handin bench mutants variants power damage \
	fuzz series
$(OWN_MAKES): export LLVM := $(LLVM)
$(OWN_MAKES): export DEBUG := $(DEBUG)
$(OWN_MAKES): export AUDIT := $(AUDIT)
$(OWN_MAKES): export TOOLPREFIX := $(TOOLPREFIX)
$(OWN_MAKES): export HOSTCC := $(HOSTCC)

grade:
	@$(PYTHON) -m grade $(if $(V),-v)

test:
	@$(PYTHON) -m grade$(if $(DEBIAN),.tools.debian, --all $(if $(V),-v))

# In a browser; not part of `make test`.
view_page: export TESTS := view_page
view_page: test

lint:
	@$(PYTHON) -m grade.tools.lint

# In a hand-out of a lab: what a student may change, as one file.
handin:
	@$(PYTHON) -m grade.course.handin

clean-disk:
	rm -f $(foreach f,img old.img key,$(U)/disk.$(f))

clean:
	rm -rf build

# Of the project itself. A hand-out has none of it.
ifneq ($(wildcard patches),)
SERIES_TOOLS := series-edit series-place series-save
.PHONY: handout gradescope classroom50 mutants mutants-docs variants power \
	damage fuzz bench bench-docs series $(SERIES_TOOLS)

mutants:
	@$(PYTHON) -m grade.trials.mutants

mutants-docs:
	@$(PYTHON) -m grade.trials.mutants.doc

variants:
	@$(PYTHON) -m grade.trials.variants

power damage fuzz:
	@$(PYTHON) -m grade.trials.$@

handout:
	@$(PYTHON) -m grade.course.handout

gradescope classroom50:
	@$(PYTHON) -m grade.course.autograders.autograder_zip $@

series:
	@$(PYTHON) -m grade.series run

bench:
	@$(PYTHON) -m grade.tools.bench

bench-docs:
	@$(PYTHON) -m grade.tools.bench.bench_page

$(SERIES_TOOLS): series-%:
	@$(PYTHON) -m grade.series $*

help: more = $(HELP_MORE)
endif

help:
	$(info $(HELP)$(more))
	@:

define HELP
make              build the kernel, the programs and mkfs
make setup        install what is missing; also `make setup qemu`
make qemu         boot to a shell; Ctrl-A X ends QEMU
make run CMD="echo hello; ls"
                  boot, run the commands, print their output, power off
make view CMD="cowdemo 8"
                  the same with pictures of the memory at each fork, fault and
                  exit: a page, build/view.html; SVG=STEP: that step as a
                  figure; JSON=1: as data; OUT=file
make gdb          the kernel in gdb, stopped at its first instruction;
                  CMD="cowdemo 8": what it is to run
make gdb-server   QEMU alone, stopped, for the debugger of an editor
make grade        test the kernel; `Score: 1000/1000` is full
make grade TREE=DIR
                  grade the kernel of another tree, or of a hand-in archive
make grade REPORT=gradescope OUT=FILE
                  and a report; also prairielearn, autolab, github (a job's
                  summary), classroom50;
                  LIMIT=N: end the run after N seconds, and report
make test         test everything: the kernel, the programs and the tools
make lint         check the style of the code
make handin       in a hand-out of a lab: pack what you hand in
make clean        remove what was built, and the disk of `make qemu`
make clean-disk   remove the disk of `make qemu`, with your files in it

for qemu, run and gdb
  CPUS=1..8       harts (2)              MEM=128M    memory
  PROGS="a.c b"   put your own programs, C files or RISC-V programs, into /bin;
                  a.c+b.S or a folder: one program of several files
  COMPAT=1        put programs into / too, as programs written for xv6 expect
  ARGS="..."      boot arguments         TIMEOUT=N   give up after N seconds
                                                     (not gdb)
  ICOUNT=1        count instructions, with one hart: the same on every machine

for all
  DEBUG=1         more checks in the kernel       LLVM=1   clang and lld
  AUDIT=1         recount frames at each end      V=1      show commands
  WERROR=1        warnings are errors
  TOOLPREFIX=riscv64-linux-gnu-  QEMU=qemu-system-riscv64  PYTHON=python3
  GDB=gdb-multiarch  GDBARGS="-x file -batch"
endef

define HELP_MORE


the project
  make test DEBIAN=trixie
                    make that Debian with debootstrap, and test in it;
                    LOCALE=de_DE.UTF-8; FROM=archive: without git
  make view_page    test the page of `make view` in a browser

the lab
  make handout LAB=cow OUT=dir
                    a repository for students, without the solution;
                    STEP=N: begin at that step
  make gradescope   build/gradescope-cow.zip, an autograder for Gradescope
  make classroom50  build/classroom50-cow.zip, an autograder for Classroom 50
  grade/batch DIR_OR_ZIP -j 2 --out DIR
                    grade all hand-ins of a class
  make bench        instructions of fork, faults and the rest, starter and
                    finished kernel; PROFILE=fork: by function; QUICK=1: only
                    against grade/tools/bench/budgets; ROWS="fork getpid": only these
  make bench-docs   docs/bench.md from the last `make bench`
  make mutants      break the kernel on purpose, and see that the tests notice;
                    MUTANT="012 5": those only, FULL=1: by all tests
  make mutants-docs docs/mistakes.md from the patches of the mutants
  make variants     grade right kernels that are not ours: VARIANT="030": those
  make power        cut the power at any moment of many workloads; SEED=N: that
                    run again; FULL=1: every workload
  make damage       mount disks on which bytes have changed; N=10000: how many;
                    SEED=N: those again, ONE=17: one of them; FULL=1: boot all
  make fuzz         make system calls with any arguments; SEED=N: the same again;
                    N=4 boots of SECONDS=15; CPUS, MEM, DEBUG=1, AUDIT=1;
                    ICOUNT=1: also check that interrupts never wait for long
  make series       build and grade each step from the starter to the kernel;
                    FAST=1: build, boot and usertests only
  make series-edit  lay the steps out as commits, in build/series/edit
  make series-place STEP=N
                    move what the tree has ahead of the series to that step
  make series-save  write the commits back to patches/ and kernel/
endef

endif

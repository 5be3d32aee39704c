# Makefile: builds, runs and grades Calf.
#
# Sources are found by wildcard, so a new file needs no line here. Everything
# that is built goes under build/. `make help` prints the lines that begin with
# ##.
#
#     settings.mk   what the user may set
#     setup.mk      make setup
#     tools.mk      compilers, Python, gdb
#     flags.mk      folders of build/, flags of the compilers
#     build.mk      rules: kernel, programs, mkfs
#     project.mk    targets of this project, which hand-outs do not have

ifneq ($(filter 3.% 4.0 4.0.% 4.1 4.1.%,$(MAKE_VERSION)),)
$(error GNU make $(MAKE_VERSION) is too old, Calf needs 4.2 or later: \
	on macOS, brew install make, and use gmake instead of make)
endif

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/sh


MK := grade/tools/make
include $(MK)/settings.mk

ifneq ($(filter setup,$(GOALS)),)
include $(MK)/setup.mk
else
include $(MK)/tools.mk $(MK)/flags.mk $(MK)/build.mk

# These goals start another make, which must build the same flavour.
OWN_MAKES := grade test view_page handin bench mutants variants power damage \
	fuzz model series
SAME := LLVM DEBUG AUDIT TOOLPREFIX HOSTCC
$(foreach s,$(SAME),$(eval $(OWN_MAKES): export $(s) := $$($(s))))

## make              build the kernel, the programs and mkfs
.PHONY: all
all: kernel user mkfs $(B)/compile_commands.json $(K)/config.json

## make setup        install what is missing; also `make setup qemu`
## make qemu         boot to a shell; Ctrl-A X ends QEMU
.PHONY: qemu
qemu: all
	@$(PYTHON) -m grade.machine.run --config $(K)/config.json qemu

## make run CMD="echo hello; ls"
##                   boot, run the commands, print their output, power off
.PHONY: run
run: all
	@$(PYTHON) -m grade.machine.run --config $(K)/config.json run

## make strict CMD="cowtest" CPUS=4 SEED=17
##                   the same on a machine that does everything that the
##                   specification allows (docs/strict.md); SEEDS=1..200: until
##                   one fails; STRICT=tlb,order: only with these switches;
##                   STORY=1: until a stale translation is used; PORT=4567: for
##                   gdb; BURST=100: at most that many instructions in a turn;
##                   UNTIL=N: a plain machine from instruction N on
.PHONY: strict
strict: all $(B)/strict
	@$(PYTHON) -m grade.machine.strict --config $(K)/config.json

## make view CMD="cowdemo 8"
##                   the same with pictures of the memory at each fork, fault
##                   and exit, in build/view.html; SVG=STEP: that step as a
##                   figure; JSON=1: as data; OUT=file
.PHONY: view
view: all
	@$(PYTHON) -m grade.tools.view --config $(K)/config.json

## make gdb          debug the kernel in gdb, stopped at its first instruction;
##                   CMD="cowdemo 8": what the kernel runs
.PHONY: gdb
gdb: all
	@$(PYTHON) -m grade.tools.gdb --config $(K)/config.json

## make gdb-server   start QEMU alone, stopped, for the debugger of an editor
.PHONY: gdb-server
gdb-server: all
	@$(PYTHON) -m grade.tools.gdb --config $(K)/config.json --server

## make grade        test the kernel, for 1000 points in each lab
## make grade TREE=DIR
##                   grade the kernel of another tree, or of a hand-in archive
## make grade REPORT=gradescope OUT=FILE
##                   and write a report; also prairielearn, autolab, github (a
##                   job's summary), classroom50;
##                   LIMIT=N: end the run after N seconds, and report;
##                   LAB=cow: count only the tests of that lab
.PHONY: grade
grade:
	@$(PYTHON) -m grade $(if $(V),-v)

## make model        run random programs and compare memory with a model of it;
##                   COUNT=200: how many; SEED=N: the same again; CPUS, MEM;
##                   MAPS=1: programs that map memory, too (lab lazy)
.PHONY: model
model:
	@$(PYTHON) -m grade.kernel.model

## make test         test everything: the kernel, the programs and the tools
.PHONY: test
test:
	@$(PYTHON) -m grade$(if $(DEBIAN),.tools.debian, --all $(if $(V),-v))

# In a browser; not part of `make test`.
.PHONY: view_page
view_page: export TESTS := view_page
view_page: test

## make lint         check the style of the code
.PHONY: lint
lint:
	@$(PYTHON) -m grade.tools.lint

## make handin       in a hand-out of a lab: pack what you hand in; FORCE=1:
##                   even if it does not build
.PHONY: handin
handin:
	@$(PYTHON) -m grade.course.handin

## make clean        remove what was built, and the disk of `make qemu`
.PHONY: clean
clean:
	rm -rf build

## make clean-disk   remove the disk of `make qemu`, with your files in it
.PHONY: clean-disk
clean-disk:
	rm -f $(foreach f,img old.img key,$(U)/disk.$(f))

##
## for grade and test
##   TESTS="word"    the tests with that word in their name or printed title;
##                   also and, or, not; or some words of one title
##   GROUP="word"    the tests of that group
##   FIRST=1         stop at the first failure      WORKERS=N  tests at a time
##   QUICK=1         the most telling tests only    ALL=1      give up nothing
##   SANDBOX=0       run without the sandbox; 1: refuse to run without it
##
## for qemu, run and gdb
##   CPUS=1..8       harts (2)              MEM=128M    memory
##   PROGS="a.c b"   put your own programs, C files or RISC-V programs, into
##                   /bin; a.c+b.S or a folder: one program of several files
##   COMPAT=1        put programs into / too, as programs written for xv6 expect
##   ARGS="..."      boot arguments         TIMEOUT=N   give up after N seconds
##                                                      (not gdb)
##   ICOUNT=1        count instructions; one hart; the same on every machine
##
## for all
##   DEBUG=1         more checks in the kernel       LLVM=1   clang and lld
##   AUDIT=1         recount frames at each exit     V=1      show commands
##   WERROR=1        warnings are errors
##   TOOLPREFIX=riscv64-linux-gnu-  QEMU=qemu-system-riscv64  PYTHON=python3
##   GDB=gdb-multiarch  GDBARGS="-x file -batch"
-include $(MK)/project.mk

.PHONY: help
help:
	@sed -n 's/^## \{0,1\}//p' Makefile $(wildcard $(MK)/project.mk)

endif

# grade/tools/make/project.mk: the targets of the project itself. A hand-out of
# a lab does not contain them.

##
##
## the project
##   make test DEBIAN=trixie
##                     make that Debian with debootstrap, and test in it;
##                     LOCALE=de_DE.UTF-8; FROM=archive: without git
##   make view_page    test the page of `make view` in a browser
##
## the lab
##   make handout LAB=cow OUT=dir
##                     make a repository for students, without the solution;
##                     STEP=N: start from that step
.PHONY: handout
handout:
	@$(PYTHON) -m grade.course.handout

##   make gradescope LAB=cow
##                     make build/gradescope-cow.zip, an autograder for
##                     Gradescope
##   make classroom50 LAB=cow
##                     make build/classroom50-cow.zip, an autograder for
##                     Classroom 50
.PHONY: gradescope classroom50
gradescope classroom50:
	@$(PYTHON) -m grade.course.autograders.autograder_zip $@

##   grade/batch DIR_OR_ZIP -j 2 --out DIR
##                     grade all submissions of a class
##   make bench        count the instructions of fork, faults and other
##                     operations, for the starter and the finished kernel;
##                     PROFILE=fork: by function; QUICK=1: only compare with
##                     grade/tools/bench/budgets; ROWS="fork getpid": only these
.PHONY: bench
bench:
	@$(PYTHON) -m grade.tools.bench

##   make bench-docs   write docs/bench.md from the last `make bench`
.PHONY: bench-docs
bench-docs:
	@$(PYTHON) -m grade.tools.bench.bench_page

##   make mutants      break the kernel on purpose, and check that the tests
##                     notice; MUTANT="012 5": only these; LAB=cow: only those of
##                     that lab; FULL=1: all tests
##   make mutants AUTO=1
##                     the same with mistakes made by a program, thousands of
##                     them; N=500: a sample; FILE="fault uvm",
##                     OPERATOR="fence lock": only those; STAGE=outside: stop
##                     after that stage of the tests (docs/trials.md)
.PHONY: mutants
mutants:
	@$(PYTHON) -m grade.trials.$(if $(AUTO),generated,mutants)

##   make mutants-docs write docs/mistakes.md from the patches of the mutants
.PHONY: mutants-docs
mutants-docs:
	@$(PYTHON) -m grade.trials.mutants.doc

##   make variants     grade correct kernels that differ from this one;
##                     VARIANT="030": only those
.PHONY: variants
variants:
	@$(PYTHON) -m grade.trials.variants

##   make power        cut the power at any moment of many workloads; SEED=N:
##                     repeat that run; FULL=1: every workload
##   make damage       mount damaged disks; N=10000: how many; SEED=N: the same
##                     ones again; ONE=17: one of them; FULL=1: boot all
##   make fuzz         make system calls with random arguments; SEED=N: the
##                     same again; N=4 boots of SECONDS=15; CPUS, MEM, DEBUG=1,
##                     AUDIT=1; ICOUNT=1: also check that interrupts are not
##                     delayed for long
.PHONY: power damage fuzz
power damage fuzz:
	@$(PYTHON) -m grade.trials.$@

##   make series       build and grade each step from the starter to the kernel;
##                     FAST=1: build, boot and usertests only
.PHONY: series
series:
	@$(PYTHON) -m grade.series run

##   make series-edit  lay the steps out as commits, in build/series/edit
##   make series-place STEP=N
##                     move changes that are not in the series into that step;
##                     SINCE=COMMIT: only changes since that commit
##   make series-save  write the commits back to the tree
.PHONY: series-edit series-place series-save
series-edit series-place series-save: series-%:
	@$(PYTHON) -m grade.series $*

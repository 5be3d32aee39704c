# grade/tools/make/flags.mk: the folders of a build, and the flags of
# compilers.

# Each flavour of the kernel has its own folder. DEBUG and AUDIT do not change
# the programs.
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

WARNINGS := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla
COMMON_FLAGS := -std=gnu11 -O2 -g -ffreestanding -fno-pie \
	-fno-stack-protector -fno-common -fno-asynchronous-unwind-tables \
	-mcmodel=medany $(CC_ONLY) $(WARNINGS)

# The checks that DEBUG=1 lets the compiler add, as far as both gcc and clang
# have them (kernel/debug/ubsan.c). And each call stays a call, for backtraces.
CHECKED := shift integer-divide-by-zero signed-integer-overflow null alignment \
	object-size pointer-overflow bool enum unreachable builtin \
	$(if $(LLVM),array-bounds,bounds)
DEBUG_FLAGS := -DDEBUG -fno-optimize-sibling-calls \
	$(addprefix -fsanitize=,$(CHECKED))

KERNEL_FLAGS := -march=$(MARCH) -mabi=lp64 $(COMMON_FLAGS) \
	-fno-omit-frame-pointer -Wframe-larger-than=640 \
	$(if $(LLVM),-Wthread-safety) \
	$(if $(DEBUG),$(DEBUG_FLAGS)) $(if $(AUDIT),-DAUDIT) -Ikernel
# This file runs before it is known that the hart has more than RV64I.
CHECK_FLAGS = $(filter-out -fsanitize=%,$(patsubst -march=rv64imac%,-march=rv64i%, \
	$(KERNEL_FLAGS)))
# Assembly saves the floating-point registers of programs, so C must not use
# any.
KERNEL_ASFLAGS := $(patsubst -march=%,-march=rv64gc,$(KERNEL_FLAGS))
KERNEL_LINK := $(LD) -m elf64lriscv -nostdlib -static \
	-z max-page-size=4096 -z noexecstack --build-id=none \
	$(if $(WERROR),--fatal-warnings) -T kernel/boot/kernel.ld

# The others use only abi/ from kernel/, so that they never include a header
# such as <stdio.h> from there.
USER_FLAGS := -march=rv64gc -mabi=lp64d $(COMMON_FLAGS) \
	-ffunction-sections -fdata-sections -iquote user/lib -iquote kernel
USER_LINK := $(LD) -m elf64lriscv -nostdlib -static --gc-sections \
	-z max-page-size=4096 -z stack-size=65536 -z noexecstack \
	--build-id=none $(if $(WERROR),--fatal-warnings) -T user/user.ld
LINK_PROGRAM = NM=$(call quoted,$(NM)) OBJCOPY=$(call quoted,$(OBJCOPY)) \
	LINK=$(call quoted,$(USER_LINK)) sh user/link.sh

# For the user's own programs: the compiler finds xv6's headers and not the
# host's, gives fewer warnings, and does not remove accesses through NULL.
PROGS_FLAGS := $(filter-out -Wextra -Wmissing-prototypes \
	-Wstrict-prototypes -Wvla,-Iuser/compat $(USER_FLAGS)) \
	-fno-delete-null-pointer-checks $(if $(LLVM),-nostdlibinc,-nostdinc \
	-isystem $(shell $(CC) -print-file-name=include))

HOST_FLAGS := -std=gnu11 -O2 -g $(WARNINGS) -iquote mkfs -iquote kernel

# The strict machine computes in whatever rounding mode the guest has chosen.
STRICT_FLAGS := -std=gnu11 -O2 -g $(WARNINGS) -frounding-math \
	-ffp-contract=off -fno-math-errno

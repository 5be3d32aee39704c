# grade/tools/make/build.mk: build the kernel, the programs and mkfs.

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
S_OBJECTS := $(addprefix $(H)/,$(call objects,$(call sources,\
	grade/machine/strict/*)))
OBJECTS := $(K_OBJECTS) $(LIB_OBJECTS) $(P_OBJECTS) $(H_OBJECTS) $(S_OBJECTS)
BINARIES := $(addprefix $(U)/bin/,$(PROGRAMS))

# The contents of every disk image, as arguments of mkfs.
ITEMS := $(foreach p,$(PROGRAMS),/bin/$(p)=$(U)/bin/$(p)) \
	/dev/console:1,0 /dev/vmstat:2,0 /dev/null:3,0 /proc:4,0 /tmp/ \
	$(if $(wildcard README.md),/README=README.md)

.PHONY: kernel user mkfs
kernel: $(K)/kernel.elf
user: $(BINARIES)
mkfs: $(B)/mkfs

# ---- how it is built ---------------------------------------------------------

# V=1 shows the commands. `make run` prints nothing but the guest's output.
Q := $(if $(V),,@)
say = $(if $(V)$(filter run %config,$(GOALS)),,\
	@printf '  %-8s%s\n' '$(1)' '$(2)')

# Quote text for a string of JSON, and for the shell.
json = $(subst ",\",$(subst \,\\,$(1)))
quoted = '$(subst ','\'',$(1))'
HERE := $(call quoted,$(call json,$(CURDIR)))
NO_PATH := $(call quoted,-ffile-prefix-map=$(CURDIR)=.)

# Two makes may run at the same time, so a file appears completely or not at
# all.

# WERROR=1 does not change the flags, so ccache compiles nothing again for it.
SILENT := $(if $(WERROR),sh grade/tools/make/silent.sh)

# $(call compile,COMMAND): also write the dependencies and the editor's entry.
# The object does not contain the tree's path, so it is the same in each tree.
define compile
$(Q)mkdir -p $(@D) && tmp=$@.$$$$ && \
	$(SILENT) $(CCACHE) $(1) $(NO_PATH) -MMD -MP -MT $@ -MF $$tmp.d -c -o $$tmp $< && \
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
# Targets that depend on such a file are made again when their command changes.
define remember
@mkdir -p $(@D) && tmp=$@.$$$$ && printf '%s\n' '$(1)' >$$tmp && \
	if cmp -s $$tmp $@; then rm -f $$tmp; else mv -f $$tmp $@; fi
endef

.PHONY: FORCE
FORCE:

$(K)/kernel.flags: FORCE
	$(call remember,$(SILENT) $(CC) $(KERNEL_FLAGS))
$(K)/kernel.list: FORCE
	$(call remember,$(KERNEL_LINK) $(K_OBJECTS))
$(U)/user.flags: FORCE
	$(call remember,$(SILENT) $(CC) $(USER_FLAGS))
$(U)/user.list: FORCE
	$(call remember,$(USER_LINK) $(LIB_OBJECTS) $(P_OBJECTS))
$(H)/host.flags: FORCE
	$(call remember,$(SILENT) $(HOSTCC) $(HOST_FLAGS) $(H_OBJECTS))
$(H)/strict.flags: FORCE
	$(call remember,$(SILENT) $(HOSTCC) $(STRICT_FLAGS) $(S_OBJECTS))

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

$(H)/grade/machine/strict/%.c.o: grade/machine/strict/%.c $(H)/strict.flags
	$(call say,HOSTCC,$<)
	$(call compile,$(HOSTCC) $(STRICT_FLAGS))

# The kernel is linked twice; grade/tools/make/ksyms.awk says why.
$(K)/ksyms0.S: grade/tools/make/ksyms.awk
	$(call make_file,awk -f $< /dev/null >$$tmp)

$(K)/ksyms.S: $(K)/kernel0.elf grade/tools/make/ksyms.awk
	$(call make_file,$(NM) -n $< >$$tmp.nm && \
		awk -f grade/tools/make/ksyms.awk $$tmp.nm >$$tmp && rm -f $$tmp.nm)

$(K)/ksyms.o $(K)/ksyms0.o: %.o: %.S
	$(call make_file,$(SILENT) $(CC) $(KERNEL_FLAGS) -c -o $$tmp $<)

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

$(B)/strict: $(S_OBJECTS)
	$(call say,HOSTLD,$@)
	$(call make_file,$(HOSTCC) -o $$tmp $^ -lm)

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
		"strict": "$(B)/strict"$(comma) \
		"disk": "$(U)/disk.img" })

-include $(OBJECTS:.o=.d)


# For scripts: build, and tell grade/machine/host/build.py where the results
# are. From a stranger's tree only the kernel is used.
.PHONY: config kernel-config user-config
config: all $(B)/strict
kernel-config: kernel $(K)/config.json
user-config: user mkfs $(B)/strict $(K)/config.json
config kernel-config user-config:
	@echo $(K)/config.json

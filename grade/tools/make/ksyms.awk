# grade/tools/make/ksyms.awk: nm's list of the kernel's functions, sorted by
# address, becomes an assembly file with the table that a backtrace reads.
#
# The kernel is linked twice: with an empty table, and with the table made from
# that first link. Section .ksyms comes last, so no address moves in between.

BEGIN {
	print "\t.section .ksyms, \"a\""
	print "\t.globl ksym_table, ksym_count"
	print "\t.balign 8"
	print "ksym_table:"
}

$2 ~ /^[tT]$/ && $3 !~ /^[.$]/ {
	printf "\t.quad 0x%s, name_%d\n", $1, count
	name[count++] = $3
}

END {
	print "ksym_count:"
	printf "\t.quad %d\n", count
	for (i = 0; i < count; i++)
		printf "name_%d:\t.asciz \"%s\"\n", i, name[i]
	print "\t.section .note.GNU-stack, \"\", @progbits"
}

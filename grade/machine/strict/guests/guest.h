/* grade/machine/strict/guests/guest.h: what guests in C have in common. */
#pragma once

typedef unsigned long uint64;
typedef unsigned char uint8;

#define PAGE 4096UL
#define UART ((volatile uint8 *)0x10000000)
#define TEST_DEVICE ((volatile unsigned *)0x100000)

/* Print a name and a number. */
static inline void print_count(const char *name, uint64 count)
{
	char digits[20];
	int n = 0;

	while (*name != '\0')
		*UART = (uint8)*name++;
	*UART = ' ';
	do
		digits[n++] = (char)('0' + count % 10);
	while ((count /= 10) != 0);
	while (n > 0)
		*UART = (uint8)digits[--n];
	*UART = '\n';
}

/* kernel/dev/poweroff.c: power the machine off, through the test device of
 * QEMU's virt machine. Its register takes a verdict in the lower half of a word
 * and an exit status in the upper half. */
#include "dev/poweroff.h"

#include "lib/panic.h"
#include "mm/layout.h"

#define VERDICT_PASS 0x5555U
#define VERDICT_FAIL 0x3333U

void poweroff(uint32 status)
{
	status %= 256;
	mmio_write32(TEST_DEVICE,
		     status == 0 ? VERDICT_PASS : status << 16 | VERDICT_FAIL);
	hart_park();
}

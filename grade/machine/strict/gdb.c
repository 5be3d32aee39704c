/* grade/machine/strict/gdb.c: */
#include "front.h"
void gdb_serve(struct front *front)
{
	(void)front;
}

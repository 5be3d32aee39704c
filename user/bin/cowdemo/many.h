/* user/bin/cowdemo/many.h: many children of a large parent. */
#pragma once

/* `cowdemo many`: show how much each of them uses. */
void many_run(void);

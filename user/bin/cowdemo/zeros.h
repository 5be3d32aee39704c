/* user/bin/cowdemo/zeros.h: a program that reads what it has never written. */
#pragma once

/* `cowdemo zeros`: show what that costs. */
void zeros_run(void);

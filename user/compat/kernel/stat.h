/* user/compat/kernel/stat.h: struct stat, for programs written for xv6. */
#pragma once

#include "abi/stat.h"

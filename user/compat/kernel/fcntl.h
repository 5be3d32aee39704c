/* user/compat/kernel/fcntl.h: flags of open(), for programs written for xv6. */
#pragma once

#include "abi/fcntl.h"

/* user/lib/calf.h: everything that a program usually needs. */
#pragma once

#include "error.h"
#include "memory.h"
#include "print.h"
#include "string.h"
#include "sys.h"

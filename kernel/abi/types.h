/* kernel/abi/types.h: integer types shared by kernel, programs and mkfs. */
#pragma once

typedef unsigned char uchar;
typedef unsigned short ushort;
typedef unsigned int uint;

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef unsigned long uint64;

typedef signed char int8;
typedef short int16;
typedef int int32;
typedef long int64;

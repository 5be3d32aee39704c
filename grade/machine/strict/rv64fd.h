/* grade/machine/strict/rv64fd.h: a table of the instructions of F and D; see
 * rv64.h. fd, fs1, fs2 and fs3 are floating-point registers.
 *
 * In the operations, a, b and c are the operands. _S at the end of a name means
 * single precision, and _D double. */

/* clang-format off */

ROW(flw, "11.5", "imm[11:0] rs1 010 fd 0000111", FLOAT, float_load(h, i, 4))
ROW(fsw, "11.5", "imm[11:5] fs2 rs1 010 imm[4:0] 0100111", FLOAT,
    float_store(h, i, 4))
ROW(fld, "12.3", "imm[11:0] rs1 011 fd 0000111", FLOAT, float_load(h, i, 8))
ROW(fsd, "12.3", "imm[11:5] fs2 rs1 011 imm[4:0] 0100111", FLOAT,
    float_store(h, i, 8))

ROW(fmadd_s,  "11.6", "fs3 00 fs2 fs1 rm fd 1000011", FLOAT, FUSED_S(a, b, c))
ROW(fmsub_s,  "11.6", "fs3 00 fs2 fs1 rm fd 1000111", FLOAT, FUSED_S(a, b, -c))
ROW(fnmsub_s, "11.6", "fs3 00 fs2 fs1 rm fd 1001011", FLOAT, FUSED_S(-a, b, c))
ROW(fnmadd_s, "11.6", "fs3 00 fs2 fs1 rm fd 1001111", FLOAT, FUSED_S(-a, b, -c))
ROW(fadd_s,   "11.6", "0000000 fs2 fs1 rm fd 1010011", FLOAT, ARITH_S(ADD))
ROW(fsub_s,   "11.6", "0000100 fs2 fs1 rm fd 1010011", FLOAT, ARITH_S(SUB))
ROW(fmul_s,   "11.6", "0001000 fs2 fs1 rm fd 1010011", FLOAT, ARITH_S(MUL))
ROW(fdiv_s,   "11.6", "0001100 fs2 fs1 rm fd 1010011", FLOAT, ARITH_S(DIV))
ROW(fsqrt_s,  "11.6", "0101100 00000 fs1 rm fd 1010011", FLOAT, ARITH_S(SQRT))
ROW(fmin_s,   "11.6", "0010100 fs2 fs1 000 fd 1010011", FLOAT, CHOOSE_S(false))
ROW(fmax_s,   "11.6", "0010100 fs2 fs1 001 fd 1010011", FLOAT, CHOOSE_S(true))
ROW(fsgnj_s,  "11.7", "0010000 fs2 fs1 000 fd 1010011", FLOAT, SIGN_S(b))
ROW(fsgnjn_s, "11.7", "0010000 fs2 fs1 001 fd 1010011", FLOAT, SIGN_S(~b))
ROW(fsgnjx_s, "11.7", "0010000 fs2 fs1 010 fd 1010011", FLOAT, SIGN_S(a ^ b))
ROW(fcvt_w_s, "11.7", "1100000 00000 fs1 rm rd 1010011", FLOAT,
    TO_INT_S(INT32))
ROW(fcvt_wu_s, "11.7", "1100000 00001 fs1 rm rd 1010011", FLOAT,
    TO_INT_S(UINT32))
ROW(fcvt_l_s, "11.7", "1100000 00010 fs1 rm rd 1010011", FLOAT,
    TO_INT_S(INT64))
ROW(fcvt_lu_s, "11.7", "1100000 00011 fs1 rm rd 1010011", FLOAT,
    TO_INT_S(UINT64))
ROW(fcvt_s_w, "11.7", "1101000 00000 rs1 rm fd 1010011", FLOAT,
    FROM_INT_S(INT32))
ROW(fcvt_s_wu, "11.7", "1101000 00001 rs1 rm fd 1010011", FLOAT,
    FROM_INT_S(UINT32))
ROW(fcvt_s_l, "11.7", "1101000 00010 rs1 rm fd 1010011", FLOAT,
    FROM_INT_S(INT64))
ROW(fcvt_s_lu, "11.7", "1101000 00011 rs1 rm fd 1010011", FLOAT,
    FROM_INT_S(UINT64))
ROW(fmv_x_w, "11.7", "1110000 00000 fs1 000 rd 1010011", FLOAT,
    MOVE_TO_INT(SX(F(i->rs1))))
ROW(fmv_w_x, "11.7", "1111000 00000 rs1 000 fd 1010011", FLOAT,
    MOVE_FROM_INT(BOX(RS1)))
ROW(feq_s,    "11.8", "1010000 fs2 fs1 010 rd 1010011", FLOAT, COMPARE_S(EQ))
ROW(flt_s,    "11.8", "1010000 fs2 fs1 001 rd 1010011", FLOAT, COMPARE_S(LT))
ROW(fle_s,    "11.8", "1010000 fs2 fs1 000 rd 1010011", FLOAT, COMPARE_S(LE))
ROW(fclass_s, "11.9", "1110000 00000 fs1 001 rd 1010011", FLOAT, CLASSIFY_S())

ROW(fmadd_d,  "12.4", "fs3 01 fs2 fs1 rm fd 1000011", FLOAT, FUSED_D(a, b, c))
ROW(fmsub_d,  "12.4", "fs3 01 fs2 fs1 rm fd 1000111", FLOAT, FUSED_D(a, b, -c))
ROW(fnmsub_d, "12.4", "fs3 01 fs2 fs1 rm fd 1001011", FLOAT, FUSED_D(-a, b, c))
ROW(fnmadd_d, "12.4", "fs3 01 fs2 fs1 rm fd 1001111", FLOAT, FUSED_D(-a, b, -c))
ROW(fadd_d,   "12.4", "0000001 fs2 fs1 rm fd 1010011", FLOAT, ARITH_D(ADD))
ROW(fsub_d,   "12.4", "0000101 fs2 fs1 rm fd 1010011", FLOAT, ARITH_D(SUB))
ROW(fmul_d,   "12.4", "0001001 fs2 fs1 rm fd 1010011", FLOAT, ARITH_D(MUL))
ROW(fdiv_d,   "12.4", "0001101 fs2 fs1 rm fd 1010011", FLOAT, ARITH_D(DIV))
ROW(fsqrt_d,  "12.4", "0101101 00000 fs1 rm fd 1010011", FLOAT, ARITH_D(SQRT))
ROW(fmin_d,   "12.4", "0010101 fs2 fs1 000 fd 1010011", FLOAT, CHOOSE_D(false))
ROW(fmax_d,   "12.4", "0010101 fs2 fs1 001 fd 1010011", FLOAT, CHOOSE_D(true))
ROW(fsgnj_d,  "12.5", "0010001 fs2 fs1 000 fd 1010011", FLOAT, SIGN_D(b))
ROW(fsgnjn_d, "12.5", "0010001 fs2 fs1 001 fd 1010011", FLOAT, SIGN_D(~b))
ROW(fsgnjx_d, "12.5", "0010001 fs2 fs1 010 fd 1010011", FLOAT, SIGN_D(a ^ b))
ROW(fcvt_s_d,  "12.5", "0100000 00001 fs1 rm fd 1010011", FLOAT, NARROW())
ROW(fcvt_d_s,  "12.5", "0100001 00000 fs1 rm fd 1010011", FLOAT, WIDEN())
ROW(fcvt_w_d, "12.5", "1100001 00000 fs1 rm rd 1010011", FLOAT,
    TO_INT_D(INT32))
ROW(fcvt_wu_d, "12.5", "1100001 00001 fs1 rm rd 1010011", FLOAT,
    TO_INT_D(UINT32))
ROW(fcvt_l_d, "12.5", "1100001 00010 fs1 rm rd 1010011", FLOAT,
    TO_INT_D(INT64))
ROW(fcvt_lu_d, "12.5", "1100001 00011 fs1 rm rd 1010011", FLOAT,
    TO_INT_D(UINT64))
ROW(fcvt_d_w, "12.5", "1101001 00000 rs1 rm fd 1010011", FLOAT,
    FROM_INT_D(INT32))
ROW(fcvt_d_wu, "12.5", "1101001 00001 rs1 rm fd 1010011", FLOAT,
    FROM_INT_D(UINT32))
ROW(fcvt_d_l, "12.5", "1101001 00010 rs1 rm fd 1010011", FLOAT,
    FROM_INT_D(INT64))
ROW(fcvt_d_lu, "12.5", "1101001 00011 rs1 rm fd 1010011", FLOAT,
    FROM_INT_D(UINT64))
ROW(fmv_x_d, "12.5", "1110001 00000 fs1 000 rd 1010011", FLOAT,
    MOVE_TO_INT(F(i->rs1)))
ROW(fmv_d_x, "12.5", "1111001 00000 rs1 000 fd 1010011", FLOAT,
    MOVE_FROM_INT(RS1))
ROW(feq_d,    "12.6", "1010001 fs2 fs1 010 rd 1010011", FLOAT, COMPARE_D(EQ))
ROW(flt_d,    "12.6", "1010001 fs2 fs1 001 rd 1010011", FLOAT, COMPARE_D(LT))
ROW(fle_d,    "12.6", "1010001 fs2 fs1 000 rd 1010011", FLOAT, COMPARE_D(LE))
ROW(fclass_d, "12.7", "1110001 00000 fs1 001 rd 1010011", FLOAT, CLASSIFY_D())

SHORT(c_fld,   "16.3", "001 uimm[5:3] rs1' uimm[7:6] fd' 00", fld)
SHORT(c_fsd,   "16.3", "101 uimm[5:3] rs1' uimm[7:6] fs2' 00", fsd)
SHORT(c_fldsp, "16.3", "001 uimm[5] fd uimm[4:3|8:6] 10 rs1=2", fld)
SHORT(c_fsdsp, "16.3", "101 uimm[5:3|8:6] fs2 10 rs1=2", fsd)
/* clang-format on */

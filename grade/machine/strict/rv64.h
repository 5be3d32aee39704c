/* grade/machine/strict/rv64.h: a table of the instructions of RV64IMAC with
 * Zicsr, Zifencei and the privileged ones, as the manuals list them.
 *
 *   ROW(name, section, encoding, kind, operation)
 *   SHORT(name, section, encoding, long form)
 *
 * Sections are those of "The RISC-V Instruction Set Manual", Volume I, document
 * version 20191213; with a P, of Volume II, 20211203. An encoding has the
 * fields of the manual from the highest bit to the lowest: "imm[12|10:5]" are
 * bits of a signed immediate, uimm of an unsigned one, and nz before it says
 * that it must not be 0. rd' is a register from x8 on, rd/rs1 is both, !0
 * excludes x0, and "rs1=2" after the bits is an operand that the encoding
 * implies. More special rows come first. There is no include guard, because
 * each file that includes this one defines the macros in its own way.
 *
 * SX is the sign-extended low word; JUMP sets the next pc. */

/* clang-format off */

/* Integer arithmetic */
ROW(addi,  "2.4.1", "imm[11:0] rs1 000 rd 0010011", PLAIN, RD = RS1 + IMM)
ROW(slti,  "2.4.1", "imm[11:0] rs1 010 rd 0010011", PLAIN, RD = S(RS1) < S(IMM))
ROW(sltiu, "2.4.1", "imm[11:0] rs1 011 rd 0010011", PLAIN, RD = RS1 < IMM)
ROW(xori,  "2.4.1", "imm[11:0] rs1 100 rd 0010011", PLAIN, RD = RS1 ^ IMM)
ROW(ori,   "2.4.1", "imm[11:0] rs1 110 rd 0010011", PLAIN, RD = RS1 | IMM)
ROW(andi,  "2.4.1", "imm[11:0] rs1 111 rd 0010011", PLAIN, RD = RS1 & IMM)
ROW(slli, "5.2.1", "000000 uimm[5:0] rs1 001 rd 0010011", PLAIN,
    RD = RS1 << IMM)
ROW(srli, "5.2.1", "000000 uimm[5:0] rs1 101 rd 0010011", PLAIN,
    RD = RS1 >> IMM)
ROW(srai, "5.2.1", "010000 uimm[5:0] rs1 101 rd 0010011", PLAIN,
    RD = U(S(RS1) >> IMM))
ROW(addiw, "5.2.1", "imm[11:0] rs1 000 rd 0011011", PLAIN, RD = SX(RS1 + IMM))
ROW(slliw, "5.2.1", "0000000 uimm[4:0] rs1 001 rd 0011011", PLAIN,
    RD = SX(RS1 << IMM))
ROW(srliw, "5.2.1", "0000000 uimm[4:0] rs1 101 rd 0011011", PLAIN,
    RD = SX((uint32_t)RS1 >> IMM))
ROW(sraiw, "5.2.1", "0100000 uimm[4:0] rs1 101 rd 0011011", PLAIN,
    RD = U((int32_t)RS1 >> IMM))
ROW(lui,   "2.4.1", "imm[31:12] rd 0110111", PLAIN, RD = IMM)
ROW(auipc, "2.4.1", "imm[31:12] rd 0010111", PLAIN, RD = PC + IMM)

ROW(add,   "2.4.2", "0000000 rs2 rs1 000 rd 0110011", PLAIN, RD = RS1 + RS2)
ROW(sub,   "2.4.2", "0100000 rs2 rs1 000 rd 0110011", PLAIN, RD = RS1 - RS2)
ROW(sll, "2.4.2", "0000000 rs2 rs1 001 rd 0110011", PLAIN,
    RD = RS1 << (RS2 & 63))
ROW(slt, "2.4.2", "0000000 rs2 rs1 010 rd 0110011", PLAIN,
    RD = S(RS1) < S(RS2))
ROW(sltu,  "2.4.2", "0000000 rs2 rs1 011 rd 0110011", PLAIN, RD = RS1 < RS2)
ROW(xor,   "2.4.2", "0000000 rs2 rs1 100 rd 0110011", PLAIN, RD = RS1 ^ RS2)
ROW(srl, "2.4.2", "0000000 rs2 rs1 101 rd 0110011", PLAIN,
    RD = RS1 >> (RS2 & 63))
ROW(sra, "2.4.2", "0100000 rs2 rs1 101 rd 0110011", PLAIN,
    RD = U(S(RS1) >> (RS2 & 63)))
ROW(or,    "2.4.2", "0000000 rs2 rs1 110 rd 0110011", PLAIN, RD = RS1 | RS2)
ROW(and,   "2.4.2", "0000000 rs2 rs1 111 rd 0110011", PLAIN, RD = RS1 & RS2)
ROW(addw,  "5.2.2", "0000000 rs2 rs1 000 rd 0111011", PLAIN, RD = SX(RS1 + RS2))
ROW(subw,  "5.2.2", "0100000 rs2 rs1 000 rd 0111011", PLAIN, RD = SX(RS1 - RS2))
ROW(sllw, "5.2.2", "0000000 rs2 rs1 001 rd 0111011", PLAIN,
    RD = SX(RS1 << (RS2 & 31)))
ROW(srlw, "5.2.2", "0000000 rs2 rs1 101 rd 0111011", PLAIN,
    RD = SX((uint32_t)RS1 >> (RS2 & 31)))
ROW(sraw, "5.2.2", "0100000 rs2 rs1 101 rd 0111011", PLAIN,
    RD = U((int32_t)RS1 >> (RS2 & 31)))

/* Jumps and branches. With the C extension, no target is misaligned. */
ROW(jal, "2.5.1", "imm[20|10:1|11|19:12] rd 1101111", PLAIN,
    RD = PC + i->len; JUMP(PC + IMM))
ROW(jalr, "2.5.1", "imm[11:0] rs1 000 rd 1100111", PLAIN,
    uint64_t to = (RS1 + IMM) & ~1UL; RD = PC + i->len; JUMP(to))
ROW(beq, "2.5.2", "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011", PLAIN,
    if (RS1 == RS2) JUMP(PC + IMM))
ROW(bne, "2.5.2", "imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011", PLAIN,
    if (RS1 != RS2) JUMP(PC + IMM))
ROW(blt, "2.5.2", "imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011", PLAIN,
    if (S(RS1) < S(RS2)) JUMP(PC + IMM))
ROW(bge, "2.5.2", "imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011", PLAIN,
    if (S(RS1) >= S(RS2)) JUMP(PC + IMM))
ROW(bltu, "2.5.2", "imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011", PLAIN,
    if (RS1 < RS2) JUMP(PC + IMM))
ROW(bgeu, "2.5.2", "imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011", PLAIN,
    if (RS1 >= RS2) JUMP(PC + IMM))

/* Loads and stores */
ROW(lb,  "2.6", "imm[11:0] rs1 000 rd 0000011", MEMORY, LOAD(int8_t))
ROW(lh,  "2.6", "imm[11:0] rs1 001 rd 0000011", MEMORY, LOAD(int16_t))
ROW(lw,  "2.6", "imm[11:0] rs1 010 rd 0000011", MEMORY, LOAD(int32_t))
ROW(ld,  "5.3", "imm[11:0] rs1 011 rd 0000011", MEMORY, LOAD(int64_t))
ROW(lbu, "2.6", "imm[11:0] rs1 100 rd 0000011", MEMORY, LOAD(uint8_t))
ROW(lhu, "2.6", "imm[11:0] rs1 101 rd 0000011", MEMORY, LOAD(uint16_t))
ROW(lwu, "5.3", "imm[11:0] rs1 110 rd 0000011", MEMORY, LOAD(uint32_t))
ROW(sb, "2.6", "imm[11:5] rs2 rs1 000 imm[4:0] 0100011", MEMORY,
    STORE(uint8_t))
ROW(sh, "2.6", "imm[11:5] rs2 rs1 001 imm[4:0] 0100011", MEMORY,
    STORE(uint16_t))
ROW(sw, "2.6", "imm[11:5] rs2 rs1 010 imm[4:0] 0100011", MEMORY,
    STORE(uint32_t))
ROW(sd, "5.3", "imm[11:5] rs2 rs1 011 imm[4:0] 0100011", MEMORY,
    STORE(uint64_t))

/* Order */
ROW(fence, "2.7", "uimm[11:0] rs1 000 rd 0001111", PLAIN,
    do_fence(h, (uint32_t)i->imm))
ROW(fence_i, "3",   "uimm[11:0] rs1 001 rd 0001111", PLAIN, do_fence_i(h))

/* Multiplication and division */
ROW(mul,    "7.1", "0000001 rs2 rs1 000 rd 0110011", PLAIN, RD = RS1 * RS2)
ROW(mulh, "7.1", "0000001 rs2 rs1 001 rd 0110011", PLAIN,
    RD = U((__int128)S(RS1) * S(RS2) >> 64))
ROW(mulhsu, "7.1", "0000001 rs2 rs1 010 rd 0110011", PLAIN,
    RD = U((__int128)S(RS1) * (__int128)RS2 >> 64))
ROW(mulhu, "7.1", "0000001 rs2 rs1 011 rd 0110011", PLAIN,
    RD = U((unsigned __int128)RS1 * RS2 >> 64))
ROW(mulw,   "7.1", "0000001 rs2 rs1 000 rd 0111011", PLAIN, RD = SX(RS1 * RS2))
ROW(div, "7.2", "0000001 rs2 rs1 100 rd 0110011", PLAIN,
    RD = divide(S(RS1), S(RS2)))
ROW(divu, "7.2", "0000001 rs2 rs1 101 rd 0110011", PLAIN,
    RD = RS2 == 0 ? ~0UL : RS1 / RS2)
ROW(rem, "7.2", "0000001 rs2 rs1 110 rd 0110011", PLAIN,
    RD = remainder_of(S(RS1), S(RS2)))
ROW(remu, "7.2", "0000001 rs2 rs1 111 rd 0110011", PLAIN,
    RD = RS2 == 0 ? RS1 : RS1 % RS2)
ROW(divw, "7.2", "0000001 rs2 rs1 100 rd 0111011", PLAIN,
    RD = SX(divide((int32_t)RS1, (int32_t)RS2)))
ROW(divuw, "7.2", "0000001 rs2 rs1 101 rd 0111011", PLAIN,
    RD = SX((uint32_t)RS2 == 0 ? ~0U : (uint32_t)RS1 / (uint32_t)RS2))
ROW(remw, "7.2", "0000001 rs2 rs1 110 rd 0111011", PLAIN,
    RD = SX(remainder_of((int32_t)RS1, (int32_t)RS2)))
ROW(remuw, "7.2", "0000001 rs2 rs1 111 rd 0111011", PLAIN,
    RD = SX((uint32_t)RS2 == 0 ? (uint32_t)RS1 : (uint32_t)RS1 % (uint32_t)RS2))

/* Atomic operations: `a` is the old value in memory, `b` is rs2 */
ROW(lr_w, "8.2", "00010 aq rl 00000 rs1 010 rd 0101111", MEMORY,
    load_reserved(h, i, 4))
ROW(sc_w, "8.2", "00011 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    store_conditional(h, i, 4))
ROW(amoswap_w, "8.4", "00001 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(int32_t, b))
ROW(amoadd_w, "8.4", "00000 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(uint32_t, a + b))
ROW(amoxor_w, "8.4", "00100 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(int32_t, a ^ b))
ROW(amoand_w, "8.4", "01100 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(int32_t, a & b))
ROW(amoor_w, "8.4", "01000 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(int32_t, a | b))
ROW(amomin_w, "8.4", "10000 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(int32_t, a < b ? a : b))
ROW(amomax_w, "8.4", "10100 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(int32_t, a > b ? a : b))
ROW(amominu_w, "8.4", "11000 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(uint32_t, a < b ? a : b))
ROW(amomaxu_w, "8.4", "11100 aq rl rs2 rs1 010 rd 0101111", MEMORY,
    AMO(uint32_t, a > b ? a : b))
ROW(lr_d, "8.2", "00010 aq rl 00000 rs1 011 rd 0101111", MEMORY,
    load_reserved(h, i, 8))
ROW(sc_d, "8.2", "00011 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    store_conditional(h, i, 8))
ROW(amoswap_d, "8.4", "00001 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(int64_t, b))
ROW(amoadd_d, "8.4", "00000 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(uint64_t, a + b))
ROW(amoxor_d, "8.4", "00100 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(int64_t, a ^ b))
ROW(amoand_d, "8.4", "01100 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(int64_t, a & b))
ROW(amoor_d, "8.4", "01000 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(int64_t, a | b))
ROW(amomin_d, "8.4", "10000 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(int64_t, a < b ? a : b))
ROW(amomax_d, "8.4", "10100 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(int64_t, a > b ? a : b))
ROW(amominu_d, "8.4", "11000 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(uint64_t, a < b ? a : b))
ROW(amomaxu_d, "8.4", "11100 aq rl rs2 rs1 011 rd 0101111", MEMORY,
    AMO(uint64_t, a > b ? a : b))

/* Control and status registers: rs1 of the last three is an immediate */
ROW(csrrw, "9.1", "uimm[11:0] rs1 001 rd 1110011", PLAIN,
    do_csr(h, i, CSR_WRITE, RS1))
ROW(csrrs, "9.1", "uimm[11:0] rs1 010 rd 1110011", PLAIN,
    do_csr(h, i, CSR_SET, RS1))
ROW(csrrc, "9.1", "uimm[11:0] rs1 011 rd 1110011", PLAIN,
    do_csr(h, i, CSR_CLEAR, RS1))
ROW(csrrwi, "9.1", "uimm[11:0] rs1 101 rd 1110011", PLAIN,
    do_csr(h, i, CSR_WRITE, i->rs1))
ROW(csrrsi, "9.1", "uimm[11:0] rs1 110 rd 1110011", PLAIN,
    do_csr(h, i, CSR_SET, i->rs1))
ROW(csrrci, "9.1", "uimm[11:0] rs1 111 rd 1110011", PLAIN,
    do_csr(h, i, CSR_CLEAR, i->rs1))

/* Traps and privileged instructions */
ROW(ecall, "P3.3.1", "000000000000 00000 000 00000 1110011", PLAIN,
    except(h, 8 + h->mode, 0))
ROW(ebreak, "P3.3.1", "000000000001 00000 000 00000 1110011", PLAIN,
    except(h, 3, 0))
ROW(mret, "P3.3.2", "001100000010 00000 000 00000 1110011", PLAIN,
    do_mret(h, i))
ROW(sret, "P3.3.2", "000100000010 00000 000 00000 1110011", PLAIN,
    do_sret(h, i))
ROW(wfi, "P3.3.3", "000100000101 00000 000 00000 1110011", PLAIN,
    do_wfi(h, i))
ROW(sfence_vma, "P4.2.1", "0001001 rs2 rs1 000 00000 1110011", PLAIN,
    do_sfence(h, i))

/* Compressed instructions */
SHORT(c_addi4spn, "16.5", "000 nzuimm[5:4|9:6|2|3] rd' 00 rs1=2", addi)
SHORT(c_lw,       "16.3", "010 uimm[5:3] rs1' uimm[2|6] rd' 00", lw)
SHORT(c_ld,       "16.3", "011 uimm[5:3] rs1' uimm[7:6] rd' 00", ld)
SHORT(c_sw,       "16.3", "110 uimm[5:3] rs1' uimm[2|6] rs2' 00", sw)
SHORT(c_sd,       "16.3", "111 uimm[5:3] rs1' uimm[7:6] rs2' 00", sd)
SHORT(c_addi,     "16.5", "000 imm[5] rd/rs1 imm[4:0] 01", addi)
SHORT(c_addiw,    "16.5", "001 imm[5] rd/rs1!0 imm[4:0] 01", addiw)
SHORT(c_li,       "16.5", "010 imm[5] rd imm[4:0] 01", addi)
SHORT(c_addi16sp, "16.5", "011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01 rd=2 rs1=2",
    addi)
SHORT(c_lui,      "16.5", "011 nzimm[17] rd nzimm[16:12] 01", lui)
SHORT(c_srli,     "16.5", "100 uimm[5] 00 rd/rs1' uimm[4:0] 01", srli)
SHORT(c_srai,     "16.5", "100 uimm[5] 01 rd/rs1' uimm[4:0] 01", srai)
SHORT(c_andi,     "16.5", "100 imm[5] 10 rd/rs1' imm[4:0] 01", andi)
SHORT(c_sub,      "16.5", "100 0 11 rd/rs1' 00 rs2' 01", sub)
SHORT(c_xor,      "16.5", "100 0 11 rd/rs1' 01 rs2' 01", xor)
SHORT(c_or,       "16.5", "100 0 11 rd/rs1' 10 rs2' 01", or)
SHORT(c_and,      "16.5", "100 0 11 rd/rs1' 11 rs2' 01", and)
SHORT(c_subw,     "16.5", "100 1 11 rd/rs1' 00 rs2' 01", subw)
SHORT(c_addw,     "16.5", "100 1 11 rd/rs1' 01 rs2' 01", addw)
SHORT(c_j,        "16.4", "101 imm[11|4|9:8|10|6|7|3:1|5] 01", jal)
SHORT(c_beqz,     "16.4", "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", beq)
SHORT(c_bnez,     "16.4", "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", bne)
SHORT(c_slli,     "16.5", "000 uimm[5] rd/rs1 uimm[4:0] 10", slli)
SHORT(c_lwsp,     "16.3", "010 uimm[5] rd!0 uimm[4:2|7:6] 10 rs1=2", lw)
SHORT(c_ldsp,     "16.3", "011 uimm[5] rd!0 uimm[4:3|8:6] 10 rs1=2", ld)
SHORT(c_jr,       "16.4", "100 0 rs1!0 00000 10", jalr)
SHORT(c_mv,       "16.5", "100 0 rd rs2!0 10", add)
SHORT(c_ebreak,   "16.5", "100 1 00000 00000 10", ebreak)
SHORT(c_jalr,     "16.4", "100 1 rs1!0 00000 10 rd=1", jalr)
SHORT(c_add,      "16.5", "100 1 rd/rs1 rs2!0 10", add)
SHORT(c_swsp,     "16.3", "110 uimm[5:2|7:6] rs2 10 rs1=2", sw)
SHORT(c_sdsp,     "16.3", "111 uimm[5:3|8:6] rs2 10 rs1=2", sd)
/* clang-format on */

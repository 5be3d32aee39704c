/* grade/machine/strict/insn.c: decodes instructions by the tables in rv64.h
 * and rv64fd.h.
 *
 * The encodings there are text. insn_init() turns each into the bits that must
 * match and a list of fields, and decoding puts the fields together. This is
 * slow, but an instruction is decoded once and executed often. */
#include "parts.h"

#define ROW(name, section, encoding, kind, ...)                                \
	void exec_##name(struct hart *h, const struct insn *i);
#define SHORT(name, section, encoding, long_form)
#include "rv64.h"
#include "rv64fd.h"
#undef ROW
#undef SHORT

enum field { BITS, IMM, RD, RS1, RS2, RS3, RM, AQ, RL, RD_RS1 };

#define PARTS 16
#define KIND_OF_LONG 0xff /* the kind of the long form, still unknown */

/* Some bits of an encoding: where they are and where they go. */
struct part {
	uint8_t field;
	uint8_t from, width; /* in the encoding */
	uint8_t to;          /* in the field */
	uint8_t add;         /* 8: a register from x8 on */
	bool nonzero;
};

struct row {
	const char *name, *section, *encoding;
	void (*exec)(struct hart *h, const struct insn *i);
	uint8_t kind;

	/* filled in by insn_init() */
	uint32_t mask, match;
	uint8_t nparts, len, sign; /* sign: bit of the immediate; 0: unsigned */
	bool nonzero_imm, writes_x;
	uint8_t rd, rs1; /* registers that the encoding implies */
	struct part part[PARTS];
};

static struct row rows[] = {
#define ROW(name_, section_, encoding_, kind_, ...)                            \
	{ .name = #name_,                                                      \
	  .section = section_,                                                 \
	  .encoding = encoding_,                                               \
	  .exec = exec_##name_,                                                \
	  .kind = KIND_##kind_ },
#define SHORT(name_, section_, encoding_, long_form)                           \
	{ .name = #name_,                                                      \
	  .section = section_,                                                 \
	  .encoding = encoding_,                                               \
	  .exec = exec_##long_form,                                            \
	  .kind = KIND_OF_LONG },
#include "rv64.h"
#include "rv64fd.h"
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- reading an encoding ---- */

static bool starts(const char **text, const char *word)
{
	size_t n = 0;

	while (word[n] != '\0' && (*text)[n] == word[n])
		n++;
	if (word[n] != '\0')
		return false;
	*text += n;
	return true;
}

static unsigned number(const char **text)
{
	unsigned n = 0;

	while (**text >= '0' && **text <= '9')
		n = n * 10 + (unsigned)(*(*text)++ - '0');
	return n;
}

static void add_part(struct row *row, struct part part)
{
	row->part[row->nparts++] = part;
}

/* Parse runs of bits such as "[12|10:5]", which lie below bit `at` of the
 * encoding. */
static unsigned take_immediate(struct row *row, const char **text, unsigned at,
			       bool is_signed)
{
	do {
		(*text)++;

		unsigned high = number(text), low = high;

		if (starts(text, ":"))
			low = number(text);
		at -= high - low + 1;
		add_part(row, (struct part){ .field = IMM,
					     .from = (uint8_t)at,
					     .width = (uint8_t)(high - low + 1),
					     .to = (uint8_t)low });
		if (is_signed && high > row->sign)
			row->sign = (uint8_t)high;
	} while (**text == '|');
	(*text)++;
	return at;
}

static const struct {
	const char *word;
	uint8_t field, width;
} words[] = {
	{ "rd/rs1", RD_RS1, 5 }, { "rd", RD, 5 },   { "rs1", RS1, 5 },
	{ "rs2", RS2, 5 },       { "rs3", RS3, 5 }, { "fd", RD, 5 },
	{ "fs1", RS1, 5 },       { "fs2", RS2, 5 }, { "fs3", RS3, 5 },
	{ "rm", RM, 3 },         { "aq", AQ, 1 },   { "rl", RL, 1 },
};

/* Parse a register or a flag, which may be implied. */
static unsigned take_word(struct row *row, const char **text, unsigned at)
{
	size_t w = 0;
	bool is_x = **text == 'r';

	while (!starts(text, words[w].word))
		w++;
	if (starts(text, "=")) {
		uint8_t value = (uint8_t)number(text);

		*(words[w].field == RD ? &row->rd : &row->rs1) = value;
		return at;
	}
	struct part part = { .field = words[w].field, .width = words[w].width };

	if (starts(text, "'")) {
		part.width = 3;
		part.add = 8;
	}
	if (starts(text, "!0"))
		part.nonzero = true;
	if (is_x && (part.field == RD || part.field == RD_RS1))
		row->writes_x = true;
	at -= part.width;
	part.from = (uint8_t)at;
	add_part(row, part);
	return at;
}

static void take_encoding(struct row *row, unsigned len)
{
	const char *text = row->encoding;
	unsigned at = len * 8;

	while (*text != '\0') {
		if (*text == ' ') {
			text++;
		} else if (*text == '0' || *text == '1') {
			at--;
			row->mask |= 1U << at;
			row->match |= (uint32_t)(*text++ - '0') << at;
		} else {
			if (starts(&text, "nz"))
				row->nonzero_imm = true;
			if (starts(&text, "uimm"))
				at = take_immediate(row, &text, at, false);
			else if (starts(&text, "imm"))
				at = take_immediate(row, &text, at, true);
			else
				at = take_word(row, &text, at);
		}
	}
}

void insn_init(void)
{
	for (size_t r = 0; r < NROWS; r++) {
		struct row *row = &rows[r];

		if (row->len != 0)
			return;
		row->len = row->kind == KIND_OF_LONG ? 2 : 4;
		take_encoding(row, row->len);
		for (size_t l = 0; row->kind == KIND_OF_LONG; l++)
			if (rows[l].exec == row->exec)
				row->kind = rows[l].kind;
		/* An implied rd is an integer register, even if it is x0. */
		row->writes_x |= row->rd != 0 || row->kind == KIND_PLAIN;
	}
}

/* ---- decoding ---- */

static bool take_part(struct insn *insn, const struct part *part)
{
	uint32_t value = insn->bits >> part->from & ((1U << part->width) - 1);
	uint8_t reg = (uint8_t)(value + part->add);

	if (part->nonzero && value == 0)
		return false;
	switch (part->field) {
	case IMM:
		insn->imm |= (int32_t)(value << part->to);
		break;
	case RD_RS1:
		insn->rs1 = reg;
		insn->rd = reg;
		break;
	case RD:
		insn->rd = reg;
		break;
	case RS1:
		insn->rs1 = reg;
		break;
	case RS2:
		insn->rs2 = reg;
		break;
	case RS3:
		insn->rs3 = reg;
		break;
	case RM:
		insn->rm = (uint8_t)value;
		break;
	case AQ:
		insn->aq = value;
		break;
	default:
		insn->rl = value;
	}
	return true;
}

static bool take_row(struct insn *insn, const struct row *row)
{
	uint32_t bits = insn->bits;

	*insn = (struct insn){ .exec = row->exec,
			       .bits = bits,
			       .rd = row->rd,
			       .rs1 = row->rs1,
			       .len = row->len,
			       .kind = row->kind };
	for (unsigned p = 0; p < row->nparts; p++)
		if (!take_part(insn, &row->part[p]))
			return false;
	if (row->nonzero_imm && insn->imm == 0)
		return false;
	if (row->sign != 0 && row->sign < 31 && insn->imm >> row->sign & 1)
		insn->imm |= (int32_t)(~0U << row->sign);
	if (row->writes_x && insn->rd == 0)
		insn->rd = X0_SINK;
	return true;
}

static void exec_illegal(struct hart *h, const struct insn *i)
{
	except(h, 2, i->bits);
}

void insn_decode(struct machine *m, uint32_t bits, struct insn *insn)
{
	unsigned len = (bits & 3) == 3 ? 4 : 2;

	if (len == 2)
		bits &= 0xffff;
	for (size_t r = 0; r < NROWS; r++) {
		const struct row *row = &rows[r];

		if (row->len != len || (bits & row->mask) != row->match)
			continue;
		insn->bits = bits;
		if (!take_row(insn, row))
			continue;
		m->covered[r] = 1;
		return;
	}
	*insn = (struct insn){ .exec = exec_illegal,
			       .bits = bits,
			       .len = (uint8_t)len,
			       .rd = X0_SINK };
}

uint32_t insn_rows(void)
{
	return NROWS;
}

const char *insn_name(uint32_t row, const char **section)
{
	*section = rows[row].section;
	return rows[row].name;
}

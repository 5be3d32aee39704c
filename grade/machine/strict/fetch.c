/* grade/machine/strict/fetch.c: fetches instructions, a page at a time, and
 * decodes each when it is first executed. */
#include "parts.h"

/* Fetch the second half of an instruction that lies across two pages. */
static bool fetch_half(struct hart *h, uint64_t va, uint16_t *half)
{
	uint64_t pa;

	if (!translate(h, va, ACCESS_FETCH, &pa))
		return false;
	if (!in_ram(h->m, pa, 2)) {
		except(h, 1, va);
		return false;
	}
	memcpy(half, ram_at(h->m, pa), 2);
	return true;
}

const struct insn *fetch_insn(struct hart *h)
{
	size_t at = h->pc % PAGE;
	struct insn *insn = &h->code->insn[at / 2];
	uint32_t bits = 0;
	uint16_t high;

	memcpy(&bits, &h->code->raw[at], at + 4 <= PAGE ? 4 : 2);
	if (at + 4 > PAGE && (bits & 3) == 3) {
		/* Across two pages: decoded each time. */
		if (!fetch_half(h, h->pc + 2, &high))
			return NULL;
		bits |= (uint32_t)high << 16;
		insn = &h->crossing;
	}
	insn_decode(h->m, bits, insn);
	return insn;
}

/* The decoded page at `pa`. It may be as old as fence.i allows. */
static struct code_page *code_page_at(struct hart *h, uint64_t pa)
{
	struct machine *m = h->m;
	struct page *page = page_of(m, pa);
	struct code_page *code = &h->code_pages[pa / PAGE % CODE_PAGES];
	bool is_kept = is_strict(m, STRICT_FETCH) && code->pa == pa &&
		       code->fenced == h->fences_i;

	if (is_kept) {
		if (code->version != page->version)
			story_code(h, pa, code);
		return code;
	}
	code->fenced = h->fences_i;
	if (code->pa == pa && code->version == page->version &&
	    page->flags & PAGE_CODE)
		return code;
	/* Other harts may have fast entries for the old page. */
	fast_flush_all(m);
	page->flags |= PAGE_CODE;
	code->pa = pa;
	code->version = page->version;
	code->since = now(h);
	memcpy(code->raw, ram_at(m, pa), PAGE);
	for (size_t n = 0; n < PAGE / 2; n++)
		code->insn[n].len = 0;
	return code;
}

bool fetch_page(struct hart *h)
{
	uint64_t vpn = h->pc / PAGE, pa;
	struct fast_code *way = &h->fast_code[h->mode][vpn % FAST_CODE_PAGES];

	if (way->tag != (vpn | h->generation)) {
		if (!translate(h, h->pc, ACCESS_FETCH, &pa))
			return false;
		if (!in_ram(h->m, pa, 2)) {
			except(h, 1, h->pc);
			return false;
		}
		struct code_page *code = code_page_at(h, pa & ~(PAGE - 1));

		way->code = code;
		way->tag = vpn | h->generation;
	}
	h->code = way->code;
	h->code_vpn = vpn;
	return true;
}

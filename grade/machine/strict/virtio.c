/* grade/machine/strict/virtio.c: the disk: a virtio block device behind
 * virtio-mmio ("Virtual I/O Device (VIRTIO) Version 1.1": 4.2, 2.6, 5.2), in
 * the first of eight slots.
 *
 * The disk takes requests from the queue when the driver notifies it, and
 * performs them when they are due: at once, or with STRICT_DEVICES late and in
 * any order. */
#include "parts.h"

#define SOURCE 1 /* the interrupt of the first slot at the PLIC */
#define SECTOR 512U

enum {
	MAGIC = 0x000,
	VERSION = 0x004,
	DEVICE_ID = 0x008,
	VENDOR_ID = 0x00c,
	DEVICE_FEATURES = 0x010,
	DEVICE_FEATURES_SEL = 0x014,
	DRIVER_FEATURES = 0x020,
	DRIVER_FEATURES_SEL = 0x024,
	QUEUE_SEL = 0x030,
	QUEUE_NUM_MAX = 0x034,
	QUEUE_NUM = 0x038,
	QUEUE_READY = 0x044,
	QUEUE_NOTIFY = 0x050,
	INTERRUPT_STATUS = 0x060,
	INTERRUPT_ACK = 0x064,
	STATUS = 0x070,
	QUEUE_DESC = 0x080,
	QUEUE_DRIVER = 0x090,
	QUEUE_DEVICE = 0x0a0,
	CONFIG = 0x100,
};

#define FEATURES (1UL << 32 | 1UL << 9) /* VERSION_1, FLUSH */
#define STATUS_FEATURES_OK 8U
#define STATUS_DRIVER_OK 4U
#define STATUS_NEEDS_RESET 64U

#define DESC_NEXT 1U
#define DESC_WRITE 2U

enum { IN = 0, OUT = 1, FLUSH = 4, GET_ID = 8 };
enum { OK = 0, IOERR = 1, UNSUPPORTED = 2 };

struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

/* ---- memory ---- */

/* The driver has used an address outside of memory. */
static void broken(struct machine *m)
{
	m->virtio.status |= STATUS_NEEDS_RESET;
	m->virtio.interrupt |= 2;
	m->virtio.nflight = 0;
}

static bool read_at(struct machine *m, uint64_t pa, void *to, uint32_t bytes)
{
	if (!in_ram(m, pa, bytes)) {
		broken(m);
		return false;
	}
	memcpy(to, ram_at(m, pa), bytes);
	return true;
}

static bool write_at(struct machine *m, uint64_t pa, const void *from,
		     uint32_t bytes)
{
	const uint8_t *next = from;

	if (!in_ram(m, pa, bytes)) {
		broken(m);
		return false;
	}
	while (bytes != 0) {
		uint32_t n = 8 - pa % 8 < bytes ? 8 - pa % 8 : bytes;
		uint64_t value = 0;

		memcpy(&value, next, n);
		ram_store(m, -1, pa, n, value, 0);
		pa += n;
		next += n;
		bytes -= n;
	}
	return true;
}

static bool read_desc(struct machine *m, uint32_t n, struct desc *desc)
{
	if (n >= m->virtio.queue_num) {
		broken(m);
		return false;
	}
	return read_at(m, m->virtio.desc + n * sizeof(*desc), desc,
		       sizeof(*desc));
}

/* ---- a request ---- */

struct request {
	uint32_t type, reserved;
	uint64_t sector;
};

/* Move the data of one descriptor. */
static uint8_t transfer(struct machine *m, struct request *request,
			const struct desc *desc)
{
	static const char id[20] = "strict";
	uint64_t sectors = desc->len / SECTOR;
	uint8_t *at = m->virtio.disk + request->sector * SECTOR;
	bool is_in = request->type == IN;

	if (request->type == GET_ID) {
		write_at(m, desc->addr, id, desc->len < 20 ? desc->len : 20);
		return OK;
	}
	if (desc->len % SECTOR != 0 || is_in != !!(desc->flags & DESC_WRITE) ||
	    request->sector > m->virtio.capacity ||
	    sectors > m->virtio.capacity - request->sector)
		return IOERR;
	request->sector += sectors;
	if (is_in)
		write_at(m, desc->addr, at, desc->len);
	else
		read_at(m, desc->addr, at, desc->len);
	return OK;
}

static uint8_t supported(uint32_t type)
{
	return type == IN || type == OUT || type == FLUSH || type == GET_ID
		       ? OK
		       : UNSUPPORTED;
}

static void put_used(struct machine *m, uint32_t head, uint32_t len)
{
	struct virtio *v = &m->virtio;
	struct {
		uint32_t id, len;
	} elem = { head, len };

	if (!write_at(m, v->device + 4 + v->used % v->queue_num * 8UL, &elem,
		      sizeof(elem)))
		return;
	v->used++;
	write_at(m, v->device + 2, &v->used, 2);
	v->interrupt |= 1;
}

/* A request has a header, data, and a byte for the status at the end. */
static void perform(struct machine *m, uint32_t head)
{
	struct request request;
	struct desc desc;
	uint32_t written = 1, chain = 0;
	uint8_t status;

	if (!read_desc(m, head, &desc) ||
	    !read_at(m, desc.addr, &request, sizeof(request)))
		return;
	status = supported(request.type);
	while (desc.flags & DESC_NEXT) {
		if (chain++ > QUEUE_MAX) {
			broken(m);
			return;
		}
		if (!read_desc(m, desc.next, &desc))
			return;
		if (!(desc.flags & DESC_NEXT))
			break;
		if (status == OK)
			status = transfer(m, &request, &desc);
		if (desc.flags & DESC_WRITE)
			written += desc.len;
	}
	if (write_at(m, desc.addr, &status, 1))
		put_used(m, head, written);
}

/* ---- the queue ---- */

static void take_chains(struct machine *m)
{
	struct virtio *v = &m->virtio;
	uint16_t made, head;

	if (!v->ready || v->queue_num == 0 || v->status & STATUS_NEEDS_RESET ||
	    !read_at(m, v->driver + 2, &made, 2))
		return;
	while (v->taken != made && v->nflight < QUEUE_MAX) {
		uint64_t at = v->driver + 4 + v->taken % v->queue_num * 2UL;

		if (!read_at(m, at, &head, 2))
			return;
		v->taken++;
		v->flight[v->nflight] = head;
		v->due[v->nflight++] =
			is_strict(m, STRICT_DEVICES)
				? machine_clock(m) + below(m, 200)
				: 0;
	}
	m->device_poll = 0;
}

/* The time at which the next request is due. */
uint64_t virtio_due(const struct machine *m)
{
	uint64_t due = NEVER;

	for (uint32_t n = 0; n < m->virtio.nflight; n++)
		if (m->virtio.due[n] < due)
			due = m->virtio.due[n];
	return due;
}

static void update(struct machine *m)
{
	plic_level(m, SOURCE, m->virtio.interrupt != 0);
}

void virtio_poll(struct machine *m)
{
	struct virtio *v = &m->virtio;
	uint64_t clock = machine_clock(m);

	for (uint32_t n = 0; n < v->nflight;) {
		uint16_t head = v->flight[n];

		if (v->due[n] > clock) {
			n++;
			continue;
		}
		v->nflight--;
		memmove(&v->flight[n], &v->flight[n + 1],
			(v->nflight - n) * sizeof(v->flight[0]));
		memmove(&v->due[n], &v->due[n + 1],
			(v->nflight - n) * sizeof(v->due[0]));
		perform(m, head);
	}
	/* A spurious interrupt. */
	if (is_strict(m, STRICT_DEVICES) && v->status & STATUS_DRIVER_OK &&
	    one_in(m, 64))
		v->interrupt |= 1;
	update(m);
}

/* ---- registers ---- */

uint32_t virtio_load(struct machine *m, uint32_t offset)
{
	struct virtio *v = &m->virtio;
	bool is_here = v->has_disk && offset < 0x1000;

	switch (offset % 0x1000) {
	case MAGIC:
		return 0x74726976;
	case VERSION:
		return 2;
	case DEVICE_ID:
		return is_here ? 2 : 0;
	case VENDOR_ID:
		return 0x554d4551; /* QEMU's, which drivers may expect */
	default:
		break;
	}
	if (!is_here)
		return 0;
	switch (offset) {
	case DEVICE_FEATURES:
		return v->features_sel < 2
			       ? (uint32_t)(FEATURES >> (32 * v->features_sel))
			       : 0;
	case QUEUE_NUM_MAX:
		return QUEUE_MAX;
	case QUEUE_READY:
		return v->ready;
	case INTERRUPT_STATUS:
		return v->interrupt;
	case STATUS:
		return v->status;
	case CONFIG:
		return (uint32_t)v->capacity;
	case CONFIG + 4:
		return (uint32_t)(v->capacity >> 32);
	default:
		return 0;
	}
}

static void set_status(struct machine *m, uint32_t value)
{
	struct virtio *v = &m->virtio;

	if (value == 0) {
		*v = (struct virtio){ .disk = v->disk,
				      .capacity = v->capacity,
				      .has_disk = v->has_disk };
		update(m);
		return;
	}
	/* 3.1.1: refuse features that were not offered. */
	if (v->driver_features & ~FEATURES)
		value &= ~STATUS_FEATURES_OK;
	v->status = value | (v->status & STATUS_NEEDS_RESET);
}

static void set_half(uint64_t *reg, uint32_t offset, uint32_t value)
{
	memcpy((char *)reg + (offset & 4), &value, 4);
}

void virtio_store(struct machine *m, uint32_t offset, uint32_t value)
{
	struct virtio *v = &m->virtio;

	if (!v->has_disk || offset >= 0x1000)
		return;
	if (offset >= QUEUE_DESC && offset < QUEUE_DESC + 8)
		set_half(&v->desc, offset, value);
	else if (offset >= QUEUE_DRIVER && offset < QUEUE_DRIVER + 8)
		set_half(&v->driver, offset, value);
	else if (offset >= QUEUE_DEVICE && offset < QUEUE_DEVICE + 8)
		set_half(&v->device, offset, value);
	else if (offset == DEVICE_FEATURES_SEL)
		v->features_sel = value;
	else if (offset == DRIVER_FEATURES_SEL)
		v->driver_sel = value;
	else if (offset == DRIVER_FEATURES && v->driver_sel < 2)
		set_half(&v->driver_features, 4 * v->driver_sel, value);
	else if (offset == QUEUE_NUM && value <= QUEUE_MAX)
		v->queue_num = value;
	else if (offset == QUEUE_READY)
		v->ready = value & 1;
	else if (offset == QUEUE_NOTIFY)
		take_chains(m);
	else if (offset == INTERRUPT_ACK)
		v->interrupt &= ~value;
	else if (offset == STATUS)
		set_status(m, value);
	update(m);
}

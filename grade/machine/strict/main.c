/* grade/machine/strict/main.c: the front end of the strict machine: reads
 * kernel and disk, connects the console, and reports how the run ended.
 *
 * The output of the guest goes to standard output, everything else to standard
 * error. The exit status is the guest's, or one of those in front.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "front.h"

/* ---- options ---- */

static const char *const strict_names[] = { "tlb",     "walk",   "ad",
					    "order",   "fetch",  "time",
					    "devices", "garbage" };

#define NSTRICT (sizeof(strict_names) / sizeof(strict_names[0]))

static uint64_t number_from(const char *what, const char *text)
{
	char *end;

	errno = 0;
	unsigned long long n = strtoull(text, &end, 0);

	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0)
		fail("%s %s: must be a number", what, text);
	return n;
}

static uint64_t size_from(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);
	int shift = *end == 'G' ? 30 : 20;

	if (*text < '1' || *text > '9' || (*end != 'M' && *end != 'G') ||
	    end[1] != '\0' || n > 1UL << (40 - shift))
		fail("-mem %s: must be a number and M or G, such as 128M",
		     text);
	return n << shift;
}

static uint32_t strict_from(const char *text)
{
	uint32_t strict = 0;

	if (strcmp(text, "all") == 0)
		return STRICT_ALL;
	if (strcmp(text, "none") == 0)
		return 0;
	while (*text != '\0') {
		size_t length = strcspn(text, ","), n = 0;

		while (n < NSTRICT && (strlen(strict_names[n]) != length ||
				       strncmp(strict_names[n], text, length)))
			n++;
		if (n == NSTRICT)
			fail("-strict %.*s: must be all, none, or some of tlb,"
			     "walk,ad,order,fetch,time,devices,garbage",
			     (int)length, text);
		strict |= 1U << n;
		text += length + (text[length] == ',');
	}
	return strict;
}

static void usage(void)
{
	fail("usage: strict -kernel FILE [-disk FILE] [-cpus N] [-mem SIZE] "
	     "[-append WORDS] [-seed N] [-strict NAMES] [-limit STEPS] "
	     "[-burst STEPS] [-until STEP] [-report] [-input FILE] [-coverage "
	     "FILE] [-gdb "
	     "PORT]");
}

static struct options options_from(char **argv)
{
	struct options o = { .cpus = 1,
			     .mem = 128 << 20,
			     .append = "",
			     .limit = NEVER,
			     .until = NEVER,
			     .strict = STRICT_ALL,
			     .seed = 1 };

	for (argv++; *argv != NULL; argv++) {
		const char *name = *argv, *value = argv[1];

		if (strcmp(name, "-report") == 0) {
			o.report = true;
			continue;
		}
		if (value == NULL)
			usage();
		if (strcmp(name, "-kernel") == 0)
			o.kernel = value;
		else if (strcmp(name, "-disk") == 0)
			o.disk = value;
		else if (strcmp(name, "-cpus") == 0)
			o.cpus = number_from(name, value);
		else if (strcmp(name, "-mem") == 0)
			o.mem = size_from(value);
		else if (strcmp(name, "-append") == 0)
			o.append = value;
		else if (strcmp(name, "-seed") == 0)
			o.seed = number_from(name, value);
		else if (strcmp(name, "-strict") == 0)
			o.strict = strict_from(value);
		else if (strcmp(name, "-limit") == 0)
			o.limit = number_from(name, value);
		else if (strcmp(name, "-until") == 0)
			o.until = number_from(name, value);
		else if (strcmp(name, "-burst") == 0)
			o.burst = number_from(name, value);
		else if (strcmp(name, "-input") == 0)
			o.input = value;
		else if (strcmp(name, "-coverage") == 0)
			o.coverage = value;
		else if (strcmp(name, "-gdb") == 0)
			o.gdb = number_from(name, value);
		else
			usage();
		argv++;
	}
	if (o.kernel == NULL)
		usage();
	if (o.cpus < 1 || o.cpus > MAX_HARTS)
		fail("-cpus %lu: must be 1 to %d", o.cpus, MAX_HARTS);
	if (strlen(o.append) > 4096)
		fail("-append: must have at most 4096 bytes");
	return o;
}

/* ---- files ---- */

struct file {
	uint8_t *data;
	uint64_t bytes;
};

static struct file read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0)
		fail("%s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		fail("%s: not a file", path);

	struct file file = { .bytes = (uint64_t)status.st_size };

	if (file.bytes == 0)
		fail("%s: empty", path);
	/* Private: the guest's writes to its disk do not reach the file. */
	file.data = mmap(NULL, file.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			 fd, 0);
	if (file.data == MAP_FAILED)
		fail("%s: %s", path, strerror(errno));
	close(fd);
	return file;
}

static void *memory(uint64_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		fail("cannot allocate %lu MiB", bytes >> 20);
	return at;
}

/* ---- console ---- */

static void put(void *context, uint8_t byte)
{
	struct front *front = context;

	front->printed++;
	if (front->printed <= front->muted)
		return;
	putchar(byte);
	if (byte == '\n' || front->is_terminal)
		fflush(stdout);
	/* Nobody reads the output any more. */
	if (ferror(stdout))
		exit(128 + SIGPIPE);
}

static int get(void *context, bool wait)
{
	struct front *front = context;
	struct pollfd fd = { .fd = front->input, .events = POLLIN };
	uint8_t byte;

	if (front->input < 0)
		return -2;
	if (!front->is_file && poll(&fd, 1, wait ? -1 : 0) <= 0)
		return -1;
	return read(front->input, &byte, 1) == 1 ? byte : -2;
}

static void open_console(struct front *front)
{
	const char *path = front->options.input;

	front->is_terminal = isatty(1);
	front->input = -1;
	if (path == NULL)
		return;
	front->is_file = strcmp(path, "-") != 0;
	front->input = front->is_file ? open(path, O_RDONLY) : 0;
	if (front->input < 0)
		fail("%s: %s", path, strerror(errno));
}

/* ---- start and end ---- */

#define DTB_ALIGN (2UL << 20)

static void make_machine(struct front *front)
{
	struct options *o = &front->options;
	struct file kernel = read_file(o->kernel);
	uint64_t bytes = machine_bytes((uint32_t)o->cpus, o->mem);
	struct machine *m =
		machine_make(memory(bytes), (uint32_t)o->cpus, memory(o->mem),
			     o->mem, o->seed, o->strict);
	uint64_t end = o->mem < 3UL << 30 ? o->mem : 3UL << 30;

	front->m = m;
	m->host = (struct host){ front, put, get };
	m->stop_at_story = o->report;
	m->burst_max = o->burst;
	m->calm_at = o->until;
	if (is_strict(m, STRICT_GARBAGE))
		machine_garbage(m);
	uint64_t entry = elf_load(m, o->kernel, kernel.data, kernel.bytes);

	if (o->disk != NULL) {
		struct file disk = read_file(o->disk);

		m->virtio.disk = disk.data;
		m->virtio.capacity = disk.bytes / 512;
		m->virtio.has_disk = true;
		if (disk.bytes % 512 != 0)
			fail("%s: not a disk: %lu bytes are not whole sectors",
			     o->disk, disk.bytes);
	}
	m->dtb = RAM_BASE + (end - FDT_MAX) / DTB_ALIGN * DTB_ALIGN;
	fdt_make(m, o->append, ram_at(m, m->dtb));
	machine_reset(m, entry);
}

static void write_coverage(const struct front *front)
{
	FILE *file = fopen(front->options.coverage, "w");

	if (file == NULL)
		fail("%s: %s", front->options.coverage, strerror(errno));
	for (uint32_t row = 0; row < insn_rows(); row++) {
		const char *section, *name = insn_name(row, &section);

		fprintf(file, "%s %s %d\n", name, section,
			front->m->covered[row]);
	}
	fclose(file);
}

static void dump_harts(const struct machine *m)
{
	for (uint32_t n = 0; n < m->nharts; n++) {
		const struct hart *h = &m->hart[n];

		fprintf(stderr,
			"strict: hart %u: pc <0x%lx>, mode %c%s, scause 0x%lx "
			"stval 0x%lx sepc <0x%lx>\n",
			n, h->pc, "US?M"[h->mode],
			h -> waiting ? ", waits for an interrupt" : "",
			h->scause, h->stval, h->sepc);
	}
}

static int status_of(const struct front *front)
{
	const struct machine *m = front->m;

	switch (m->ending) {
	case ENDED_OFF:
		return (int)(m->status & 0xff);
	case ENDED_ASLEEP:
		fprintf(stderr, "strict: all harts wait for an interrupt, and "
				"none will come\n");
		return STATUS_ASLEEP;
	case ENDED_STORY:
		return STATUS_STORY;
	default:
		fprintf(stderr,
			"strict: still running after %lu instructions\n",
			m->steps);
		dump_harts(m);
		return STATUS_LIMIT;
	}
}

int main(int argc, char **argv)
{
	struct front front = { .options = options_from(argv) };

	(void)argc;
	signal(SIGPIPE, SIG_IGN);
	open_console(&front);
	make_machine(&front);
	if (front.options.gdb != 0)
		gdb_serve(&front);
	else
		machine_run(front.m, front.options.limit);
	fflush(stdout);

	int status = status_of(&front);

	if (status != 0)
		tell_stories(front.m);
	if (front.options.coverage != NULL)
		write_coverage(&front);
	fprintf(stderr, "strict: status %d after %lu instructions\n", status,
		front.m->steps);
	return status;
}

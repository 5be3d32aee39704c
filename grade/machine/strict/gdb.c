/* grade/machine/strict/gdb.c: gdb's remote protocol, forwards and backwards
 * ("Debugging with GDB", appendix E).
 *
 * This file answers gdb's packets; history.c goes to other moments of the run.
 * Each hart is a thread, numbered from 1. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "history.h"

#define PACKET_MAX 8192

struct gdb {
	struct history history;
	int socket;
	uint32_t thread; /* hart whose registers are read */
	char in[PACKET_MAX], out[PACKET_MAX];
};

/* ---- packets ---- */

static void send_bytes(struct gdb *g, const char *from, size_t bytes)
{
	while (bytes != 0) {
		ssize_t n = write(g->socket, from, bytes);

		if (n <= 0)
			exit(0); /* gdb has gone */
		from += n;
		bytes -= (size_t)n;
	}
}

static void send_packet(struct gdb *g, const char *text)
{
	uint8_t sum = 0;
	char tail[4];

	for (const char *c = text; *c != '\0'; c++)
		sum += (uint8_t)*c;
	snprintf(tail, sizeof(tail), "#%02x", sum);
	send_bytes(g, "$", 1);
	send_bytes(g, text, strlen(text));
	send_bytes(g, tail, 3);
}

static char take_byte(struct gdb *g)
{
	char byte;

	if (read(g->socket, &byte, 1) != 1)
		exit(0);
	return byte;
}

/* Receive the next packet and acknowledge it. A Ctrl-C between packets is
 * ignored. */
static void take_packet(struct gdb *g)
{
	size_t n = 0;
	char byte;

	while (take_byte(g) != '$')
		;
	while ((byte = take_byte(g)) != '#')
		if (n < PACKET_MAX - 1)
			g->in[n++] = byte;
	g->in[n] = '\0';
	take_byte(g);
	take_byte(g);
	send_bytes(g, "+", 1);
}

static void put_hex(char **to, const void *from, size_t bytes)
{
	for (size_t n = 0; n < bytes; n++)
		*to += sprintf(*to, "%02x", ((const uint8_t *)from)[n]);
}

/* ---- requests ---- */

#define PC 32

static struct hart *hart_of(struct gdb *g)
{
	return &g->history.front->m->hart[g->thread];
}

static void all_registers(struct gdb *g)
{
	const struct hart *h = hart_of(g);
	char *to = g->out;

	put_hex(&to, h->x, 32 * 8);
	put_hex(&to, &h->pc, 8);
	send_packet(g, g->out);
}

static void one_register(struct gdb *g, uint64_t number)
{
	struct hart *h = hart_of(g);
	char *to = g->out;
	uint64_t value = 0;
	uint32_t stop = h->stop; /* restored: reading must change nothing */

	if (number < PC)
		value = h->x[number];
	else if (number == PC)
		value = h->pc;
	else if (number <= PC + 32)
		value = h->f[number - PC - 1];
	else if (number < PC + 33 || number > PC + 32 + 4096 ||
		 !csr_access(h, (uint32_t)number - PC - 33, false, &value, 0,
			     CSR_SET))
		to += sprintf(to, "E01");
	h->stop = stop;
	if (to == g->out)
		put_hex(&to, &value, 8);
	send_packet(g, g->out);
}

static void read_memory(struct gdb *g)
{
	uint64_t va, bytes, pa;
	char *to = g->out;

	*to = '\0';
	if (sscanf(g->in, "m%lx,%lx", &va, &bytes) != 2)
		bytes = 0;
	for (; bytes != 0 && to < g->out + PACKET_MAX - 4; bytes--, va++) {
		if (!history_look(hart_of(g), va, &pa))
			break;
		put_hex(&to, ram_at(g->history.front->m, pa), 1);
	}
	send_packet(g, to == g->out ? "E14" : g->out);
}

/* Z and z: breakpoints, and watchpoints on stores. */
static void change_stop(struct gdb *g, bool insert)
{
	struct stop stop = { .bytes = 8 };
	unsigned type;

	if (sscanf(g->in + 1, "%u,%lx,%lx", &type, &stop.va, &stop.bytes) !=
		    3 ||
	    type > 2) {
		send_packet(g, "");
		return;
	}
	stop.is_watch = type == 2;
	send_packet(g, history_stop(&g->history, hart_of(g), &stop, insert)
			       ? "OK"
			       : "E01");
}

static void say_stopped(struct gdb *g, enum moment why)
{
	const struct machine *m = g->history.front->m;

	g->thread = m->turn != NULL ? m->turn->id : 0;
	int n = snprintf(g->out, PACKET_MAX, "T05thread:%x;%s", g->thread + 1,
			 why == AT_BEGIN ? "replaylog:begin;"
			 : why == AT_END ? "replaylog:end;"
					 : "");

	if (g->history.hit != 0)
		snprintf(g->out + n, PACKET_MAX - (size_t)n, "watch:%lx;",
			 g->history.hit);
	g->history.hit = 0;
	send_packet(g, g->out);
}

static void list_threads(struct gdb *g)
{
	char *to = g->out;

	*to++ = 'm';
	for (uint32_t n = 0; n < g->history.front->m->nharts; n++)
		to += sprintf(to, "%s%x", n == 0 ? "" : ",", n + 1);
	send_packet(g, g->out);
}

/* Packets such as vCont;s:2;c. The first action counts. */
static void go_on(struct gdb *g, const char *action)
{
	unsigned thread = 0;

	if (sscanf(action + 1, ":%x", &thread) == 1 && thread >= 1 &&
	    thread <= g->history.front->m->nharts)
		g->thread = thread - 1;
	if (*action == 's')
		say_stopped(g, history_step(&g->history, g->thread));
	else
		say_stopped(g, history_continue(&g->history));
}

static void query(struct gdb *g)
{
	unsigned thread;

	if (strncmp(g->in, "qSupported", 10) == 0)
		send_packet(g, "PacketSize=1000;ReverseStep+;ReverseContinue+;"
			       "vContSupported+");
	else if (strcmp(g->in, "qfThreadInfo") == 0)
		list_threads(g);
	else if (strcmp(g->in, "qsThreadInfo") == 0)
		send_packet(g, "l");
	else if (strcmp(g->in, "qAttached") == 0)
		send_packet(g, "1");
	else if (sscanf(g->in, "qThreadExtraInfo,%x", &thread) == 1)
		send_packet(g, "68617274"); /* "hart" */
	else if (strcmp(g->in, "qC") == 0) {
		snprintf(g->out, PACKET_MAX, "QC%x", g->thread + 1);
		send_packet(g, g->out);
	} else
		send_packet(g, "");
}

static void set_thread(struct gdb *g)
{
	long thread = strtol(g->in + 2, NULL, 16);

	if (thread > 0 && thread <= (long)g->history.front->m->nharts)
		g->thread = (uint32_t)thread - 1;
	send_packet(g, "OK");
}

static void serve_packet(struct gdb *g)
{
	struct history *history = &g->history;

	switch (g->in[0]) {
	case '?':
		say_stopped(g, IN_BETWEEN);
		break;
	case 'g':
		all_registers(g);
		break;
	case 'p':
		one_register(g, strtoul(g->in + 1, NULL, 16));
		break;
	case 'm':
		read_memory(g);
		break;
	case 'Z':
	case 'z':
		change_stop(g, g->in[0] == 'Z');
		break;
	case 'H':
		set_thread(g);
		break;
	case 'T':
		send_packet(g, "OK");
		break;
	case 'q':
		query(g);
		break;
	case 'c':
	case 's':
		go_on(g, g->in);
		break;
	case 'b':
		if (g->in[1] == 's')
			history_step_back(history, g->thread);
		else
			history_continue_back(history);
		break;
	case 'v':
		if (strncmp(g->in, "vCont?", 6) == 0)
			send_packet(g, "vCont;c;C;s;S");
		else if (strncmp(g->in, "vCont;", 6) == 0)
			go_on(g, g->in + 6);
		else
			send_packet(g, "");
		break;
	case 'D':
		send_packet(g, "OK");
		exit(0);
	case 'k':
		exit(0);
	default:
		send_packet(g, ""); /* which means: not supported */
	}
}

static int accept_gdb(uint64_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);

	if (port > 65535)
		fail("-gdb %lu: must be a port number", port);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(listener, 1) != 0)
		fail("-gdb %lu: the port cannot be used", port);
	fprintf(stderr, "strict: waiting for gdb on port %lu\n", port);

	int fd = accept(listener, NULL, NULL);

	close(listener);
	return fd;
}

static struct gdb gdb;

static void serve(void) __attribute__((noreturn));
static void serve(void)
{
	for (;;) {
		take_packet(&gdb);
		serve_packet(&gdb);
	}
}

static void arrived(struct history *history, enum moment moment)
{
	(void)history;
	say_stopped(&gdb, moment);
	serve();
}

void gdb_serve(struct front *front)
{
	gdb.history.front = front;
	gdb.history.arrived = arrived;
	gdb.socket = accept_gdb(front->options.gdb);
	history_begin(&gdb.history);
	serve();
}

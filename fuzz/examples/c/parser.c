#include "parser.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FAULT /* -DFAULT=1, 2 or 3 plants one */
#define FAULT 0
#endif

void append(struct text *t, const void *b, size_t n) {
	if (n == 0)
		return;
	if (t->size + n > t->room) {
		t->room = 2 * (t->size + n);
		t->bytes = realloc(t->bytes, t->room);
		if (t->bytes == NULL)
			abort();
	}
	memcpy(t->bytes + t->size, b, n);
	t->size += n;
}

static void release(struct text *t) {
	free(t->bytes);
	*t = (struct text){0};
}

void parser_free(struct parser *p) {
	release(&p->message);
	release(&p->trace);
}

void parser_begin(struct parser *p, struct config config) {
	parser_free(p);
	*p = (struct parser){.config = config};
}

/* event writes a line of the trace: a name, a Close's code, the payload. */
static void event(struct parser *p, const char *name, const uint8_t *b, size_t n) {
	char piece[8];
	append(&p->trace, name, strlen(name));
	if (name[0] == 'c' && n >= 2) {
		append(&p->trace, piece, snprintf(piece, sizeof piece, " %d", b[0] << 8 | b[1]));
		b += 2, n -= 2;
	}
	if (n > 0)
		append(&p->trace, " 0x", 3);
	for (size_t i = 0; i < n; i++)
		append(&p->trace, piece, snprintf(piece, sizeof piece, "%02x", b[i]));
	append(&p->trace, "\n", 1);
}

/* utf8_take takes the next octet of a text: RFC 3629 section 4. */
static int utf8_take(struct utf8 *u, uint8_t b) {
	uint8_t low = u->low, high = u->high;
	u->low = 0x80, u->high = 0xBF;
	if (u->need > 0)
		return u->need--, b >= low && b <= high;
	if (b < 0x80)
		return 1;
	u->need = b >= 0xF0 ? 3 : b >= 0xE0 ? 2 : 1;
	if (b == 0xE0)
		u->low = 0xA0; /* else it is too long */
	if (b == 0xED)
		u->high = 0x9F; /* else it is a surrogate */
	if (b == 0xF0)
		u->low = 0x90;
	if (b == 0xF4)
		u->high = 0x8F; /* else it is beyond U+10FFFF */
	return b >= 0xC2 && b <= 0xF4;
}

static unsigned head_size(const struct parser *p) {
	static const unsigned extended[] = {2, 8};
	unsigned length = p->head[1] & 127;
	if (p->have < 2)
		return 2;
	return 2 + (length > 125 ? extended[length - 126] : 0) + (p->head[1] & 128 ? 4 : 0);
}

/* judge_head judges the bytes of a header as each arrives: RFC 6455 section 5.2. */
static const char *judge_head(const struct parser *p) {
	const uint8_t *h = p->head;
	unsigned opcode = h[0] & 15, length = h[1] & 127;
	if (p->have == 1 && (opcode & 7) > 2)
		return "failed reserved-opcode";
	if (p->have == 1 && opcode > 7 && !(h[0] & 128))
		return "failed control-fragmented";
	if (p->have == 2 && opcode > 7 && length > 125)
		return "failed control-too-long";
	if (p->have == 3 && length == 127 && h[2] & 128)
		return "failed length-top-bit";
	if (p->have == 4 && length == 126 && h[2] == 0 && h[3] < 126)
		return "failed length-not-minimal";
	if (p->have == 8 && length == 127 && memcmp(h + 2, "\0\0\0\0\0", 6) == 0)
		return "failed length-not-minimal";
	return NULL;
}

/* judge_frame judges a whole header within its connection: masks, order, limits. */
static const char *judge_frame(struct parser *p) {
	unsigned opcode = p->head[0] & 15;
	if (p->head[0] & 0x70)
		return "failed reserved-bits";
	if (p->config.client != !(p->head[1] & 128))
		return p->config.client ? "failed masked" : "failed not-masked";
	if (opcode > 7)
		return opcode > 8 && ++p->controls > p->config.max_control ? "failed control-flood" : NULL;
	if (opcode == 0 && p->fragments == 0)
		return "failed nothing-to-continue";
	if (opcode > 0 && p->fragments > 0)
		return "failed not-continued";
	if (++p->fragments > p->config.max_fragments)
		return "failed too-many-fragments";
	if (p->left > p->config.max_message - p->message.size)
		return "failed message-too-big";
	return NULL;
}

static const char *begin_frame(struct parser *p) {
	unsigned opcode = p->head[0] & 15, length = p->head[1] & 127;
	p->left = length > 125 ? 0 : length;
	for (unsigned i = 0; length > 125 && i < (length == 126 ? 2 : 8); i++)
		p->left = p->left << 8 | p->head[2 + i];
	const char *broken = judge_frame(p);
	if (broken == NULL && (opcode == 1 || opcode == 2 || (FAULT == 2 && opcode > 8)))
		p->opcode = opcode;
	p->turn = p->control_size = 0;
	return broken;
}

/* end_control ends a control frame: RFC 6455 sections 5.5 and 7.4. */
static const char *end_control(struct parser *p) {
	static const char *names[] = {"close", "ping", "pong"};
	const uint8_t *b = p->control;
	unsigned opcode = p->head[0] & 15, code = b[0] << 8 | b[1];
	if (opcode == 8 && p->control_size == 1)
		return "failed close-too-short";
	if (opcode == 8 && p->control_size > 1) {
		if (code < 1000 || (code > 1003 && code < 1007) || (code > 1014 && code < 3000) || code > 4999)
			return "failed close-code";
		struct utf8 reason = {0};
		for (unsigned i = 2; i < p->control_size; i++)
			if (!utf8_take(&reason, b[i]))
				return "failed reason-not-utf8";
		if (reason.need > 0)
			return "failed reason-not-utf8";
	}
	event(p, names[opcode - 8], b, p->control_size);
	return opcode == 8 ? "closed" : NULL;
}

static const char *end_frame(struct parser *p) {
	p->have = 0;
	if (p->head[0] & 8)
		return end_control(p);
	if (!(p->head[0] & 128))
		return NULL;
	if (p->opcode == 1 && p->utf8.need > 0)
		return "failed text-not-utf8";
	if (FAULT == 3 && p->message.bytes[0] == 0) /* an empty one has no bytes */
		p->message.size = 0;
	event(p, p->opcode == 1 ? "text" : "binary", p->message.bytes, p->message.size);
	release(&p->message);
	p->fragments = 0;
	return NULL;
}

static const char *take(struct parser *p, uint8_t b) {
	const uint8_t *key = p->head + p->have - 4;
	if (p->head[1] & 128)
		b ^= key[p->turn++ & 3];
	p->left--;
	if (p->head[0] & 8) {
		p->control[p->control_size++] = b;
		return NULL;
	}
	append(&p->message, &b, 1);
	return p->opcode == 1 && !utf8_take(&p->utf8, b) ? "failed text-not-utf8" : NULL;
}

void parser_feed(struct parser *p, const uint8_t *b, size_t n) {
	if (FAULT == 1)
		p->turn = 0;
	for (size_t i = 0; i < n && p->end == NULL; i++) {
		if (p->have == 0 || p->have < head_size(p)) {
			p->head[p->have++] = b[i];
			p->end = judge_head(p);
			if (p->end != NULL || p->have < head_size(p))
				continue;
			p->end = begin_frame(p);
		} else {
			p->end = take(p, b[i]);
		}
		if (p->end == NULL && p->left == 0)
			p->end = end_frame(p);
	}
}

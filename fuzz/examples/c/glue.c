/* The glue between the parser and the kit: messages on standard input, answers on
 * standard output, as the kit's package says. It is all that a program needs. */
#include "parser.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t number(const uint8_t *b, int n) {
	uint64_t v = 0;
	while (n-- > 0)
		v = v << 8 | *b++;
	return v;
}

static void answer(const struct parser *p) {
	const char *end = p->end ? p->end : "open";
	size_t n = p->trace.size + strlen(end);
	uint8_t size[4] = {n >> 24, n >> 16, n >> 8, n};
	fwrite(size, 1, 4, stdout);
	fwrite(p->trace.bytes, 1, p->trace.size, stdout);
	fputs(end, stdout);
	fflush(stdout);
}

int main(void) {
	static struct parser p;
	struct text body = {0};
	uint8_t head[5];
	while (fread(head, 1, 5, stdin) == 5) {
		uint8_t piece[4096];
		body.size = 0;
		for (uint64_t left = number(head + 1, 4), n; left > 0; left -= n) {
			n = fread(piece, 1, left < sizeof piece ? left : sizeof piece, stdin);
			if (n == 0)
				return 1;
			append(&body, piece, n);
		}
		if (head[0] == 'R')
			parser_begin(&p, (struct config){
				.client = body.bytes[0],
				.max_message = number(body.bytes + 4, 8),
				.max_fragments = number(body.bytes + 12, 4),
				.max_control = number(body.bytes + 16, 4),
			});
		else if (head[0] == 'F')
			parser_feed(&p, body.bytes, body.size);
		else if (head[0] == 'T')
			answer(&p);
	}
	parser_free(&p);
	free(body.bytes);
	return 0;
}

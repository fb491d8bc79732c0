/* A WebSocket parser, the receiving half of a connection without extensions. */
#include <stddef.h>
#include <stdint.h>

struct config {
	int client; /* the parser is the client's, so nothing that it gets is masked */
	uint64_t max_message;
	uint32_t max_fragments, max_control;
};

struct text { /* bytes that grow */
	uint8_t *bytes;
	size_t size, room;
};

struct utf8 {
	uint8_t need;      /* octets that a character lacks */
	uint8_t low, high; /* the range of the next */
};

struct parser {
	struct config config;
	uint8_t head[14]; /* of the frame */
	unsigned have;    /* bytes of it; less than it is long: the header is not whole */
	uint64_t left;    /* of the payload */
	unsigned turn;    /* of the mask */
	uint8_t control[125];
	unsigned control_size;
	struct text message;
	uint8_t opcode; /* of the message */
	uint32_t fragments, controls;
	struct utf8 utf8; /* of the message */
	struct text trace;
	const char *end; /* NULL while the stream may go on */
};

void parser_begin(struct parser *p, struct config config); /* p is zero, or was begun before */
void parser_feed(struct parser *p, const uint8_t *b, size_t n);
void parser_free(struct parser *p);
void append(struct text *t, const void *b, size_t n);

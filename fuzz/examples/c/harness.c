/* For libFuzzer and AFL++: however a stream is cut, the trace is the same. */
#include "parser.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct config config = {.max_message = 1 << 20, .max_fragments = 131072, .max_control = 1000};
	struct parser whole = {.config = config}, cut = {.config = config};
	parser_feed(&whole, data, size);
	for (size_t i = 0; i < size; i++)
		parser_feed(&cut, data + i, 1);
	if (whole.end != cut.end || whole.trace.size != cut.trace.size ||
	    (whole.trace.size > 0 && memcmp(whole.trace.bytes, cut.trace.bytes, cut.trace.size) != 0))
		abort();
	parser_free(&whole);
	parser_free(&cut);
	return 0;
}

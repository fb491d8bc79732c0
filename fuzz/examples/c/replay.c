/* Without a fuzzer: the harness on every file that is named, but for those that say
 * what is expected. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int ends_with(const char *name, const char *end) {
	size_t n = strlen(name), m = strlen(end);
	return n >= m && strcmp(name + n - m, end) == 0;
}

int main(int argc, char **argv) {
	static uint8_t data[1 << 16];
	int files = 0;
	size_t bytes = 0;
	for (int i = 1; i < argc; i++) {
		if (ends_with(argv[i], ".expect"))
			continue;
		FILE *file = fopen(argv[i], "rb");
		if (file == NULL)
			return perror(argv[i]), 1;
		size_t size = fread(data, 1, sizeof data, file);
		fclose(file);
		LLVMFuzzerTestOneInput(data, size);
		files++;
		bytes += size;
	}
	printf("%d files, %zu bytes\n", files, bytes);
	return 0;
}

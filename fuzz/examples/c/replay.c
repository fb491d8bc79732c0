/* Without a fuzzer: the harness on every file that is named. */
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
	static uint8_t data[1 << 16];
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		if (file == NULL)
			return perror(argv[i]), 1;
		size_t size = fread(data, 1, sizeof data, file);
		fclose(file);
		fprintf(stderr, "%s: %zu bytes\n", argv[i], size);
		LLVMFuzzerTestOneInput(data, size);
	}
	return 0;
}

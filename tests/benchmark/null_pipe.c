/* SPDX-License-Identifier: MIT */
/* The floor: the standard workload with nothing but write() of prepared bytes and read() up to a
   newline. Usage: null_pipe LOOPS */

#include "requests.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char buffer[8192];

static size_t more(size_t size) {
    const ssize_t got = read(STDIN_FILENO, buffer + size, sizeof buffer - size);
    if (got <= 0) _exit(2);
    return size + (size_t)got;
}

static void call(const char* request, size_t length) {
    size_t size = 0;
    if (write(STDOUT_FILENO, request, length) != (ssize_t)length) _exit(3);
    do {
        size = more(size);
    } while (buffer[size - 1] != '\n');
    if (buffer[0] != '2') _exit(4);
}

int main(int argc, char** argv) {
    const long loops = argc > 1 ? atol(argv[1]) : 1;
    size_t lengths[8];
    size_t size = 0;
    for (int k = 0; k < 8; ++k) lengths[k] = strlen(loop_requests[k]);
    do {
        size = more(size);
    } while (size < 2 || buffer[size - 1] != '\n' || buffer[size - 2] != '\n');
    call(first_request, strlen(first_request));
    for (long i = 0; i < loops; ++i) {
        for (int k = 0; k < 8; ++k) call(loop_requests[k], lengths[k]);
    }
    call(last_request, strlen(last_request));
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* The floor of a call over AMI: prepared bytes, one socket, one thread, and nothing else.

       null_ami AMI_PORT

   Begins a call, sends NOOP with an action that wakes the channel in the same write, and prints the time
   to the event that has its result. */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { commands = 2000, pauses = 200 };

static int connection;
static char in[65536];
static size_t length;

static void fail(const char* what) {
    fprintf(stderr, "null_ami: %s\n", what);
    exit(1);
}

static void send_text(const char* text, size_t size) {
    if (write(connection, text, size) != (ssize_t)size) fail("write");
}

/* Reads up to the end of a message that has this in it, and returns that from there on. */
static const char* message_with(const char* part) {
    for (;;) {
        in[length] = '\0';
        char* const at = strstr(in, part);
        char* const end = at == NULL ? NULL : strstr(at, "\r\n\r\n");
        if (end != NULL) {
            static char message[sizeof in];
            memcpy(message, at, (size_t)(end - at));
            message[end - at] = '\0';
            length -= (size_t)(end + 4 - in);
            memmove(in, end + 4, length);
            return message;
        }
        if (length >= sizeof in - 1) fail("a message that is too long");
        const ssize_t size = read(connection, in + length, sizeof in - 1 - length);
        if (size <= 0) fail("the connection is closed");
        length += (size_t)size;
    }
}

static double now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare(const void* a, const void* b) {
    const double left = *(const double*)a;
    const double right = *(const double*)b;
    return (left > right) - (left < right);
}

static void show(const char* how, const char* request, int number, int pause_us) {
    static double times[commands];
    const size_t size = strlen(request);
    for (int i = 0; i < number; ++i) {
        if (pause_us > 0) usleep((useconds_t)pause_us);
        const double begin = now_us();
        send_text(request, size);
        message_with("Event: AsyncAGIExec");
        times[i] = now_us() - begin;
    }
    qsort(times, (size_t)number, sizeof *times, compare);
    printf("AMI floor %-13s p50 %5.0f us, p99 %5.0f us\n", how, times[number / 2],
           times[number * 99 / 100]);
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    connection = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {htonl(INADDR_LOOPBACK)},
                                  .sin_port = htons((unsigned short)atoi(argv[1]))};
    if (connect(connection, (struct sockaddr*)&address, sizeof address) != 0) fail("connect");
    const int on = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    static const char login[] =
        "Action: Login\r\nUsername: ivr\r\nSecret: ivr secret\r\nEvents: agi,call\r\n\r\n";
    send_text(login, sizeof login - 1);
    message_with("Authentication accepted");
    static const char begin[] =
        "Action: Originate\r\nChannel: Local/on@agi/n\r\nContext: peer\r\nExten: quiet\r\n"
        "Priority: 1\r\nAsync: true\r\nVariable: AGI=agi:async\r\n\r\n";
    send_text(begin, sizeof begin - 1);
    const char* const started = message_with("Event: AsyncAGIStart");
    const char* const header = strstr(started, "\r\nChannel: ");
    if (header == NULL) fail("no channel");
    const char* const channel = header + strlen("\r\nChannel: ");
    const int size = (int)strcspn(channel, "\r");
    static char request[1024];
    snprintf(request, sizeof request,
             "Action: AGI\r\nChannel: %.*s\r\nCommand: NOOP\r\nCommandID: 1\r\n\r\n"
             "Action: AbsoluteTimeout\r\nChannel: %.*s\r\nTimeout: 3600\r\n\r\n",
             size, channel, size, channel);
    show("back to back", request, commands, 0);
    show("with pauses", request, pauses, 10000);
    static char last[1024];
    snprintf(last, sizeof last, "Action: Hangup\r\nChannel: %.*s\r\n\r\n", size, channel);
    send_text(last, strlen(last));
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* The floor of FastAGI: the standard workload, or one request that has no reply, with nothing but
   write() of prepared bytes and read() up to a newline.

       null_tcp epoll|threads PORT

   The first argument of AGI() is the number of loops; without one it is an idle call. */

#define _GNU_SOURCE
#include "requests.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { environment_size = 2048 };

struct call {
    int fd;
    long loops; /* -1: idle */
    long step;
    size_t size;
    char* environment; /* while it is read */
};

static size_t lengths[8];

static int next_request(struct call* call, const char** request, size_t* length) {
    const long step = call->step++;
    if (call->loops < 0) {
        *request = "WAIT FOR DIGIT -1\n";
    } else if (step == 0) {
        *request = first_request;
    } else if (step <= 8 * call->loops) {
        *request = loop_requests[(step - 1) % 8];
        *length = lengths[(step - 1) % 8];
        return 1;
    } else {
        *request = last_request;
    }
    *length = strlen(*request);
    return call->loops < 0 ? step == 0 : step <= 8 * call->loops + 1;
}

/* 1: complete, 0: not yet, -1: closed */
static int read_environment(struct call* call) {
    const size_t room = environment_size - 1 - call->size;
    const ssize_t got = read(call->fd, call->environment + call->size, room);
    if (got <= 0) return -1;
    call->size += (size_t)got;
    char* const end = call->environment + call->size;
    *end = 0;
    if (call->size < 2 || end[-1] != '\n' || end[-2] != '\n') return 0;
    const char* const argument = strstr(call->environment, "\nagi_arg_1: ");
    call->loops = argument == NULL ? -1 : atol(argument + strlen("\nagi_arg_1: "));
    return 1;
}

static int read_reply(int fd) {
    char buffer[512];
    const ssize_t got = read(fd, buffer, sizeof buffer);
    return got <= 0 ? -1 : buffer[got - 1] == '\n';
}

static int send_request(struct call* call) {
    const char* request = NULL;
    size_t length = 0;
    if (!next_request(call, &request, &length)) return 0;
    return write(call->fd, request, length) == (ssize_t)length;
}

static void* thread(void* argument) {
    char environment[environment_size];
    struct call call = {(int)(intptr_t)argument, 0, 0, 0, environment};
    int state = 0;
    while (state == 0) state = read_environment(&call);
    while (state == 1 && send_request(&call)) {
        do {
            state = read_reply(call.fd);
        } while (state == 0);
    }
    close(call.fd);
    return NULL;
}

static void set_no_delay(int fd) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void serve_with_threads(int listener) {
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (;;) {
        pthread_t id;
        const int fd = accept(listener, NULL, NULL);
        if (fd < 0) continue;
        set_no_delay(fd);
        if (pthread_create(&id, &detached, thread, (void*)(intptr_t)fd) != 0) close(fd);
    }
}

static void watch(int epoll, int fd, void* data) {
    struct epoll_event event = {EPOLLIN, {.ptr = data}};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void add_call(int epoll, int listener) {
    const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    set_no_delay(fd);
    struct call* const call = calloc(1, sizeof *call);
    call->fd = fd;
    call->environment = malloc(environment_size);
    watch(epoll, fd, call);
}

static void go_on(struct call* call) {
    int state = 0;
    if (call->environment != NULL) {
        state = read_environment(call);
        if (state == 1) {
            free(call->environment);
            call->environment = NULL;
        }
    } else {
        state = read_reply(call->fd);
    }
    if (state == 0 || (state == 1 && send_request(call))) return;
    close(call->fd);
    free(call->environment);
    free(call);
}

static void serve_with_epoll(int listener) {
    struct epoll_event events[512];
    const int epoll = epoll_create1(0);
    watch(epoll, listener, NULL);
    for (;;) {
        const int count = epoll_wait(epoll, events, 512, -1);
        for (int i = 0; i < count; ++i) {
            if (events[i].data.ptr == NULL) {
                add_call(epoll, listener);
            } else {
                go_on(events[i].data.ptr);
            }
        }
    }
}

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    for (int k = 0; k < 8; ++k) lengths[k] = strlen(loop_requests[k]);
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {0};
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(argv[2]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0) return 1;
    if (listen(listener, 1 << 20) != 0) return 1;
    if (strcmp(argv[1], "threads") == 0) serve_with_threads(listener);
    serve_with_epoll(listener);
}

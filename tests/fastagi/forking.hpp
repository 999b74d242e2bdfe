// SPDX-License-Identifier: MIT
#pragma once
// Children that are only forked, and calls that run meanwhile.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/program.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace fastagi_tests {

inline pid_t fork_or_throw() {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error{"no child"};
    return child;
}

inline int wait_for(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Whether no number of a descriptor that is closed now is known as one that children shall not have.
inline bool children_have_what_is_opened_now() {
    std::vector<int> opened;
    while (opened.empty() || opened.back() < 64) opened.push_back(::dup(STDERR_FILENO));
    const pid_t child = fork_or_throw();
    if (child == 0) {
        struct stat expected {};
        ::fstat(STDERR_FILENO, &expected);
        const bool all = std::all_of(opened.begin(), opened.end(), [&](int fd) {
            struct stat found {};
            return ::fstat(fd, &found) == 0 && found.st_ino == expected.st_ino;
        });
        ::_exit(all ? 0 : 1);
    }
    for (const int fd : opened) ::close(fd);
    return wait_for(child) == 0;
}

/// How many sockets of the server this process has, of those that are not shut down already.
inline int held(std::uint16_t port) {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_in near{};
        socklen_t size = sizeof near;
        tcp_info info{};
        socklen_t info_size = sizeof info;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&near), &size) != 0 ||
            near.sin_port != htons(port) ||
            ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_size) != 0) {
            continue;
        }
        const auto state = info.tcpi_state;
        if (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT || state == TCP_LISTEN) ++count;
    }
    return count;
}

inline void add_waiting_routes(agi::fastagi::Server& server) {
    server.route("blocking", [](agi::fastagi::Call& call) { agi::Noop{"x"}(call); });
#ifdef AGI_HAS_COROUTINES
    server.route("async", [](agi::fastagi::AsyncCall& call) -> agi::Task<> {
        const agi::Noop noop{"x"};
        co_await call(noop);
    });
#endif
}

/// Calls of each kind in the middle of a command.
inline std::vector<Peer> waiting_calls(std::uint16_t port) {
    std::vector<Peer> calls;
    calls.emplace_back(port, "blocking");
#ifdef AGI_HAS_COROUTINES
    calls.emplace_back(port, "async");
#endif
    for (Peer& call : calls) CHECK(call.line() == "NOOP \"x\"");
    return calls;
}

}  // namespace fastagi_tests

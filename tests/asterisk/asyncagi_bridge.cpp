// SPDX-License-Identifier: MIT
// Runs the live programs over AMI: a handler starts one, and moves bytes between it and the call.

#include "live_source.hpp"
#include "scenario.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <memory>
#include <string>

namespace {

/// Sends all of it.
bool send_all(int to, const char* bytes, std::size_t size) {
    while (size > 0) {
        const ssize_t sent = ::send(to, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

/// Until the program closes its side.
void move_bytes(int call, int program) {
    std::array<pollfd, 2> both{{{call, POLLIN, 0}, {program, POLLIN, 0}}};
    std::array<char, 4096> bytes{};
    for (;;) {
        if (::poll(both.data(), both.size(), 60'000) <= 0) return;
        for (std::size_t i = 0; i < both.size(); ++i) {
            if ((both[i].revents & (POLLIN | POLLHUP)) == 0) continue;
            const ssize_t size = ::recv(both[i].fd, bytes.data(), bytes.size(), 0);
            if (size <= 0) {
                if (i == 1) return;
                ::shutdown(program, SHUT_WR);
                both[0].fd = -1;
                continue;
            }
            send_all(i == 0 ? program : call, bytes.data(), static_cast<std::size_t>(size));
        }
    }
}

void bridge(agi::fastagi::Call& call) {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
    const std::string path = live::Asterisk::this_program();
    const std::array<const char*, 2> arguments{path.c_str(), nullptr};
    const std::array<const char*, 2> variables{"AST_AGI_DIR=/", nullptr};
    const pid_t child = ::vfork();
    if (child == 0) {
        ::dup2(ends[1], STDIN_FILENO);
        ::dup2(ends[1], STDOUT_FILENO);
        ::execve(path.c_str(), const_cast<char* const*>(arguments.data()),
                 const_cast<char* const*>(variables.data()));
        ::_exit(1);
    }
    ::close(ends[1]);
    const std::string environment = std::string{call.environment().raw()} + '\n';
    send_all(ends[0], environment.data(), environment.size());
    move_bytes(call.stream().fd(), ends[0]);
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    std::ofstream{std::string{call.environment().argument(2).value_or("")} + ".done"};
}

/// Serves for as long as the test program runs.
struct Served {
    Served() {
        server.route("bridge", bridge);
        source = std::make_unique<live::LiveSource>(server);
        thread = std::thread{[this] { server.run(); }};
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() {
        server.stop(std::chrono::milliseconds{0});
        thread.join();
    }
    static agi::fastagi::ServerOptions quiet() {
        agi::fastagi::ServerOptions options;
        options.log = {};
        return options;
    }
    agi::fastagi::Server server{quiet()};
    std::unique_ptr<live::LiveSource> source;
    std::thread thread;
};

std::string async() {
    live::Asterisk::get();  // outlives it
    static const Served served;
    return "agi:async,bridge";
}

[[maybe_unused]] const bool bridge_is_set = [] {
    if (live::is_over_ami()) live::over_ami = async;
    return true;
}();

}  // namespace

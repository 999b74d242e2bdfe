// SPDX-License-Identifier: MIT
// The server of tests/soak/run: handlers that do what handlers in the field do, the bad ones too.
//
//     server [port]      0, the default: any free one; or the sockets of LISTEN_FDS

#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/fastagi/socket_activation.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

using namespace std::chrono_literals;
using agi::fastagi::AsyncCall;
using agi::fastagi::Call;

namespace {

void prompt(Call& call) {
    agi::StreamFile{"beep"}(call);
    agi::GetData{"silence/1", 500ms, 4}(call);
    agi::SetVariable{"DONE", "yes"}(call);
}

void waits(Call& call) {
    for (int i = 0; i < 10; ++i) agi::WaitForDigit{500ms}(call);
}

void throws(Call& call) {
    agi::StreamFile{"beep"}(call);
    throw std::runtime_error{"billing.conf not found"};
}

// Children that outlive the call: of a shell, and one that is forked and nothing else.
void shell(Call& call) {
    agi::StreamFile{"beep"}(call);
    if (std::system("sleep 3 &") != 0) throw std::runtime_error{"no shell"};
}
void forks(Call& call) {
    agi::StreamFile{"beep"}(call);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::fork() == 0) ::sleep(3);
        ::_exit(0);
    }
    if (child > 0) ::waitpid(child, nullptr, 0);
}

agi::Task<> async_prompt(AsyncCall& call) {
    const agi::StreamFile beep{"beep"};
    co_await call(beep);
    const agi::GetData ask{"silence/1", 500ms, 4};
    co_await call(ask);
    const agi::SetVariable done{"DONE", "yes"};
    co_await call(done);
}

agi::Task<> async_waits(AsyncCall& call) {
    const agi::WaitForDigit wait{500ms};
    for (int i = 0; i < 10; ++i) co_await call(wait);
}

agi::Task<> async_throws(AsyncCall& call) {
    const agi::StreamFile beep{"beep"};
    co_await call(beep);
    throw std::runtime_error{"billing.conf not found"};
}

}  // namespace

int main(int argc, char** argv) {
    try {
        agi::fastagi::ServerOptions options;
        options.loops = 2;
        agi::fastagi::Server server{options};
        server.route("prompt", prompt);
        server.route("waits", waits);
        server.route("throws", throws);
        server.route("shell", shell);
        server.route("forks", forks);
        server.route("async/prompt", async_prompt);
        server.route("async/waits", async_waits);
        server.route("async/throws", async_throws);
        const auto sockets = agi::fastagi::inherited_sockets();
        for (const int socket : sockets) server.listen_on(socket);
        if (sockets.empty()) {
            server.listen("127.0.0.1",
                          static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0));
        }
        server.stop_on_signals({SIGTERM, SIGINT}, 3s);
        std::fprintf(stderr, "port %d\n", server.port());
        server.run();
        const auto counts = server.counts();
        std::fprintf(stderr, "calls %llu hung_up %llu failed %llu stopped %llu left %llu\n",
                     static_cast<unsigned long long>(counts.calls),
                     static_cast<unsigned long long>(counts.hung_up),
                     static_cast<unsigned long long>(counts.failed),
                     static_cast<unsigned long long>(counts.stopped),
                     static_cast<unsigned long long>(counts.connections));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "server: %s\n", error.what());
        return EXIT_FAILURE;
    }
}

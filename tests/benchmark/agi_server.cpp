// SPDX-License-Identifier: MIT
// The standard workload as a FastAGI server with this library.
//
//     agi_server coroutines|two_loops|threads PORT
//
// With two_loops, the coroutines are spread over two threads.
//
// The route `ivr` takes the number of loops as the first argument of AGI(), `idle` waits for a key.

#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>

#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace std::chrono_literals;
using agi::Task;
using agi::fastagi::AsyncCall;
using agi::fastagi::Call;

template <class AnyCall>
long loops(const AnyCall& call) {
    return std::strtol(std::string{call.environment().argument(1).value_or("1")}.c_str(), nullptr,
                       10);
}

void blocking(Call& call) {
    agi::Answer{}(call);
    for (long i = loops(call); i > 0; --i) {
        agi::GetVariable{"x"}(call);
        agi::SetVariable{"name", "some value with \"quotes\" and spaces"}(call);
        agi::StreamFile{"hello-world", "0123456789#*"}(call);
        agi::GetData{"menu", 2s, 4}(call);
        agi::SayDigits{"1234"}(call);
        agi::DatabaseGet{"fam", "key"}(call);
        agi::Exec{"Playback", "a,b"}(call);
        agi::Verbose{"loop done", 1}(call);
    }
    agi::Hangup{}(call);
}

Task<> coroutine(AsyncCall& call) {
    const agi::Answer answer;
    co_await call(answer);
    for (long i = loops(call); i > 0; --i) {
        const agi::GetVariable get{"x"};
        co_await call(get);
        const agi::SetVariable set{"name", "some value with \"quotes\" and spaces"};
        co_await call(set);
        const agi::StreamFile play{"hello-world", "0123456789#*"};
        co_await call(play);
        const agi::GetData ask{"menu", 2s, 4};
        co_await call(ask);
        const agi::SayDigits say{"1234"};
        co_await call(say);
        const agi::DatabaseGet look{"fam", "key"};
        co_await call(look);
        const agi::Exec exec{"Playback", "a,b"};
        co_await call(exec);
        const agi::Verbose tell{"loop done", 1};
        co_await call(tell);
    }
    const agi::Hangup hang_up;
    co_await call(hang_up);
}

Task<> idle(AsyncCall& call) {
    const agi::WaitForDigit wait;
    co_await call(wait);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);

    agi::fastagi::ServerOptions options;
    options.max_calls = options.max_threads = 25'000;
    options.max_connections = 26'000;
    if (std::string_view{argv[1]} == "two_loops") options.loops = 2;
    agi::fastagi::Server server{std::move(options)};
    if (std::string_view{argv[1]} == "threads") {
        server.route("ivr", blocking);
    } else {
        server.route("ivr", coroutine);
        server.route("idle", idle);
    }
    server.listen("127.0.0.1", static_cast<std::uint16_t>(std::atoi(argv[2])));
    server.stop_on_signals({SIGTERM}, 1s);
    server.run();
}

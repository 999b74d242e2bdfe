// SPDX-License-Identifier: MIT
// A FastAGI server with coroutines (C++20): a call that waits has no thread. A menu, and a prompt
// that plays until a database has answered. Dialplan: [fastagi_coroutines] in extensions.conf.
//
//     fastagi_coroutines [port]

#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>

#include <asio/experimental/awaitable_operators.hpp>

#include <signal.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <variant>

using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using agi::Task;
using agi::fastagi::AsyncCall;

// Commands have names here, as g++ before 13 destroys a temporary twice in a co_await expression.

// 1 says a greeting, 2 the caller's number; three tries.
Task<> menu(AsyncCall& call) {
    const agi::Answer answer;
    co_await call(answer);
    const agi::GetData ask{"basic-pbx-ivr-main", 5s, 1};
    for (int tries = 0; tries < 3; ++tries) {
        const auto choice = co_await call(ask);
        if (choice.digits == "1") {
            const agi::StreamFile greeting{"hello-world"};
            co_await call(greeting);
            break;
        }
        if (choice.digits == "2") {
            const agi::SayDigits number{std::string{call.environment().callerid().value_or("0")}};
            co_await call(number);
            break;
        }
    }
    // The last thing that it does: where MENU is not set, the dialplan knows that it was cut short.
    const agi::SetVariable done{"MENU", "done"};
    co_await call(done);
}

// A timer stands for the database.
Task<std::string> ask_database(std::string account, std::chrono::milliseconds time) {
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
    co_return "balance of " + account;
}

Task<> play_again_and_again(AsyncCall& call) {
    const agi::StreamFile prompt{"pls-hold-while-try"};
    for (;;) co_await call(prompt);
}

// agi://host/balance/42?ms=1500
Task<> balance(AsyncCall& call) {
    const agi::Answer answer;
    co_await call(answer);
    const std::string account{call.parameter("account").value()};
    const std::chrono::milliseconds time{std::atoi(call.query("ms").value_or("1500").c_str())};

    const auto first = co_await(play_again_and_again(call) || ask_database(account, time));
    // The prompt was cancelled here, and still plays in Asterisk. This ends it there.
    co_await call.resync();

    const agi::SetVariable set{"BALANCE", std::get<std::string>(first)};
    co_await call(set);
    const agi::StreamFile thanks{"auth-thankyou"};
    co_await call(thanks);
}

// A number of a port, all of it.
std::uint16_t port_of(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || text.size() > 5 || std::stoi(text) > 65535) {
        throw std::invalid_argument{"'" + text + "' is no port"};
    }
    return static_cast<std::uint16_t>(std::stoi(text));
}

int main(int argc, char** argv) {
    try {
        agi::fastagi::Server server;
        server.route("menu", menu);
        server.route("balance/{account}", balance);
        server.listen("127.0.0.1", argc > 1 ? port_of(argv[1]) : std::uint16_t{4573});
        server.stop_on_signals({SIGTERM, SIGINT}, 30s);
        std::fprintf(stderr, "port %d\n", server.port());
        server.run();
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "fastagi_coroutines: %s\nusage: fastagi_coroutines [port]\n",
                     error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fastagi_coroutines: %s\n", error.what());
        return EXIT_FAILURE;
    }
}

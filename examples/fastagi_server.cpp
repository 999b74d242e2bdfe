// SPDX-License-Identifier: MIT
// A FastAGI server: routes, two menus, a log of all calls, a graceful stop, counters for
// Prometheus. Dialplan: [fastagi] in extensions.conf.
//
//     fastagi_server [port [metrics port]]      4573 and 9573 on 127.0.0.1 if not said otherwise
//
// SIGTERM and Ctrl-C let the calls that run end, for half a minute; a second one ends them. Under
// systemd it takes the socket that fastagi.socket has opened.

#include "prometheus_endpoint.hpp"
#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/fastagi/socket_activation.hpp>

#include <signal.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using agi::fastagi::Call;
using agi::fastagi::Next;
using agi::fastagi::Severity;

// Each menu is a function of the session, whichever it is. Hang-ups need no code: the next command
// throws, and the server takes an exception after a hang-up for what it is.

// After a recording: 1 keeps it, 2 plays it, anything else drops it.
template <class Session>
const char* review_menu(Session& session, const std::string& file) {
    for (int tries = 0; tries < 3; ++tries) {
        const auto choice = agi::GetData{"vm-review", 5s, 1}(session);
        if (choice.digits == "1") return "kept";
        if (choice.digits != "2") break;
        agi::StreamFile{file, "#"}(session);
    }
    return "dropped";
}

// 1 says a greeting, 2 takes a message; three tries. What came of it.
template <class Session>
const char* main_menu(Session& session, const std::string& file) {
    for (int tries = 0; tries < 3; ++tries) {
        const auto choice = agi::GetData{"basic-pbx-ivr-main", 5s, 1}(session);
        if (choice.digits == "1") {
            agi::StreamFile{"hello-world"}(session);
            return "greeted";
        }
        if (choice.digits == "2") {
            agi::RecordFile{file, "wav", "#", 60s}(session);
            return review_menu(session, file);
        }
        if (!choice.digits.empty()) agi::StreamFile{"pm-invalid-option"}(session);
    }
    agi::StreamFile{"vm-goodbye"}(session);
    return "nothing";
}

// agi://host/menu,<file>
void menu(Call& call) {
    const std::string file{call.environment().argument(1).value_or("/tmp/message")};
    agi::Answer{}(call);
    // The last thing that it does: where MENU is not set, the dialplan knows that it was cut short.
    agi::SetVariable{"MENU", main_menu(call, file)}(call);
}

// agi://host/account/42?greeting=hello-world
void account(Call& call) {
    agi::Answer{}(call);
    if (const auto greeting = call.query("greeting")) agi::StreamFile{*greeting}(call);
    agi::SayDigits{std::string{call.parameter("id").value()}}(call);
}

// Any other path.
void unknown(Call& call) {
    agi::SetVariable{"FASTAGI_STATUS", "NOTFOUND"}(call);
    agi::Answer{}(call);
    agi::StreamFile{"pbx-invalid"}(call);
}

void log_and_time(Call& call, const Next& next) {
    const auto begin = std::chrono::steady_clock::now();
    next();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    call.log(Severity::info, "ended after " + std::to_string(time.count()) + " s");
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
    const auto port = [&](int argument, std::uint16_t otherwise) {
        return argc > argument ? port_of(argv[argument]) : otherwise;
    };
    try {
        agi::fastagi::Server server;
        server.use(log_and_time);
        server.route("menu", menu);
        server.route("account/{id}", account);
        server.fallback(unknown);

        const auto sockets = agi::fastagi::inherited_sockets();
        for (const int socket : sockets) server.listen_on(socket);
        if (sockets.empty()) server.listen("127.0.0.1", port(1, 4573));
        const PrometheusEndpoint metrics{server, port(2, 9573)};
        server.stop_on_signals({SIGTERM, SIGINT}, 30s);
        std::fprintf(stderr, "port %d, metrics on port %d\n", server.port(), metrics.port());
        server.run();
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "fastagi_server: %s\nusage: fastagi_server [port [metrics port]]\n",
                     error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fastagi_server: %s\n", error.what());
        return EXIT_FAILURE;
    }
}

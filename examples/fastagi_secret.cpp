// SPDX-License-Identifier: MIT
// A FastAGI server that only talks to an Asterisk which knows its secret. Dialplan: [globals] and
// [fastagi_secret] in extensions.conf.
//
//     FASTAGI_SECRET=correct-horse-battery-staple fastagi_secret [port]
//
// In the environment, as everyone on the machine can read a command line.

#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/fastagi/shared_secret.hpp>

#include <signal.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

void hello(agi::fastagi::Call& call) {
    agi::Answer{}(call);
    agi::StreamFile{"hello-world"}(call);
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
    const char* const secret = std::getenv("FASTAGI_SECRET");
    try {
        if (secret == nullptr) throw std::runtime_error{"FASTAGI_SECRET is not set"};
        agi::fastagi::Server server;
        // An empty one, or one with odd characters, is refused.
        server.use(agi::fastagi::SharedSecret{secret});
        server.route("hello", hello);
        server.listen("127.0.0.1",
                      argc > 1 ? port_of(argv[1]) : agi::fastagi::Server::default_port);
        server.stop_on_signals({SIGTERM, SIGINT});
        std::fprintf(stderr, "port %d\n", server.port());
        server.run();
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr,
                     "fastagi_secret: %s\nusage: FASTAGI_SECRET=... fastagi_secret [port]\n",
                     error.what());
        return 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fastagi_secret: %s\n", error.what());
        return EXIT_FAILURE;
    }
}

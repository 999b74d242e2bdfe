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

void hello(agi::fastagi::Call& call) {
    agi::Answer{}(call);
    agi::StreamFile{"hello-world"}(call);
}

int main(int argc, char** argv) {
    const char* const secret = std::getenv("FASTAGI_SECRET");
    try {
        agi::fastagi::Server server;
        // An empty one, or one with odd characters, is refused.
        server.use(agi::fastagi::SharedSecret{secret == nullptr ? "" : secret});
        server.route("hello", hello);
        server.listen("127.0.0.1", argc > 1 ? static_cast<std::uint16_t>(std::atoi(argv[1]))
                                            : agi::fastagi::Server::default_port);
        server.stop_on_signals({SIGTERM, SIGINT});
        std::fprintf(stderr, "port %d\n", server.port());
        server.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fastagi_secret: %s\n", error.what());
        return EXIT_FAILURE;
    }
}

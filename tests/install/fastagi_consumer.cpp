// SPDX-License-Identifier: MIT
// What a user's first server needs: a route, and an end.

#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>
#ifdef WITH_TLS
#include <agi/fastagi/shared_secret.hpp>
#endif

#include <chrono>

int main() {
    agi::fastagi::Server server;
#ifdef WITH_TLS
    server.use(agi::fastagi::SharedSecret{"a-secret"});
#endif
    server.route("hello", [](agi::fastagi::Call& call) { agi::Answer{}(call); });
    server.listen("127.0.0.1", 0);
    server.stop(std::chrono::milliseconds{0});
    server.run();
    return server.counts().calls == 0 ? 0 : 1;
}

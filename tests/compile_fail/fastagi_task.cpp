// SPDX-License-Identifier: MIT
// Coroutines where there are none.

#include <agi/fastagi/server.hpp>

void add(agi::fastagi::Server& server);
void add(agi::fastagi::Server& server) {
#ifdef REJECT
    server.route("x", [](agi::fastagi::AsyncCall&) -> agi::Task<> { return {}; });
#else
    server.route("x", [](agi::fastagi::Call&) {});
#endif
}

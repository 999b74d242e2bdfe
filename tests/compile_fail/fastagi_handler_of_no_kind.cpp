// SPDX-License-Identifier: MIT
// A handler takes a call of the server, and returns nothing that would be lost.

#include <agi/fastagi/server.hpp>

#ifdef REJECT
int handler(agi::fastagi::Call& call) { return static_cast<int>(call.id()); }
#else
void handler(agi::fastagi::Call& call) { static_cast<void>(call.id()); }
#endif

void add(agi::fastagi::Server& server) { server.route("x", handler); }

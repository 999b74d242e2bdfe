// SPDX-License-Identifier: MIT
// A middleware takes a call and what goes on.

#include <agi/fastagi/server.hpp>

using namespace agi::fastagi;

#ifdef REJECT
void middleware(Call& /*call*/) {}
#else
void middleware(Call& /*call*/, const Next& next) { next(); }
#endif

void add(Server& server) { server.use(middleware); }

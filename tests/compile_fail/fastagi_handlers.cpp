// SPDX-License-Identifier: MIT
// What people give to a server: REJECT is the number of the case.

#include <agi/fastagi/server.hpp>

using namespace agi::fastagi;

template <class AnyCall>
void of_any_call(AnyCall& call) {
    static_cast<void>(call.environment());
}

void add(Server& server);
void add(Server& server) {
#if !defined(REJECT)
    server.route("x", of_any_call);
    server.route("y", [](auto& call) { of_any_call(call); });
#elif REJECT == 1
    server.route("x", [](Call& call) { return call.id(); });
#elif REJECT == 2
    server.route("x", [](Call call) { static_cast<void>(call); });
#elif REJECT == 3
    server.fallback([] {});
#elif REJECT == 4
    server.use([](Call& call) { static_cast<void>(call); });
#elif REJECT == 5
    server.route([](std::string_view, Parameters&) { return true; }, 42);
#elif REJECT == 6
    server.route("x", [](AsyncCall& call) { static_cast<void>(call); });
#elif REJECT == 7
    server.route("x", [](AsyncCall&) -> agi::Task<int> { co_return 1; });
#elif REJECT == 8
    server.route("x", [](Call&) -> agi::Task<> { return agi::Task<>{}; });
#endif
}

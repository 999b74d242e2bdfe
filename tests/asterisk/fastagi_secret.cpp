// SPDX-License-Identifier: MIT
// The shared secret, against the SHA1() of a real dialplan.

#include "catch.hpp"
#include "live_server.hpp"
#include <agi/fastagi/shared_secret.hpp>

using namespace live;
namespace fastagi = agi::fastagi;

namespace {

void reached(fastagi::Call& call) { agi::SetVariable{"REACHED", "yes"}(call); }

#ifdef AGI_HAS_COROUTINES
agi::Task<> reached_async(fastagi::AsyncCall& call) {
    const agi::SetVariable set{"REACHED", "yes"};
    co_await call(set);
}
#endif

void set_up_secret(fastagi::Server& server) {
    // The one that [globals] of examples/extensions.conf has.
    server.use(fastagi::SharedSecret{"correct-horse-battery-staple"});
    server.route("hello", reached);
#ifdef AGI_HAS_COROUTINES
    server.route("async/hello", reached_async);
#endif
}

}  // namespace

TEST_CASE("SharedSecret: the right one, a wrong one, none") {
    const LiveServer server{set_up_secret};
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        Setup setup = going_on(server.url(kind + "hello"));
        Call right{setup};
        CHECK(right.wait_for_variable("WENT_ON") == "SUCCESS/");
        CHECK(right.variable("REACHED") == "yes");

        for (const char* secret : {"incorrect-horse", ""}) {
            setup.variables = {{"FASTAGI_SECRET", secret}};
            Call wrong{setup};
            CHECK(wrong.wait_for_variable("WENT_ON") == "SUCCESS/DENIED");
            CHECK(wrong.variable("REACHED") == "(not set)");
        }
    }
}

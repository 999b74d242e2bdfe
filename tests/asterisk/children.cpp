// SPDX-License-Identifier: MIT
// Programs that leave children behind. A child writes into a file that the test reads at last: whatever
// comes before that has not waited for it.

#include "../fifo.hpp"
#include "../temporary.hpp"
#include "batch.hpp"
#include "catch.hpp"

#include <string>

using namespace live;

TEST_CASE("Children: what a program leaves behind does not keep the call") {
    for (const std::string way :
         {"fork", "thread", "grandchild", "exec", "spawn", "system", "popen"}) {
        INFO(way);
        const Fifo leash{temporary_path(way).string()};
        ProcessCall call{AGI_LIVE_PROCESS, "leave_a_child", ',' + way + ',' + leash.path()};
        CHECK(call.status() == "SUCCESS");
        CHECK(call.variable("LEFT") == "yes");
        call.wait_for_application("Hangup", "");
        CHECK(leash.read() == way + '\n');
    }
}

TEST_CASE("background: the dialplan goes on while the work is done") {
    Asterisk::get().install(AGI_BACKGROUND);
    for (const char* way : {"fork", "spawn", "system"}) {
        INFO(way);
        Setup setup;
        setup.leg = "105@background";
        setup.callerid = "Bob <100>";
        const Fifo work{temporary_path("work").string()};
        setup.variables = {{"FILE", work.path()}, {"WAY", way}};
        Call call{setup};
        call.wait_for_application("Verbose", "1,The work has started");
        call.wait_for_application("Hangup", "");
        CHECK(work.read() == "call of 100\n");
    }
}

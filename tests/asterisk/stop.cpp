// SPDX-License-Identifier: MIT
// Commands are stopped from outside, and each of the next ones gets its own reply.

#include "batch.hpp"
#include "catch.hpp"

#include <list>
#include <string>

using namespace live;

TEST_CASE("Stopping: a hundred times each, side by side", "[load]") {
    std::list<ProcessCall> calls;
    for (const char* name : {"stream-file", "short-file", "get-data", "get-data-silent",
                             "get-option", "get-option-after", "wait-for-digit"}) {
        calls.emplace_back(AGI_LIVE_PROCESS, "stop", std::string{","} + name);
        calls.back().wait_for_command("SET VARIABLE");
    }
    for (auto& call : calls) {
        INFO(call.key());
        // GET DATA and the others say that they failed when they are ended so.
        call.status();
        const Report report = call.report();
        CHECK(report["status"] == "0");
        CHECK(report["own"] == "100");
        CHECK(report["in_step"] == "100");
        CHECK(report["stopped"] != "0");
    }
}

TEST_CASE("Resync: after deadlines of commands that run on, and of one that can be ended") {
    ProcessCall call{AGI_LIVE_PROCESS, "resync"};
    call.status();
    const Report report = call.report();
    CHECK(report["status"] == "0");
    CHECK(report["wait"] == "timed out");
    CHECK(report["owed"] == "true");
    CHECK(report["in_step"] == "true");
    CHECK(report["own"] == "own");
    CHECK(report["wait_again"] == "timed out");
    CHECK(report["own_again"] == "own");
    CHECK(report["prompt"] == "timed out");
    CHECK(report["own_at_last"] == "own");
    CHECK(report["digit"] == "done");
}

// SPDX-License-Identifier: MIT
// A FastAGI server that stops while calls run.

#include "batch.hpp"
#include "catch.hpp"
#include "live_server.hpp"

#include <string>

using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;

namespace {

// What a call waits for when the server stops.
const std::vector<std::string> waits{
    "STREAM FILE tt-weasels \"\"",      "WAIT FOR DIGIT -1", "GET DATA tt-weasels 10000 4",
    "RECORD FILE /dev/null wav # 2000", "EXEC Wait 2",       "EXEC Dial Local/silent@peer,,gS(1)"};

void run_line(fastagi::Call& call) {
    call.send(std::string{*call.environment().argument(1)});
    agi::SetVariable{"DONE", "yes"}(call);
}

#ifdef AGI_HAS_COROUTINES
agi::Task<> run_line_async(fastagi::AsyncCall& call) {
    co_await call.send(std::string{*call.environment().argument(1)});
    const agi::SetVariable done{"DONE", "yes"};
    co_await call(done);
}
#endif

void set_up_stop(fastagi::Server& server) {
    server.route("line", run_line);
#ifdef AGI_HAS_COROUTINES
    server.route("async/line", run_line_async);
#endif
}

// AGI() takes quotes, backslashes and commas away.
std::string argument(const std::string& line) {
    std::string quoted;
    for (const char c : line) {
        if (c == '"' || c == ',' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return ',' + quoted;
}

}  // namespace

TEST_CASE("FastAGI stop: calls that run may end, new ones are refused") {
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        LiveServer server{set_up_stop};
        Call running{going_on(server.url(kind + "line") + argument(waits[1]))};
        running.wait_for_command("WAIT FOR DIGIT");
        server.begin_stop(60s);
        REQUIRE(
            soon([&] { return server.log().find("stopping: 1 calls run") != std::string::npos; }));

        Call late{going_on(server.url(kind + "line") + argument(waits[1]))};
        CHECK(late.wait_for_variable("WENT_ON") == "FAILURE/");

        running.press("5");
        CHECK(running.wait_for_variable("WENT_ON") == "SUCCESS/");
        CHECK(running.variable("DONE") == "yes");
    }
}

TEST_CASE("FastAGI stop: at the end of the grace the dialplan goes on, and knows it") {
    for (const std::string& kind : kinds()) {
        for (const std::string& line : waits) {
            CAPTURE(kind, line);
            LiveServer server{set_up_stop};
            Call call{going_on(server.url(kind + "line") + argument(line))};
            call.wait_for_command(line.substr(0, line.find(' ')));
            server.stop(0ms);
            CHECK(server.counts().stopped == 1);
            CHECK(server.counts().connections == 0);

            CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/STOPPED");
            CHECK(call.variable("DONE") == "(not set)");
        }
    }
}

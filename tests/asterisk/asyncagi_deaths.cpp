// SPDX-License-Identifier: MIT
// AsyncAGI on a real Asterisk: clients that die, connections that are lost, calls that are adopted.

#include "async_server.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include "cuttable_way.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <string>

using namespace std::chrono_literals;
using namespace live;

TEST_CASE("AsyncAGI: a call whose program dies goes to T") {
    // The death of a program: the connection ends without a word.
    live::CuttableWay way{std::stoi(Asterisk::get().setting("AMI_PORT"))};
    asyncagi::SourceOptions options = live::source_options();
    options.ami.port = way.port();
    options.dead_man = 1500ms;
    Handed<std::string> seen;
    const AsyncServer server{
        [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("dies", [&](fastagi::Call& call) {
                const int code = call.send("WAIT FOR DIGIT -1").code();
                seen.set(std::to_string(code) + (call.hung_up() ? " hung up" : ""));
            });
        },
        options};
    live::Call call{to("dies")};
    call.wait_for_command("WAIT FOR DIGIT");
    std::this_thread::sleep_for(2500ms);  // it is kept
    CHECK(call.variable("WENT_ON") == "(not set)");
    way.cut();
    CHECK(call.wait_for_variable("WENT_ON") == "nobody is there");
    CHECK(seen.get() == "511 hung up");
}

TEST_CASE("AsyncAGI: a connection that is lost in a command is made again, and the call goes on") {
    live::CuttableWay way{std::stoi(Asterisk::get().setting("AMI_PORT"))};
    asyncagi::SourceOptions options = live::source_options();
    options.ami.port = way.port();
    options.ami.first_pause = options.ami.last_pause = 50ms;
    std::atomic<bool> waits{false};
    Handed<std::string> seen;
    const bool in_the_command = GENERATE(true, false);
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("cut", [&](fastagi::Call& call) {
                                     agi::SetVariable{"A", "1"}(call);
                                     std::string text =
                                         std::to_string(call.send("WAIT FOR DIGIT 8000").code());
                                     text += '/' + agi::GetVariable{"A"}(call).value_or("?");
                                     seen.set(text + (call.hung_up() ? " hung up" : ""));
                                 });
                             },
                             options};
    live::Call call{to("cut")};
    call.wait_for_command("WAIT FOR DIGIT");
    way.cut();
    if (in_the_command) {  // its reply comes when the connection is there again
        way.open();
        server.live_source().wait_for_login(2);
        std::this_thread::sleep_for(200ms);
        call.press("5");
        CHECK(seen.get() == "200/1");
    } else {  // its reply is lost
        call.press("5");
        std::this_thread::sleep_for(200ms);
        way.open();
        CHECK(seen.get() == "500/1");
    }
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: the call of a dead client is adopted in each command") {
    const std::string line = GENERATE("", "STREAM FILE silence/1 \"\"", "WAIT FOR DIGIT 1000",
                                      "GET DATA silence/1 500 4", "EXEC Wait 1", "NOOP");
    CAPTURE(line);
    live::Call call{to("adopt?x=1,more")};
    // The client that dies: it has claimed the call, and sent a command.
    live::Ami& ami = Asterisk::get().ami();
    call.wait_for_event("AsyncAGIStart");
    const std::string channel = call.channel();
    ami.action("AGI", {{"Channel", channel},
                       {"Command", "SET VARIABLE AGI_OWNER test-program_0123"},
                       {"CommandID", "dead-1"}});
    if (!line.empty()) {
        ami.action("AGI", {{"Channel", channel}, {"Command", line}, {"CommandID", "dead-2"}});
    }
    std::this_thread::sleep_for(200ms);
    asyncagi::SourceOptions options = live::source_options();
    options.name = "test-program";
    Handed<std::string> seen;
    std::atomic<int> routed{0};
    const AsyncServer server{
        [&](fastagi::Server& s, asyncagi::Source& source) {
            s.route("adopt", [&](fastagi::Call&) { ++routed; });
            source.on_adopt([&](fastagi::Call& c) {
                agi::SetVariable{"B", "adopted"}(c);
                seen.set(std::string{c.path()} + ' ' + c.query("x").value_or("") + ' ' +
                         std::string{c.environment().argument(1).value_or("")} + ' ' +
                         agi::GetVariable{"B"}(c).value_or("?") + ' ' +
                         std::to_string(c.server().known()));
            });
        },
        options};
    CHECK(seen.get() == "adopt 1 more adopted 1");
    CHECK(routed == 0);
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: a call that waits for its program is taken when it comes") {
    live::Call call{to("waits?x=2")};
    call.wait_for_event("AsyncAGIStart");
    Handed<std::string> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("waits", [&](fastagi::Call& c) { seen.set(c.query("x").value_or("")); });
    }};
    CHECK(seen.get() == "2");
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
}

TEST_CASE("AsyncAGI: two programs, a hundred calls, one handler for each") {
    constexpr int calls = 100;
    std::mutex mutex;
    std::map<std::string, int> seen;
    std::atomic<int> by_first{0};
    const auto set_up = [&](bool first) {
        return [&, first](fastagi::Server& s, asyncagi::Source&) {
            s.route("both", [&, first](fastagi::Call& call) {
                by_first += first ? 1 : 0;
                agi::Noop{}(call);
                const std::lock_guard<std::mutex> lock{mutex};
                ++seen[std::string{call.environment().uniqueid()}];
            });
        };
    };
    const AsyncServer one{set_up(true)};
    const AsyncServer other{set_up(false)};
    {
        const live::WithoutEvents without;
        for (int i = 0; i < calls; ++i) {
            Asterisk::get().ami().action("Originate", {{"Channel", "Local/ivr@async/n"},
                                                       {"Context", "peer"},
                                                       {"Exten", "quiet"},
                                                       {"Priority", "1"},
                                                       {"Async", "true"},
                                                       {"Variable", "AGI=agi:async\\,both"}});
        }
        CHECK(soon([&] {
            const std::lock_guard<std::mutex> lock{mutex};
            return seen.size() == calls;
        }));
    }
    CHECK(soon([&] { return one.counts().active + other.counts().active == 0; }));
    const auto taken = [](const fastagi::Counts& counts) {
        return counts.calls -
               counts.not_found;  // the last call of an earlier test may still be there
    };
    CHECK(taken(one.counts()) + taken(other.counts()) == calls);
    for (const auto& [id, count] : seen) CHECK(count == 1);
    Asterisk::get().ami().action("Hangup", {{"Channel", "/^Local/"}});
}

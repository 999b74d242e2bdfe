// SPDX-License-Identifier: MIT
// AsyncAGI on a real Asterisk: clients that die, connections that are lost, calls that are adopted.

#include "async_server.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include "cuttable_way.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
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

TEST_CASE("AsyncAGI: a limit of the call that runs out leads to T, once") {
    Handed<int> seen;
    const AsyncServer server{[&](fastagi::Server& s, asyncagi::Source&) {
        s.route("limit", [&](fastagi::Call& call) {
            agi::SetAutohangup{1s}(call);
            call.send("WAIT FOR DIGIT -1");
            seen.set(call.send("ANSWER").code());
        });
    }};
    live::Call call{to("limit")};
    CHECK(seen.get() == 511);
    CHECK(call.wait_for_variable("WENT_ON") == "nobody is there");
    call.wait_for_event("Hangup");
    const auto set = call.every("VarSet", "Variable");
    CHECK(std::count(set.begin(), set.end(), "WENT_ON") == 1);
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

namespace {

/// Two programs that serve the same script, and how often each session of each call was served.
class TwoPrograms {
  public:
    /// `handler` knows which session of its call it has: from 1 on.
    explicit TwoPrograms(const std::function<void(fastagi::Call&, int)>& handler)
        : handler_{handler},
          one_{[this](fastagi::Server& s, asyncagi::Source&) { set_up(s); }},
          other_{[this](fastagi::Server& s, asyncagi::Source&) { set_up(s); }} {}

    static void begin_calls(int calls) {
        for (int i = 0; i < calls; ++i) {
            Asterisk::get().ami().action("Originate", {{"Channel", "Local/ivr@async/n"},
                                                       {"Context", "peer"},
                                                       {"Exten", "quiet"},
                                                       {"Priority", "1"},
                                                       {"Async", "true"},
                                                       {"Variable", "AGI=agi:async\\,both"}});
        }
    }
    [[nodiscard]] std::map<std::string, int> served() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return served_;
    }
    /// In a handler, or on the way to one.
    [[nodiscard]] std::uint64_t active() const {
        return one_.counts().active + other_.counts().active;
    }
    /// Handlers that have begun, of both.
    [[nodiscard]] std::uint64_t begun() const { return begun_; }

  private:
    void set_up(fastagi::Server& server) {
        server.route("both", [this](fastagi::Call& call) {
            ++begun_;
            agi::Noop{}(call);
            int session = 0;
            {
                const std::lock_guard<std::mutex> lock{mutex_};
                session = ++served_[std::string{call.environment().uniqueid()}];
            }
            handler_(call, session);
        });
    }

    const std::function<void(fastagi::Call&, int)> handler_;
    mutable std::mutex mutex_;
    std::map<std::string, int> served_;
    std::atomic<std::uint64_t> begun_{0};
    const AsyncServer one_;
    const AsyncServer other_;
};

}  // namespace

TEST_CASE("AsyncAGI: one program sends its call to another") {
    std::atomic<int> begun{0};
    const auto takes = [](std::string_view ours) {
        asyncagi::SourceOptions options = live::source_options();
        options.takes = [ours](std::string_view script) { return script == ours; };
        return options;
    };
    const auto send_to = [&](fastagi::Server& s, const char* from, const char* to) {
        s.route(from, [&begun, to](fastagi::Call& call) {
            if (++begun == 20) return;
            agi::SetVariable{"AGI", std::string{"agi:async,"} + to}(call);
            asyncagi::control(call).redirect({"async", "ivr", 2});
        });
    };
    const AsyncServer sales{
        [&](fastagi::Server& s, asyncagi::Source&) { send_to(s, "sales", "support"); },
        takes("sales")};
    const AsyncServer support{
        [&](fastagi::Server& s, asyncagi::Source&) { send_to(s, "support", "sales"); },
        takes("support")};
    live::Call call{to("sales")};
    CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
    CHECK(begun == 20);
}

TEST_CASE("AsyncAGI: two programs, one handler for each session of each call") {
    // In the second case the dialplan begins another session when one has ended.
    const int sessions = GENERATE(1, 3);
    const int calls = sessions == 1 ? 100 : 40;
    const TwoPrograms programs{[sessions](fastagi::Call& call, int session) {
        if (session == sessions) return;
        agi::SetExtension{"ivr"}(call);
        agi::SetPriority{"2"}(call);
    }};
    {
        const live::WithoutEvents without;
        TwoPrograms::begin_calls(calls);
        CHECK(soon([&] {
            int all = 0;
            for (const auto& [id, count] : programs.served()) all += count;
            return all >= calls * sessions;
        }));
    }
    std::this_thread::sleep_for(1500ms);  // a session that is over may be claimed after a second
    CHECK(soon([&] { return programs.active() == 0; }));
    CHECK(programs.begun() == static_cast<std::uint64_t>(calls * sessions));
    CHECK(programs.served().size() == static_cast<std::size_t>(calls));
    for (const auto& [id, count] : programs.served()) CHECK(count == sessions);
    Asterisk::get().ami().action("Hangup", {{"Channel", "/^Local/"}});
}

TEST_CASE(
    "AsyncAGI: two programs, and a limit of the call that lasts from one session to the next") {
    const TwoPrograms programs{[](fastagi::Call& call, int session) {
        if (session == 3) return;
        agi::SetExtension{"ivr"}(call);
        agi::SetPriority{"2"}(call);
    }};
    live::Setup limited = to("both");
    limited.leg = "limited@async";
    for (int i = 0; i < 10; ++i) {
        CAPTURE(i);
        live::Call call{limited};
        CHECK(call.wait_for_variable("WENT_ON") == "SUCCESS/");
        const double left = std::stod(call.wait_for_variable("TIME_LEFT"));
        CHECK(left > 10);
        CHECK(left <= 50);
    }
}

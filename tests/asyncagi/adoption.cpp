// SPDX-License-Identifier: MIT
// A source whose connection is lost, and one that finds calls of others, on an Asterisk that the test
// plays.

#include "asyncagi/running_source.hpp"
#include "catch.hpp"

#include <string>

using namespace asyncagi_tests;
using namespace std::chrono_literals;
using agi::asyncagi::SourceOptions;

namespace {

/// A handler that sends one command, and says what came of it and of one more.
auto waits(Notes& notes) {
    return [&notes](Server& server, Source&) {
        server.fallback([&notes](Call& call) {
            const int code = call.send("WAIT FOR DIGIT -1").code();
            notes.add(std::to_string(code) + (call.hung_up() ? " hung up" : ""));
            const int next = call.send("NOOP").code();
            notes.add(std::to_string(next) + (call.hung_up() ? " hung up" : ""));
        });
    };
}
bool has_begun(const FakePbx& pbx) {
    return eventually([&] { return pbx.has_begun("1", "WAIT FOR DIGIT -1"); });
}

/// The options of a program that adopts what its name had.
SourceOptions named(const FakePbx& pbx) {
    SourceOptions options = source_options(pbx);
    options.name = "me";
    return options;
}
/// Notes the script of each call that is adopted.
auto adopts(Notes& notes) {
    return [&notes](Server& server, Source& source) {
        server.fallback([&notes](Call& call) { notes.add("route " + std::string{call.path()}); });
        source.on_adopt([&notes](Call& call) {
            notes.add("adopted " + std::string{call.path()} + ' ' +
                      std::string{call.environment().channel()});
        });
    };
}

}  // namespace

TEST_CASE("Source: a command goes on while the connection is lost") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("WAIT FOR DIGIT");
    const RunningSource running{pbx, waits(notes)};
    pbx.call("1", "x");
    CHECK(has_begun(pbx));
    pbx.cut();
    SECTION("and ends behind the login") {
        pbx.open();
        CHECK(eventually([&] { return pbx.channel("1").queue.size() == 2; }));  // and the mark
        pbx.reply("1", "200 result=49\n");
        CHECK(notes.wait(2) == Lines{"200", "200"});
    }
    SECTION("and ends before it: its reply is lost") {
        pbx.reply("1", "200 result=49\n");
        pbx.open();
        CHECK(notes.wait(2) == Lines{"500", "200"});
    }
    SECTION("and the call with it") {
        pbx.hang_up("1");
        pbx.open();
        CHECK(notes.wait(2) == Lines{"511 hung up", "200 hung up"});
    }
    SECTION("and leaves AsyncAGI") {
        pbx.reply("1", "200 result=-1\n");
        pbx.leave("1");
        pbx.open();
        CHECK(eventually([&] { return pbx.channel("1").told.size() == 1; }));
        pbx.come_back("1");
        CHECK(notes.wait(2) == Lines{"500", "200"});
    }
    SECTION("and has left AsyncAGI and come back") {
        pbx.reply("1", "200 result=-1\n");
        pbx.leave("1");
        pbx.come_back("1");
        pbx.open();
        CHECK(notes.wait(2) == Lines{"500", "200"});
    }
    CHECK(eventually([&] { return running.counts().connections == 0; }));
    CHECK(running.counts().calls == 1);
}

TEST_CASE("Source: a call that was seen to leave AsyncAGI, and has come back unseen, goes on") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("WAIT FOR DIGIT");
    const RunningSource running{pbx, waits(notes)};
    pbx.call("1", "x");
    CHECK(has_begun(pbx));
    pbx.reply("1", "200 result=-1\n");
    pbx.leave("1");
    CHECK(eventually([&] { return pbx.channel("1").told.size() == 1; }));
    pbx.cut();
    pbx.come_back("1");
    pbx.open();
    CHECK(notes.wait(2) == Lines{"200", "200"});
    CHECK(running.counts().calls == 1);
}

TEST_CASE("Source: while EXEC runs, Status names another application") {
    FakePbx pbx;
    Notes notes;
    pbx.hold("EXEC");
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.fallback([&](Call& call) {
                                        const int code = call.send("EXEC Dial x").code();
                                        notes.add(std::to_string(code));
                                    });
                                }};
    pbx.call("1", "x");
    CHECK(eventually([&] { return pbx.has_begun("1", "EXEC Dial x"); }));
    pbx.change("1", [](FakePbx::Channel& c) { c.exec = true; });
    pbx.cut();
    pbx.open();
    CHECK(eventually([&] { return pbx.channel("1").queue.size() == 2; }));
    pbx.reply("1", "200 result=0\n");
    CHECK(notes.wait(1) == Lines{"200"});
}

TEST_CASE("Source: a connection that is away too long ends the handlers") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.dead_man = 30ms;
    pbx.hold("WAIT FOR DIGIT");
    const RunningSource running{pbx, options, waits(notes)};
    pbx.call("1", "x");
    CHECK(has_begun(pbx));
    pbx.cut();
    CHECK(notes.wait(2) == Lines{"511 hung up", "200 hung up"});
}

namespace {

/// The handler of call 1 has ended, and the connection before Asterisk has heard of that.
struct LostAtTheEnd {
    LostAtTheEnd() {
        pbx.hold("SET VARIABLE AGI_OWNER");
        pbx.call("1", "x");
        CHECK(eventually([&] { return pbx.has_begun("1", "SET VARIABLE AGI_OWNER released/"); }));
        pbx.cut();
        pbx.hold("");
    }
    /// Nothing that was sent has come.
    void lose_commands() {
        pbx.change("1", [](FakePbx::Channel& c) { c.queue.clear(), c.runs = false; });
    }
    void connect() {
        pbx.open();
        CHECK(eventually([&] { return running.counts().connections == 0; }));
    }

    FakePbx pbx;
    RunningSource running{pbx, [](Server& server, Source&) { server.fallback([](Call&) {}); }};
};

}  // namespace

TEST_CASE("Source: a connection that is lost while the dialplan is to go on") {
    LostAtTheEnd lost;
    const bool gone = GENERATE(false, true);
    gone ? lost.pbx.hang_up("1") : lost.lose_commands();
    lost.connect();
    if (!gone) CHECK(eventually([&] { return !lost.pbx.channel("1").async; }));
}

TEST_CASE(
    "Source: a call that another program has when the connection is there again is left to it") {
    LostAtTheEnd lost;
    lost.lose_commands();
    lost.pbx.change("1", [](FakePbx::Channel& c) { c.owner = "other_1"; });
    lost.connect();
    lost.pbx.call("2", "x");  // what was said of the first came before that
    CHECK(eventually([&] { return !lost.pbx.channel("2").async; }));
    CHECK(lost.pbx.channel("1").async);
    CHECK(lost.pbx.channel("1").ran.empty());
}

TEST_CASE("Source: a call that waits for its next session is taken after a login") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = named(pbx);
    const bool begins = GENERATE(false, true);  // or is there for a while
    if (!begins) options.comes_back = 20ms;
    pbx.call_is_there("1", {"next", "released/other-1-release"});
    const RunningSource running{
        pbx, options, [&](Server& server, Source& source) {
            server.fallback([&](Call& call) { notes.add(std::string{call.path()}); });
            source.on_adopt([&](Call&) { notes.add("adopted"); });
        }};
    if (begins) {
        CHECK(eventually([&] { return pbx.channel("1").claims == 1; }));
        pbx.come_back("1");
    }
    CHECK(notes.wait(1) == Lines{"next"});
    CHECK(eventually([&] { return !pbx.channel("1").async; }));
}

TEST_CASE("Source: calls that an earlier run had are adopted, behind what runs") {
    FakePbx pbx;
    Notes notes;
    pbx.call_is_there("1", {"pin", "me_0"});
    FakePbx::Channel busy{"busy", "me_0"};
    busy.queue = {{"dead-1", "WAIT FOR DIGIT 5000"}};
    busy.runs = true;
    pbx.call_is_there("2", busy);
    pbx.call_is_there("3", {"theirs", "other_0"});
    pbx.call_is_there("4", {"waits"});
    pbx.call_is_there("5", {"like", "me2_0"});
    FakePbx::Channel exec{"exec", "me_0"};
    exec.exec = true;
    pbx.call_is_there("6", exec);
    const RunningSource running{pbx, named(pbx), adopts(notes)};
    Lines seen = notes.wait(2);
    std::sort(seen.begin(), seen.end());
    CHECK(seen == Lines{"adopted pin PJSIP/1", "route waits"});
    pbx.reply("2", "200 result=0\n");
    CHECK(notes.wait(3).back() == "adopted busy PJSIP/2");
    // EXEC has ended.
    pbx.change("6", [](FakePbx::Channel& c) { c.exec = false; });
    CHECK(notes.wait(4).back() == "adopted exec PJSIP/6");
    CHECK(eventually([&] { return !pbx.channel("6").async; }));
    CHECK(pbx.channel("3").owner == "other_0");
    CHECK(pbx.channel("5").owner == "me2_0");
    CHECK(running.logged("adopted") == 3);
}

TEST_CASE("Source: another program's calls are adopted when that is said") {
    FakePbx pbx;
    Notes notes;
    pbx.call_is_there("1", {"pin", "other_0"});
    RunningSource running{pbx, adopts(notes)};
    pbx.call("2", "x");
    CHECK(notes.wait(1) == Lines{"route x"});
    CHECK(pbx.channel("1").owner == "other_0");
    running.source.adopt("other");
    CHECK(notes.wait(2).back() == "adopted pin PJSIP/1");
}

TEST_CASE("Source: an orphan that somebody else was faster to adopt") {
    FakePbx pbx;
    Notes notes;
    FakePbx::Channel channel{"pin", "me_0"};
    channel.queue = {{"dead-1", "WAIT FOR DIGIT 5000"}};
    channel.runs = true;
    pbx.call_is_there("1", channel);
    const RunningSource running{pbx, named(pbx), adopts(notes)};
    CHECK(eventually([&] { return pbx.channel("1").queue.size() == 2; }));
    pbx.change("1", [](FakePbx::Channel& c) { c.owner = "faster_1"; });
    pbx.reply("1", "200 result=0\n");
    pbx.call("2", "x");
    CHECK(notes.wait(1) == Lines{"route x"});
    CHECK(eventually([&] { return !pbx.channel("2").async; }));
    CHECK(pbx.channel("1").owner == "faster_1");
    CHECK(pbx.channel("1").ran == Lines{"WAIT FOR DIGIT 5000"});
}

TEST_CASE("Source: a Status that is refused is said, and what comes later is served") {
    FakePbx pbx;
    Notes notes;
    pbx.status_error("Permission denied");
    const RunningSource running{pbx, named(pbx), adopts(notes)};
    CHECK(
        eventually([&] { return running.logged("no look at the calls: Permission denied") == 1; }));
    pbx.call("1", "x");
    CHECK(notes.wait(1) == Lines{"route x"});
}

TEST_CASE("Source: a name has letters, digits and - . _ only") {
    const FakePbx pbx;
    Server server;
    SourceOptions options = source_options(pbx);
    options.name = "a,b";
    CHECK_THROWS_AS((Source{server, options}), agi::AGIArgumentError);
}

TEST_CASE(
    "Source: a connection that is cut after any byte ends no call, and none is served twice") {
    // The fault of number N: after N bytes of all that Asterisk says.
    FakePbx pbx;
    Notes notes;
    RunningSource running{pbx, [&](Server& server, Source&) {
                              server.fallback([&](Call& call) {
                                  for (int i = 0; i < 3; ++i) {
                                      const int code = call.send("SET VARIABLE A B").code();
                                      // Done, or not known to be.
                                      if (code != 200 && code != 500) {
                                          notes.add("code " + std::to_string(code));
                                      }
                                  }
                                  notes.add(std::string{call.environment().uniqueid()});
                              });
                          }};
    long bytes = 1;
    std::size_t calls = 0;
    for (;; bytes += 31) {
        CAPTURE(bytes);
        const std::string id = std::to_string(++calls);
        pbx.cut_after(bytes);
        pbx.call(id, "x");
        REQUIRE(eventually([&] { return !pbx.channel(id).async; }));
        CHECK(pbx.channel(id).is_free());
        REQUIRE(notes.wait(calls).back() == id);
        REQUIRE(notes.lines().size() == calls);
        if (!pbx.was_cut()) break;
    }
    CHECK(calls > 60);
    CHECK(running.counts().calls == calls);
}

TEST_CASE("Source: a dead man's switch has a time") {
    Server server;
    SourceOptions options;
    for (const std::chrono::milliseconds time : {0ms, -1ms}) {
        options.dead_man = time;
        CHECK_THROWS_WITH((Source{server, options}),
                          Catch::Matchers::ContainsSubstring("dead_man is 1 ms or more: not " +
                                                             std::to_string(time.count())));
    }
}

// SPDX-License-Identifier: MIT
// Calls that a source begins, and what becomes of each, on an Asterisk that the test plays.

#include "asyncagi/running_source.hpp"
#include "catch.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <vector>

using namespace asyncagi_tests;
using namespace std::chrono_literals;
using agi::asyncagi::Attempt;
using agi::asyncagi::Originate;
using agi::asyncagi::Outcome;
using agi::asyncagi::SourceOptions;
using Callee = FakePbx::Callee;

namespace {

const auto no_routes = [](Server&, Source&) {};

/// Begins a call whose handler and outcome are noted.
std::string begin(Source& source, Notes& notes) {
    return source.originate(
        {"PJSIP/42", {"out"}}, [&notes](Call&) { notes.add("handler"); },
        [&notes](const Outcome& outcome) {
            notes.add(std::string{name_of(outcome.attempt)} +
                      (outcome.text.empty() ? "" : ": " + outcome.text));
        });
}

Lines sorted(Lines lines) {
    std::sort(lines.begin(), lines.end());
    return lines;
}

}  // namespace

TEST_CASE("Originate: the action") {
    Originate call;
    call.channel = "PJSIP/42@trunk";
    call.to = {"out", "t", 2};
    call.timeout = 20s;
    call.caller_id = "Bob <1>";
    call.variables = {{"A", "1,2"}, {"B", "x"}};
    call.early_media = true;
    call.account = "acc";
    call.codecs = "ulaw,alaw";
    CHECK(call.action("id-1").text("7") ==
          "Action: Originate\r\nChannel: PJSIP/42@trunk\r\nChannelId: id-1\r\nOtherChannelId: "
          "id-1-2\r\nContext: out\r\nExten: t\r\nPriority: 2\r\nTimeout: 20000\r\nAsync: true\r\n"
          "CallerID: Bob <1>\r\nEarlyMedia: true\r\nAccount: acc\r\nCodecs: ulaw,alaw\r\nVariable: "
          "A=1\\,2\r\nVariable: B=x\r\nActionID: 7\r\n\r\n");
    FakePbx pbx;
    RunningSource running{pbx, no_routes};
    call.caller_id = "Bob\r\nX: 1";
    CHECK_THROWS_AS(running.source.originate(call, [](Call&) {}), agi::AGIArgumentError);
    // With none, Asterisk rings without end.
    call.caller_id = "Bob <1>";
    for (const std::chrono::milliseconds timeout : {0ms, -1ms, -30'000ms}) {
        call.timeout = timeout;
        CHECK_THROWS_WITH(
            running.source.originate(call, [](Call&) {}),
            Catch::Matchers::ContainsSubstring("Originate: the timeout is 1 ms or more: not " +
                                               std::to_string(timeout.count())));
    }
}

TEST_CASE("Originate: each outcome, once") {
    struct Row {
        Callee callee;
        Lines notes;
    };
    const std::vector<Row> rows{
        {Callee::answers, {"answered", "handler"}},
        {Callee::busy, {"busy"}},
        {Callee::rings, {"no answer"}},
        {Callee::congested, {"congestion"}},
        {Callee::refused, {"refused: Extension does not exist."}},
    };
    FakePbx pbx;
    RunningSource running{pbx, no_routes};
    for (const Row& row : rows) {
        Notes notes;
        CAPTURE(row.notes);
        pbx.callee(row.callee);
        const std::string id = begin(running.source, notes);
        CHECK(sorted(notes.wait(row.notes.size())) == row.notes);
        CHECK(header(pbx.originated().back(), "ChannelId") == id);
        // The next one finds nothing of this one.
        CHECK(eventually([&] { return !pbx.channel(id).async || pbx.channel(id).owner.empty(); }));
        CHECK(notes.lines().size() == row.notes.size());
    }
}

TEST_CASE("Originate: reasons that Asterisk gives") {
    using agi::asyncagi::attempt_of;
    CHECK(attempt_of("Failure", "0") == Attempt::failed);
    CHECK(attempt_of("Failure", "1") == Attempt::no_answer);
    CHECK(attempt_of("Failure", "x") == Attempt::failed);
    CHECK(attempt_of("success", "4") == Attempt::answered);
    for (const Attempt attempt : {Attempt::answered, Attempt::abandoned, Attempt::failed,
                                  Attempt::unknown, Attempt::refused}) {
        CHECK_FALSE(name_of(attempt).empty());
    }
}

TEST_CASE("Originate: its answer and its call come in any order") {
    FakePbx pbx;
    Notes notes;
    pbx.callee(Callee::says_nothing);
    RunningSource running{pbx, no_routes};
    const std::string id = begin(running.source, notes);
    CHECK(eventually([&] { return pbx.originated().size() == 1; }));
    SECTION("the call first") {
        pbx.call(id, "x");
        CHECK(notes.wait(1) == Lines{"handler"});
        pbx.response(0, "4", true);
        CHECK(notes.wait(2) == Lines{"handler", "answered"});
    }
    SECTION("the answer first") {
        pbx.response(0, "4", true);
        pbx.call(id, "x");
        CHECK(sorted(notes.wait(2)) == Lines{"answered", "handler"});
    }
    SECTION("an answer, and a hang-up before anybody has it") {
        pbx.response(0, "4", true);
        pbx.hang_up(id);
        CHECK(notes.wait(1) == Lines{"abandoned"});
    }
    SECTION("the hang-up before the answer") {
        pbx.hang_up(id);
        pbx.response(0, "4", true);
        CHECK(notes.wait(1) == Lines{"abandoned"});
    }
    SECTION("a hang-up before it is said that nobody has answered") {
        pbx.hang_up(id);
        pbx.response(0, "5", false);
        CHECK(notes.wait(1) == Lines{"busy"});
    }
    SECTION("somebody else's answer") {
        pbx.event("OriginateResponse", "9", "ActionID: other\r\nResponse: Success\r\n");
        pbx.event("OriginateResponse", "9", "Response: Success\r\n");
        pbx.response(0, "8", false);
        CHECK(notes.wait(1) == Lines{"congestion"});
    }
}

TEST_CASE(
    "Originate: a call that leaves AsyncAGI, and comes back, before it was claimed has its "
    "handler") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.takes = [](std::string_view) { return false; };
    RunningSource running{pbx, options, no_routes};
    pbx.hold("GET FULL VARIABLE");
    const std::string id = begin(running.source, notes);
    CHECK(eventually([&] { return pbx.has_begun(id, "GET FULL VARIABLE \"agi-claim:"); }));
    pbx.leave(id);
    pbx.change(id, [](FakePbx::Channel& channel) { channel.runs = false; });
    pbx.hold("");
    pbx.come_back(id);
    CHECK(sorted(notes.wait(2)) == Lines{"answered", "handler"});
}

TEST_CASE("Originate: no more at a time than are allowed") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.max_originated = 2;
    options.originate_rate = 1e6;
    pbx.hold("NOOP");
    RunningSource running{pbx, options, no_routes};
    std::vector<std::string> ids;
    ids.reserve(4);
    for (int i = 0; i < 4; ++i) {
        ids.push_back(running.source.originate(
            {"PJSIP/42", {"out"}}, [](Call& call) { call.send("NOOP"); },
            [&](const Outcome& outcome) { notes.add(std::string{name_of(outcome.attempt)}); }));
    }
    CHECK(notes.wait(2).size() == 2);
    CHECK(eventually([&] { return pbx.has_begun(ids[0], "NOOP"); }));
    // One that ends makes room, and so does one that fails.
    pbx.callee(Callee::busy);
    pbx.hang_up(ids[0]);
    CHECK(notes.wait(4) == Lines{"answered", "answered", "busy", "busy"});
    CHECK(pbx.originated().size() == 4);
    pbx.hang_up(ids[1]);
}

TEST_CASE("Originate: no faster than is allowed") {
    FakePbx pbx;
    Notes notes;
    SourceOptions options = source_options(pbx);
    options.originate_rate = 0.001;
    pbx.callee(Callee::busy);
    RunningSource running{pbx, options, no_routes};
    for (int i = 0; i < 3; ++i) begin(running.source, notes);
    CHECK(notes.wait(1) == Lines{"busy"});
    running.stop();
    // The first one begins at once, and the others never had their time.
    CHECK(notes.lines() ==
          Lines{"busy", "refused: the source has stopped", "refused: the source has stopped"});
    CHECK(pbx.originated().size() == 1);
}

TEST_CASE("Originate: a connection that is lost") {
    FakePbx pbx;
    Notes notes;
    pbx.callee(Callee::says_nothing);
    SourceOptions options = source_options(pbx);
    options.max_originated = 1;
    RunningSource running{pbx, options, no_routes};
    const std::string id = begin(running.source, notes);
    CHECK(eventually([&] { return pbx.originated().size() == 1; }));
    pbx.cut();
    const std::string unknown = "unknown: the connection to Asterisk was lost";
    CHECK(notes.wait(1) == Lines{unknown});
    SECTION("it is answered meanwhile") {
        pbx.call(id, "x");
        pbx.open();
        CHECK(notes.wait(2) == Lines{unknown, "handler"});
    }
    SECTION("it is answered later") {
        pbx.call_is_there(id, {});
        pbx.change(id, [](FakePbx::Channel& c) { c.async = false; });
        const int logins = pbx.logins();
        pbx.open();
        CHECK(eventually([&] { return pbx.logins() > logins; }));
        pbx.come_back(id);
        CHECK(notes.wait(2) == Lines{unknown, "handler"});
    }
    SECTION("it is gone, and makes room for another") {
        begin(running.source, notes);
        pbx.callee(Callee::busy);
        pbx.open();
        CHECK(notes.wait(2) == Lines{unknown, "busy"});
    }
}

TEST_CASE("Originate: one that is asked for while there is no connection waits for it") {
    FakePbx pbx;
    Notes notes;
    RunningSource running{pbx, no_routes};
    pbx.cut();
    CHECK(eventually([&] { return running.logged("warning: ") > 0; }));  // the source knows
    begin(running.source, notes);
    CHECK(notes.lines().empty());
    pbx.open();
    CHECK(sorted(notes.wait(2)) == Lines{"answered", "handler"});
}

TEST_CASE("Originate: what is not answered is hung up when the source stops") {
    FakePbx pbx;
    Notes notes;
    pbx.callee(Callee::says_nothing);
    RunningSource running{pbx, no_routes};
    const std::string id = begin(running.source, notes);
    CHECK(eventually([&] { return pbx.originated().size() == 1; }));
    pbx.call_is_there(id, {});
    pbx.change(id, [](FakePbx::Channel& c) { c.async = false; });
    running.stop();
    CHECK(notes.lines() == Lines{"unknown: the source has stopped"});
    CHECK(eventually([&] { return pbx.channel(id).script.empty(); }));
    CHECK(pbx.channel(id).told.empty());  // it is gone
    // Nothing is begun any more, nor told.
    begin(running.source, notes);
    CHECK(notes.lines().size() == 1);
}

TEST_CASE("Originate: a hook may begin another call, throw, or stop the source") {
    FakePbx pbx;
    Notes notes;
    pbx.callee(Callee::busy);
    std::atomic<int> attempts{0};
    std::function<void(const Outcome&)> again;  // which outlives the source
    RunningSource running{pbx, no_routes};
    Source& source = running.source;
    SECTION("another call, as a campaign does") {
        again = [&](const Outcome& outcome) {
            notes.add(std::string{name_of(outcome.attempt)});
            if (++attempts < 3)
                source.originate(
                    {"PJSIP/42", {"out"}}, [](Call&) {}, again);
        };
        source.originate(
            {"PJSIP/42", {"out"}}, [](Call&) {}, again);
        CHECK(notes.wait(3) == Lines{"busy", "busy", "busy"});
    }
    SECTION("it throws") {
        source.originate(
            {"PJSIP/42", {"out"}}, [](Call&) {},
            [](const Outcome&) { throw std::runtime_error{"no"}; });
        begin(source, notes);
        CHECK(notes.wait(1) == Lines{"busy"});
        CHECK(running.logged("on_outcome failed: no") == 1);
    }
    SECTION("it stops the source") {
        source.originate(
            {"PJSIP/42", {"out"}}, [](Call&) {},
            [&](const Outcome&) {
                source.stop();
                notes.add("stopped");
            });
        CHECK(notes.wait(1) == Lines{"stopped"});
    }
}

TEST_CASE("Originate: without a hook, and a source that never starts") {
    FakePbx pbx;
    Notes notes;
    RunningSource running{pbx, no_routes};
    running.source.originate({"PJSIP/42", {"out"}}, [&](Call&) { notes.add("handler"); });
    CHECK(notes.wait(1) == Lines{"handler"});
    Server server;
    Source never{server, source_options(pbx)};
    never.originate({"PJSIP/42", {"out"}}, [](Call&) {});
}

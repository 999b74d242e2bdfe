// SPDX-License-Identifier: MIT
// FastAGI: the program is at the other end of a socket, here in the test itself.

#include "fast_agi.hpp"

#include "catch.hpp"

using namespace live;
using namespace std::chrono_literals;

TEST_CASE("FastAGI: environment, commands, keys, an end on a live channel") {
    FastAgiCall fast{"/pin/entry?account=42&name=a%20b,one,t w o"};
    auto& session = fast.session();
    const auto& environment = session.environment();
    CHECK(environment.network());
    CHECK(environment.network_script() == "pin/entry?account=42&name=a%20b");
    CHECK(environment.argument(1) == "one");
    CHECK(environment.argument(2) == "t w o");
    CHECK(environment.uniqueid() == fast.call().leg());

    CHECK(agi::StreamFile{"beep"}(session).endpos.samples == 3520);
    agi::SetVariable{"FROM", "\"FastAGI\" \\"}(session);
    CHECK(agi::GetVariable{"FROM"}(session) == "\"FastAGI\" \\");
    agi::Gosub{"sub", "s", 1, "x"}(session);
    CHECK_THROWS_AS(agi::StreamFile{"no-such-file"}(session), agi::AGIAppError);
    CHECK(session.send("STREAM FILE x").code() == 520);
    agi::Noop{}(session);
    CHECK_FALSE(session.hung_up());
    fast.close();
    CHECK(fast.call().status() == "FAILURE");  // of the missing file
    CHECK(fast.call().variable("FROM") == "\"FastAGI\" \\");
}

TEST_CASE("FastAGI: a hang-up between two commands is a HANGUP line") {
    FastAgiCall fast;
    auto& session = fast.session();
    agi::Noop{}(session);
    fast.call().hang_up();
    fast.wait();
    CHECK_THROWS_AS(agi::StreamFile{"beep"}(session), agi::AGIDeadChannelError);
    CHECK(session.hangup_source() == agi::HangupSource::hangup_line);
    agi::SetVariable{"AFTER", "in step"}(session);
    CHECK(agi::GetVariable{"AFTER"}(session) == "in step");
    fast.close();
    CHECK(fast.call().status() == "HANGUP");
}

TEST_CASE("FastAGI: a hang-up in a command is its reply, then a HANGUP line") {
    FastAgiCall fast;
    auto& session = fast.session();
    agi::SetAutohangup{200ms}(session);
    CHECK_THROWS_AS(agi::WaitForDigit{}(session), agi::AGIResultHangup);
    CHECK(session.hung_up());
    agi::SetVariable{"AFTER", "in step"}(session);
    CHECK(agi::GetVariable{"AFTER"}(session) == "in step");
    fast.close();
    CHECK(fast.call().status() == "HANGUP");
}

TEST_CASE("FastAGI: AGIEXITONHANGUP ends the session, AGISIGHUP=no hides the hang-up") {
    Setup exits;
    exits.variables = {{"AGIEXITONHANGUP", "yes"}};
    FastAgiCall ended{"", exits};
    agi::Noop{}(ended.session());
    ended.call().hang_up();
    CHECK(ended.call().status() == "HANGUP");
    CHECK_THROWS_AS(agi::Noop{}(ended.session()), agi::AGIHangup);
    CHECK(ended.session().hangup_source() == agi::HangupSource::hangup_line);
    CHECK(ended.session().state() == agi::Conversation::State::closed);

    Setup hides;
    hides.variables = {{"AGISIGHUP", "no"}};
    FastAgiCall hidden{"", hides};
    agi::SetAutohangup{100ms}(hidden.session());
    CHECK_THROWS_AS(agi::WaitForDigit{}(hidden.session()), agi::AGIResultHangup);
    CHECK(hidden.session().hung_up());
    CHECK_THROWS_AS(agi::WaitForDigit{}(hidden.session()), agi::AGIDeadChannelError);
    CHECK(hidden.session().hangup_source() == agi::HangupSource::dead_channel);
    hidden.close();
    CHECK(hidden.call().status() == "HANGUP");
}

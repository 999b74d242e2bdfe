// SPDX-License-Identifier: MIT
// The examples, called through the dialplan that is shown to users.

#include "call.hpp"
#include "catch.hpp"

using namespace live;

namespace {

Setup hello() {
    Asterisk::get().install(AGI_HELLO);
    Setup setup;
    setup.leg = "100@hello";
    return setup;
}

Setup pin() {
    Asterisk::get().install(AGI_PIN);
    Setup setup;
    setup.leg = "101@pin";
    return setup;
}

}  // namespace

TEST_CASE("hello: answers, plays, hangs up") {
    Call call{hello()};

    CHECK(call.status() == "HANGUP");
    CHECK(call.commands() == std::vector<std::string>{
                                 "200 Success: ANSWER",
                                 "200 Success: STREAM FILE \"hello-world\" \"\"",
                                 "200 Success: HANGUP",
                             });
    CHECK(call.state_after("ANSWER") == "Up");
    CHECK(call.variable("PLAYBACKSTATUS") == "SUCCESS");
}

TEST_CASE("hello: the caller hangs up during the prompt") {
    Call call{hello()};
    call.wait_for_command("STREAM FILE");
    call.hang_up();

    CHECK(call.status() == "HANGUP");
    CHECK(Asterisk::get().children() == 0);
}

TEST_CASE("pin: the right PIN opens the door") {
    Call call{pin()};
    call.wait_for_command("GET DATA");
    call.press("1234#");

    call.wait_for_application("Playback", "hello-world");
    CHECK(call.variable("PIN_RESULT") == "entered");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("pin: the right PIN at the second try") {
    Call call{pin()};
    for (const char* keys : {"0000#", "1234#"}) {
        call.wait_for_command("GET DATA");
        call.press(keys);
    }

    call.wait_for_application("Playback", "hello-world");
    CHECK(call.variable("PIN_RESULT") == "entered");
}

TEST_CASE("pin: wrong three times") {
    Call call{pin()};
    for (const char* keys : {"0000#", "01234#", "4321#"}) {
        call.wait_for_command("GET DATA");
        call.press(keys);
    }

    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("PIN_RESULT") == "no_match");
    call.wait_for_application("Hangup", "");
}

TEST_CASE("pin: silence") {
    Call call{pin()};

    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("PIN_RESULT") == "no_input");
}

TEST_CASE("pin: the caller hangs up in the middle of the entry") {
    Call call{pin()};
    call.wait_for_command("GET DATA");
    call.press("12");
    call.hang_up();

    CHECK(call.status() == "HANGUP");
    CHECK(call.variable("PIN_RESULT") == "(not set)");
    call.wait_for_application("Verbose", "1,PIN_RESULT is ");
}

// SPDX-License-Identifier: MIT
// The examples, called through the dialplan that is shown to users.

#include "call.hpp"
#include "catch.hpp"

namespace {

live::Setup hello() {
    live::Asterisk::get().install(AGI_HELLO);
    live::Setup setup;
    setup.leg = "100@hello";
    return setup;
}

live::Setup pin() {
    live::Asterisk::get().install(AGI_PIN);
    live::Setup setup;
    setup.leg = "101@pin";
    return setup;
}

}  // namespace

TEST_CASE("hello: answers, plays, hangs up") {
    live::Call call{hello()};

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
    live::Call call{hello()};
    call.wait_for_command("STREAM FILE");
    call.hang_up();

    CHECK(call.status() == "HANGUP");
    CHECK(live::Asterisk::get().children() == 0);
}

TEST_CASE("pin: the right PIN opens the door") {
    live::Call call{pin()};
    call.wait_for_command("GET DATA");
    call.press("1234#");

    call.wait_for_application("Playback", "hello-world");
    CHECK(call.variable("PIN_RESULT") == "OK");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("pin: the right PIN at the second try") {
    live::Call call{pin()};
    for (const char* keys : {"0000#", "1234#"}) {
        call.wait_for_command("GET DATA");
        call.press(keys);
    }

    call.wait_for_application("Playback", "hello-world");
    CHECK(call.variable("PIN_RESULT") == "OK");
}

TEST_CASE("pin: wrong three times") {
    live::Call call{pin()};
    for (const char* keys : {"0000#", "01234#", "4321#"}) {
        call.wait_for_command("GET DATA");
        call.press(keys);
    }

    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("PIN_RESULT") == "WRONG");
    call.wait_for_application("Hangup", "");
}

TEST_CASE("pin: silence") {
    live::Call call{pin()};

    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("PIN_RESULT") == "NOTHING");
}

TEST_CASE("pin: the caller hangs up in the middle of the entry") {
    live::Call call{pin()};
    call.wait_for_command("GET DATA");
    call.press("12");
    call.hang_up();

    CHECK(call.status() == "HANGUP");
    CHECK(call.variable("PIN_RESULT") == "HANGUP");
    call.wait_for_application("Verbose", "1,PIN_RESULT is HANGUP");
}

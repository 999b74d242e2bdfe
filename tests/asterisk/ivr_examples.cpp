// SPDX-License-Identifier: MIT
// The examples with dialogues, called through the dialplan that is shown to users.

#include "call.hpp"
#include "catch.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

using namespace live;
using namespace std::chrono_literals;

namespace {

Setup example(const char* program, const std::string& leg) {
    Asterisk::get().install(program);
    Setup setup;
    setup.leg = leg;
    return setup;
}

/// Presses keys when the program's next command begins so.
void answer(Call& call, const std::string& command, const std::string& keys) {
    call.wait_for_command(command);
    call.press(keys);
}

}  // namespace

TEST_CASE("clinic: a message that is reviewed") {
    Call call{example(AGI_CLINIC, "105@clinic")};
    answer(call, "STREAM FILE \"hello\"", "2");
    answer(call, "STREAM FILE \"vm-intro\"", "1");
    call.wait_for_command("RECORD FILE");
    std::this_thread::sleep_for(4s);
    call.press("#");
    answer(call, "STREAM FILE \"vm-review\"", "1");
    call.status();
    CHECK(call.variable("OUTCOME") == "message");
}

TEST_CASE("clinic: somebody to talk to") {
    Asterisk::get().install(AGI_HELLO);
    Call call{example(AGI_CLINIC, "105@clinic")};
    answer(call, "STREAM FILE \"hello\"", "0");
    call.status();
    CHECK(call.variable("OUTCOME") == "talked");
    CHECK(call.variable("DIALSTATUS") == "ANSWER");
}

TEST_CASE("clinic: a hang-up in the message") {
    Call call{example(AGI_CLINIC, "105@clinic")};
    answer(call, "STREAM FILE \"hello\"", "2");
    answer(call, "STREAM FILE \"vm-intro\"", "1");
    call.wait_for_command("RECORD FILE");
    std::this_thread::sleep_for(4s);
    call.hang_up();
    CHECK(call.status() == "HANGUP");
    CHECK(call.variable("OUTCOME") == "hung up");
}

TEST_CASE("payment: card, month and amount") {
    Call call{example(AGI_PAYMENT, "106@payment")};
    answer(call, "STREAM FILE \"vm-enter-num-to-call\"", "4111111111111111");
    answer(call, "STREAM FILE \"digits/12\"", "1228");
    answer(call, "STREAM FILE \"conf-enteringno\"", "12*5#");
    answer(call, "STREAM FILE \"you-entered\"", "1");
    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("AMOUNT") == "1250");
    CHECK(call.variable("CARD") == "4111111111111111");
    CHECK(call.variable("EXPIRY") == "1228");
}

TEST_CASE("directory: letters, and who is meant") {
    Asterisk::get().install(AGI_PIN);
    Call call{example(AGI_DIRECTORY, "107@directory")};
    answer(call, "STREAM FILE \"dir-intro-fn\"", "645");
    answer(call, "SAY ALPHA \"Miller\"", "1");
    call.status();
    CHECK(call.variable("FOUND") == "Local/101@pin");
}

TEST_CASE("survey: stars, and why") {
    Call call{example(AGI_SURVEY, "108@survey")};
    answer(call, "STREAM FILE \"if-correct-press\"", "1");
    answer(call, "STREAM FILE \"conf-usermenu\"", "5");
    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("STARS") == "5");
}

TEST_CASE("speak: a text that an engine speaks, and then the same from its folder") {
    if (std::system("command -v espeak-ng > /dev/null") != 0) {
        WARN("SKIPPED: no espeak-ng");
        return;
    }
    std::filesystem::remove_all("/tmp/tts");
    for (int i = 0; i < 2; ++i) {
        Call call{example(AGI_SPEAK, "109@speak")};
        CHECK(call.status() == "SUCCESS");
        CHECK(call.variable("PLAYBACKSTATUS") == "SUCCESS");
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::directory_iterator{"/tmp/tts"}) {
            ++files;
            CHECK(entry.path().extension() == ".sln");
            CHECK(entry.file_size() > 4000);
        }
        CHECK(files == 1);
    }
}

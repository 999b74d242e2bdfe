// SPDX-License-Identifier: MIT
// The caller's audio: how much of it comes, how loud it is, and what ends listening to it.

#include "batch.hpp"
#include "catch.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <list>
#include <sstream>
#include <string>
#include <thread>

using namespace live;
using namespace std::chrono_literals;

namespace {

Setup eagi(const std::string& format = {}) {
    Setup setup;
    setup.leg = "ans@eagi";
    setup.caller = "tone";
    if (!format.empty()) setup.variables = {{"EAGI_AUDIO_FORMAT", format}};
    return setup;
}

/// A number of that many bytes in a WAV header.
std::size_t number(const std::string& bytes, std::size_t at, std::size_t size) {
    std::size_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
    }
    return value;
}

}  // namespace

TEST_CASE("EAGI: each format has its frames in time, and the tone its level") {
    std::list<ProcessCall> calls;
    for (const char* format : {"slin", "ulaw", "slin16"}) {
        calls.emplace_back(AGI_LIVE_PROCESS, "listen", "", eagi(format));
        calls.back().wait_for_command("GET VARIABLE");
    }
    for (auto& call : calls) {
        call.wait_for_command("WAIT FOR DIGIT");
        std::this_thread::sleep_for(200ms);
        call.press("5");
    }
    const char* const formats[] = {"slin", "ulaw", "slin16"};
    const auto* format = formats;
    for (auto& call : calls) {
        INFO(*format);
        call.status();
        const Report report = call.report();
        CHECK(report["status"] == "0");
        CHECK(report["format"] == *format++);
        const int frames = std::stoi(report["frames"]);  // in two seconds
        CHECK(frames > 80);
        CHECK(frames < 125);
        const int level = std::stoi(report["level"]);
        CHECK(level > 15000);
        CHECK(level < 18000);
        CHECK(report["key"] == "5");
        CHECK(report["heard_until_key"] == "true");
        CHECK(report["stopped"] == "true");
        CHECK(report["said"] == "0");
        CHECK(report["own"] == "own");
        CHECK(report["gap"] == "true");
        CHECK(report["ended"] == "false");
    }
}

TEST_CASE(
    "EAGI: listening ends when the caller hangs up, whether it is told and whether audio comes") {
    struct Case {
        const char* told;    // AGISIGHUP
        const char* caller;  // a tone, or no audio at all
        const char* source;
    };
    const Case cases[] = {{"yes", "tone", "signal"},
                          {"yes", "silent", "signal"},
                          {"no", "tone", "dead_channel"},
                          {"no", "silent", "dead_channel"}};
    std::list<ProcessCall> calls;
    for (const Case& each : cases) {
        Setup setup = eagi();
        setup.caller = each.caller;
        setup.variables = {{"AGISIGHUP", each.told}};
        calls.emplace_back(AGI_LIVE_PROCESS, "listen_long", "", setup);
        calls.back().wait_for_command("GET VARIABLE");
    }
    std::this_thread::sleep_for(3s);
    for (auto& call : calls) call.hang_up();
    const Case* expected = cases;
    for (auto& call : calls) {
        INFO("AGISIGHUP=" << expected->told << ", " << expected->caller);
        CHECK(call.status() == "HANGUP");
        REQUIRE(soon([&] { return call.report()["status"] != "(nothing)"; }));
        const Report report = call.report();
        CHECK(report["ended"] == "true");
        CHECK(report["source"] == expected->source);
        CHECK(std::stoi(report["listened"]) < 8000);
        CHECK((std::stoi(report["frames"]) > 50) == (std::string{expected->caller} == "tone"));
        ++expected;
    }
    CHECK(all_have_ended());
}

TEST_CASE("EAGI: without it there is no audio, and the program is told") {
    ProcessCall call{AGI_LIVE_PROCESS, "no_audio"};
    CHECK(call.status() == "SUCCESS");
    CHECK(call.report()["audio"] == "no audio: the program was not started by EAGI()");
}

TEST_CASE("eagi_record: a WAV file of what the caller said until a key") {
    Asterisk::get().install(AGI_EAGI_RECORD);
    Setup setup;
    setup.leg = "103@eagi_record";
    setup.caller = "tone";
    Call call{setup};
    call.wait_for_command("STREAM FILE");
    std::this_thread::sleep_for(1s);
    call.press("5");
    CHECK(call.status() == "SUCCESS");

    const std::string path = "/tmp/" + call.leg() + ".wav";
    std::ostringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    std::remove(path.c_str());
    const std::string wav = text.str();
    REQUIRE(wav.size() > 44);
    CHECK(wav.substr(0, 4) == "RIFF");
    CHECK(number(wav, 4, 4) == wav.size() - 8);
    CHECK(wav.substr(8, 8) == "WAVEfmt ");
    CHECK(number(wav, 16, 4) == 16);
    CHECK(number(wav, 20, 2) == 1);
    CHECK(number(wav, 22, 2) == 1);
    CHECK(number(wav, 24, 4) == 8000);
    CHECK(number(wav, 28, 4) == 16000);
    CHECK(number(wav, 32, 2) == 2);
    CHECK(number(wav, 34, 2) == 16);
    CHECK(wav.substr(36, 4) == "data");
    CHECK(number(wav, 40, 4) == wav.size() - 44);
    const auto milliseconds = (wav.size() - 44) / 16;
    CHECK(milliseconds > 700);
    CHECK(milliseconds < 3000);
    CHECK_THAT(call.commands().back(), Catch::Matchers::ContainsSubstring("eagi_record: key 5"));
}

TEST_CASE("eagi_silence: ends when the caller says nothing") {
    Asterisk::get().install(AGI_EAGI_SILENCE);
    Setup setup;
    setup.leg = "104@eagi_silence";
    Call silent{setup};
    silent.wait_for_command("WAIT FOR DIGIT");
    setup.caller = "tone";
    Call loud{setup};
    loud.wait_for_command("WAIT FOR DIGIT");

    silent.status();
    CHECK(silent.variable("SPOKEN_MS") == "0");
    CHECK(std::stoi(silent.variable("LOUDNESS")) < 300);
    loud.press("1");
    loud.status();
    CHECK(std::stoi(loud.variable("SPOKEN_MS")) > 1000);
    CHECK(std::stoi(loud.variable("LOUDNESS")) > 4000);
}

TEST_CASE(
    "dial_status: the outcome is stored when the far end hangs up, and when the caller does") {
    auto& asterisk = Asterisk::get();
    asterisk.install(AGI_HELLO);
    asterisk.install(AGI_DIAL_STATUS);
    Setup setup;
    setup.leg = "102@dial_status";
    Call ends{setup};
    ends.wait_for_command("EXEC \"Dial\"");
    Call gone{setup};
    gone.wait_for_command("EXEC \"Dial\"");
    gone.hang_up();

    const auto stored = [&](const Call& call) {
        return asterisk.ami().cli("database get dial_status " + call.leg());
    };
    CHECK(gone.status() == "HANGUP");
    CHECK_THAT(stored(gone), Catch::Matchers::ContainsSubstring("Value: CANCEL,") ||
                                 Catch::Matchers::ContainsSubstring("Value: ANSWER,"));
    CHECK(ends.status() == "SUCCESS");
    CHECK_THAT(stored(ends), Catch::Matchers::ContainsSubstring("Value: ANSWER,"));
    CHECK(all_have_ended());
}

// SPDX-License-Identifier: MIT
// EAGI on the simulated Asterisk: what may be stopped, and the caller's audio.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/simulated_audio.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace agi;
using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

Asterisk enhanced() {
    Asterisk asterisk;
    asterisk.entry("agi_enhanced") = "1.0";
    asterisk.channel.sounds = {{"prompt", 3s}};
    return asterisk;
}

/// How many frames there are to be read.
std::size_t waiting(const SimulatedAudio& audio, std::size_t frame_bytes = 320) {
    std::string bytes(1 << 17, '\0');
    const auto size = ::read(audio.fd(), bytes.data(), bytes.size());
    return size < 0 ? 0 : static_cast<std::size_t>(size) / frame_bytes;
}

}  // namespace

TEST_CASE("Asterisk: under EAGI a new command ends four of the SAY commands too") {
    Asterisk asterisk = enhanced();
    Session session{SimulatedStream{asterisk}};
    const auto after = [&](Channel::Time time) {
        return [&asterisk, end = asterisk.channel.now() + time] {
            return asterisk.channel.now() >= end;
        };
    };
    CHECK_FALSE(session.execute_until(SayDigits{"12345"}, after(1s)));
    CHECK_FALSE(session.execute_until(SayNumber{12345}, after(1s)));
    CHECK_FALSE(session.execute_until(SayAlpha{"abcde"}, after(1s)));
    CHECK_FALSE(session.execute_until(SayPhonetic{"abcde"}, after(1s)));
    CHECK(asterisk.channel.now() == 4s);
    CHECK_THROWS_AS(session.execute_within(SayDate{}, 1s), AGITimeoutError);
    session.resync();
    CHECK(asterisk.channel.now() >= 7s);  // and a moment, until the last mark has woken Asterisk
    CHECK(asterisk.channel.now() < 10s);

    Asterisk plain;
    Session other{SimulatedStream{plain}};
    CHECK_THROWS_AS(other.execute_until(SayDigits{"1"}, [] { return true; }), AGIArgumentError);
}

TEST_CASE("SimulatedAudio: a frame for every 20 ms while Asterisk reads the channel") {
    struct Case {
        const char* command;
        std::size_t frames;
    };
    const auto [command, frames] =
        GENERATE(Case{"STREAM FILE prompt \"\"", 150}, Case{"WAIT FOR DIGIT 1000", 50},
                 Case{"GET DATA \"\" 500 4", 25}, Case{"GET OPTION prompt 1 100", 155},
                 Case{"SAY DIGITS 12 \"\"", 50}, Case{"SAY DATE 0 \"\"", 0}, Case{"EXEC Wait 3", 0},
                 Case{"RECORD FILE x wav # 1000", 0}, Case{"CONTROL STREAM FILE prompt \"\"", 0},
                 Case{"RECEIVE TEXT 500", 0});
    CAPTURE(command);
    Asterisk asterisk = enhanced();
    Session session{SimulatedStream{asterisk}};
    const SimulatedAudio audio{asterisk};
    session.send(command);
    CHECK(waiting(audio) == frames);
    CHECK_FALSE(session.stream().wait_line(100ms));  // idle
    CHECK(waiting(audio) == 5);
}

TEST_CASE("SimulatedAudio: what nobody reads is lost") {
    Asterisk asterisk = enhanced();
    Session session{SimulatedStream{asterisk}};
    const SimulatedAudio caller{asterisk};
    WaitForDigit{24h}(session);
    bool gap = false;
    EagiAudio audio{session, caller.fd()};
    audio.listen(session, StreamFile{"prompt"}, [&](const AudioFrame& frame) {
        gap = gap || frame.after_gap;
        return true;
    });
    CHECK(gap);
}

TEST_CASE("SimulatedAudio: formats and voices") {
    Asterisk asterisk = enhanced();
    SECTION("another rate") {
        asterisk.channel.variables["EAGI_AUDIO_FORMAT"] = "slin16";
        Session session{SimulatedStream{asterisk}};
        const SimulatedAudio audio{asterisk};
        WaitForDigit{1s}(session);
        CHECK(waiting(audio, 640) == 50);
    }
    SECTION("a voice of one's own") {
        asterisk.channel.variables["EAGI_AUDIO_FORMAT"] = "ulaw";
        Session session{SimulatedStream{asterisk}};
        CHECK_THROWS_AS(SimulatedAudio{asterisk}, AGIError);
        const SimulatedAudio caller{asterisk, [](Channel::Time time) {
                                        return std::string(160, time < 100ms ? 'a' : 'b');
                                    }};
        EagiAudio audio{session, caller.fd()};
        std::string heard;
        audio.listen(session, WaitForDigit{1s}, [&](const AudioFrame& frame) {
            heard += frame.bytes.front();
            return heard.size() < 8;
        });
        CHECK(heard == "aaaaabbb");
        CHECK(asterisk.channel.now() == 160ms);
    }
    SECTION("a tone is as loud as it says") {
        const std::string bytes = SimulatedAudio::tone(AudioFormat::of("slin"), 500);
        CHECK(bytes.size() == 320);
        CHECK(bytes != SimulatedAudio::tone(AudioFormat::of("slin"), 0));
    }
}

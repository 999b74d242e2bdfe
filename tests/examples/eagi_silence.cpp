// SPDX-License-Identifier: MIT
// The eagi_silence example on a scripted stream, with its main() out of the way.

#define main eagi_silence_main
#include "../../examples/eagi_silence.cpp"
#undef main

#include "catch.hpp"
#include "examples/eagi.hpp"

#include <string>
#include <utility>

namespace {

const std::string waits = ">> WAIT FOR DIGIT 30000\n";
const std::string is_stopped =
    ">> GET FULL VARIABLE agi-mark-1\n<< 200 result=1\n<< 200 result=1 (agi-mark-1)\n";

Speech outcome(const std::string& dialogue, const std::string& sound) {
    const Pipe pipe = make_pipe();
    pipe.write.put(sound);
    agi::Session session{EagiStream{dialogue, pipe.read}};
    agi::EagiAudio audio{session, pipe.read};
    const Speech speech = wait_for_silence(session, audio);
    session.stream().check_finished();
    return speech;
}

}  // namespace

TEST_CASE("eagi_silence: the loudness of a tone is its root mean square") {
    CHECK(loudness("") == 0);
    CHECK(loudness(tone(0, 1)) == 0);
    CHECK(std::abs(loudness(tone(10000, 1)) - 7071) < 10);
}

TEST_CASE("eagi_silence: two seconds of silence end it") {
    const Speech speech = outcome(waits + is_stopped, tone(8000, 50) + tone(100, 100));
    CHECK(speech.spoken == 1s);
    CHECK(std::abs(speech.loudest - 5657) < 10);
    CHECK(outcome(waits + is_stopped, tone(0, 100)).spoken == 0s);
}

TEST_CASE("eagi_silence: so does a key, or the time limit") {
    CHECK(outcome(waits + "<< 200 result=35\n", tone(8000, 50) + tone(0, 99)).spoken == 1s);
    CHECK(outcome(waits + "<< 200 result=0\n", tone(8000, 20)).spoken == 400ms);
}

TEST_CASE("eagi_silence: a stream that closes at any point ends it as a hang-up") {
    for (std::size_t n = 1; n <= 9; ++n) {
        CAPTURE(n);
        const Pipe pipe = make_pipe();
        pipe.write.put(tone(0, 100));
        EagiStream stream{waits + is_stopped, pipe.read};
        stream.fail_at(n);
        const auto run = [&] {
            agi::Session session{std::move(stream)};
            agi::EagiAudio audio{session, pipe.read};
            wait_for_silence(session, audio);
        };
        CHECK_THROWS_AS(run(), agi::AGIHangup);
    }
}

// SPDX-License-Identifier: MIT
// The eagi_record example on a scripted stream, with its main() out of the way.

#define main eagi_record_main
#include "../../examples/eagi_record.cpp"
#undef main

#include "catch.hpp"
#include "examples/eagi.hpp"
#include "temporary.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

namespace {

const std::string path = temporary_path("record.wav").string();
const std::string prompt = ">> STREAM FILE tt-weasels 0123456789*#\n";

std::string read_and_remove() {
    std::ostringstream text;
    text << std::ifstream{path, std::ios::binary}.rdbuf();
    std::remove(path.c_str());
    return text.str();
}

/// Runs it with this audio; the file that it wrote.
std::string recorded(const std::string& dialogue, const std::string& sound) {
    const Pipe pipe = make_pipe();
    pipe.write.put(sound);
    agi::Session session{EagiStream{dialogue, pipe.read}};
    agi::EagiAudio audio{session, pipe.read};
    record(session, audio, path);
    session.stream().check_finished();
    return read_and_remove();
}

std::string wav(const std::string& sound) {
    const auto number = [](std::size_t value) {
        std::string text;
        for (int i = 0; i < 4; ++i, value >>= 8U) text += static_cast<char>(value & 0xFFU);
        return text;
    };
    return "RIFF" + number(36 + sound.size()) + "WAVEfmt " + number(16) +
           std::string("\x01\0\x01\0", 4) + number(8000) + number(16000) +
           std::string("\x02\0\x10\0", 4) + "data" + number(sound.size()) + sound;
}

}  // namespace

TEST_CASE("eagi_record: writes a WAV file, until a key or the end of the prompt") {
    const std::string sound = tone(1000, 50);
    CHECK(recorded(prompt + "<< 200 result=53 endpos=8000\n"
                            ">> VERBOSE \"eagi_record: key 5, gaps: 0\" 1\n<< 200 result=1\n",
                   sound) == wav(sound));
    CHECK(recorded(prompt + "<< 200 result=0 endpos=8000\n"
                            ">> VERBOSE \"eagi_record: end of prompt, gaps: 0\" 1\n"
                            "<< 200 result=1\n",
                   "") == wav(""));
}

TEST_CASE("eagi_record: a caller who hangs up leaves a whole file") {
    const std::string sound = tone(1000, 10);
    CHECK_THROWS_AS(recorded(prompt + "<< HANGUP\n<< 200 result=-1 endpos=800\n", sound),
                    agi::AGIResultHangup);
    CHECK(read_and_remove() == wav(sound));
}

TEST_CASE("eagi_record: a file that cannot be written") {
    const Pipe pipe = make_pipe();
    agi::Session session{EagiStream{"", pipe.read}};
    agi::EagiAudio audio{session, pipe.read};
    CHECK_THROWS_WITH(record(session, audio, "no/such/folder/x.wav"),
                      "cannot write no/such/folder/x.wav");
}

TEST_CASE("eagi_record: a stream that closes at any point ends it as a hang-up") {
    const std::string dialogue = prompt +
                                 "<< 200 result=53 endpos=8000\n"
                                 ">> VERBOSE \"eagi_record: key 5, gaps: 0\" 1\n<< 200 result=1\n";
    for (std::size_t n = 1; n <= 9; ++n) {
        CAPTURE(n);
        const Pipe pipe = make_pipe();
        pipe.write.put(tone(1000, 5));
        EagiStream stream{dialogue, pipe.read};
        stream.fail_at(n);
        const auto run = [&] {
            agi::Session session{std::move(stream)};
            agi::EagiAudio audio{session, pipe.read};
            record(session, audio, path);
        };
        CHECK_THROWS_AS(run(), agi::AGIHangup);
    }
    std::remove(path.c_str());
}

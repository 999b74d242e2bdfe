// SPDX-License-Identifier: MIT
// A call goes to a file, and the file plays the same call again.

#include "catch.hpp"
#include "temporary.hpp"
#include <agi/command/call.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/session/transcript.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

using namespace agi;
using namespace std::chrono_literals;
using testing::ScriptedStream;

namespace {

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

std::string text_of(std::FILE* file) {
    std::string text;
    std::rewind(file);
    for (int c = 0; (c = std::fgetc(file)) != EOF;) text += static_cast<char>(c);
    return text;
}

SessionOptions traced(std::FILE* file) {
    SessionOptions options;
    options.trace = Transcript{file};
    return options;
}

/// Runs the program on a script; its transcript.
template <class Program>
std::string transcript(const std::string& script, Program program) {
    const File file{std::tmpfile()};
    Session session{ScriptedStream{script}, traced(file.get())};
    program(session);
    session.stream().check_finished();
    return text_of(file.get());
}

/// The text of a mark is random, up to its number.
std::string without_marks(std::string text) {
    const std::string mark = "agi-mark-";
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += mark.size()) {
        text.erase(at + mark.size(), 32);
    }
    return text;
}

const auto ask = [](auto& session) {
    Answer{}(session);
    CHECK(GetVariable{"NOTE"}(session) == "two\nlines \"quoted\" \\ \t");
    CHECK_THROWS_AS(StreamFile{"missing"}(session), AGIAppError);
    CHECK_THROWS_AS(SetVariable({"FUNCTION(", "x"})(session), AGIUsageError);
    CHECK(GetData{"pin", 5s, 4}(session).digits == "12");
    CHECK(session.hung_up());
};

const std::string script = R"(
    << agi_request: x
    << agi_callerid: 5550100
    <<
    >> ANSWER
    << 200 result=0
    >> GET VARIABLE NOTE
    << 200 result=1 (two
    << lines "quoted" \\ \t)
    >> STREAM FILE missing ""
    << 200 result=-1 endpos=0
    >> CHANNEL STATUS
    << 200 result=6
    >> SET VARIABLE FUNCTION( x
    << 520-Invalid command syntax.  Proper usage follows:
    <<  Usage: SET VARIABLE
    << 520 End of proper usage.
    >> GET DATA pin 5000 4
    << HANGUP
    << 200 result=12 (timeout)
)";

}  // namespace

TEST_CASE("Transcript: is what people and ScriptedStream read") {
    const std::string text = transcript(R"(
            << agi_request: a\tb
            <<
            >> SET VARIABLE X "a \\\"b\\\""
            << 200 result=1
        )",
                                        [](auto& session) {
                                            SetVariable{"X", "a \"b\""}(session);
                                        });
    CHECK(text ==
          "<< agi_request: a\\tb\\n\n"
          "<< \\n\n"
          ">> SET VARIABLE \\\"X\\\" \\\"a \\\\\\\"b\\\\\\\"\\\"\\n\n"
          "<< 200 result=1\\n\n");
}

TEST_CASE("Transcript: plays the same call again, and that the same") {
    const std::string once = transcript(script, ask);
    CHECK(testing::parse_dialogue(once).size() == 19);
    const std::string twice = transcript(once, ask);
    CHECK(twice == once);
}

TEST_CASE("Transcript: a line that was cut is written as cut, and plays so again") {
    const auto call = [](auto& session) { CHECK_THROWS_AS(Answer{}(session), AGIUnknownError); };
    const std::string recording = "<< agi_request: x\\n\n<< \\n\n>> ANSWER\\n\n<< 200 res\n";
    const std::string once = transcript(recording, call);
    CHECK(once == recording);
    CHECK(transcript(once, call) == once);
}

TEST_CASE("Transcript: a remark is for the reader only") {
    const File file{std::tmpfile()};
    const Transcript sink{file.get()};
    sink.remark("the caller\nhangs up");
    sink(Direction::received, "HANGUP");
    CHECK(text_of(file.get()) == "# the caller\\nhangs up\n<< HANGUP\\n\n");
    const auto lines = testing::parse_dialogue(text_of(file.get()));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].kind == testing::DialogueLine::Kind::remark);
    CHECK(lines[1].text == "HANGUP");
}

TEST_CASE("Transcript: each line is in the file before the next one") {
    const std::string path = temporary_path("transcript").string();
    const File file{std::fopen(path.c_str(), "w")};
    REQUIRE(file);
    const Transcript sink{file.get()};
    sink(Direction::sent, "NOOP");
    const File reader{std::fopen(path.c_str(), "r")};
    CHECK(text_of(reader.get()) == ">> NOOP\\n\n");
}

TEST_CASE("Transcript: a secret call plays again") {
    const auto secretly = [](auto& session) {
        const auto pin = Secret{GetData{"pin", 5s, 4}, false}(session).digits;
        Secret{SetVariable{"PIN", pin}}(session);
        CHECK(session.execute_until(Secret{GetData{"pin"}}, [] { return true; }).stopped);
        CHECK_THROWS_AS(session.execute_within(Secret{GetVariable{"PIN"}}, 1s), AGITimeoutError);
        session.resync();
        Answer{}(session);
    };
    const std::string once = transcript(R"(
        << agi_request: x
        <<
        >> GET DATA pin 5000 4
        << 200 result=1234
        >> SET VARIABLE PIN 1234
        << 200 result=1
        >> GET DATA pin 2000 255
        >> GET FULL VARIABLE agi-mark-1
        << 200 result=5678
        << 200 result=1 (agi-mark-1)
        >> GET VARIABLE PIN
        >> GET FULL VARIABLE agi-mark-2
        << 200 result=1 (1234)
        << 200 result=1 (agi-mark-2)
        >> ANSWER
        << 200 result=0
    )",
                                        secretly);
    CAPTURE(once);
    CHECK(once.find("1234") == std::string::npos);
    CHECK(once.find("5678") == std::string::npos);
    // The digits are `****` now, which are keys too.
    const std::string twice = transcript(once, secretly);
    CHECK(without_marks(twice) == without_marks(once));
}

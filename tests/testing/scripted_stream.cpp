// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/stream/line_stream.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace agi;
using testing::ScriptedStream;
using testing::ScriptMismatch;
using testing::StreamFailure;

namespace {

/// The next line, or `(closed)` and what was left of one.
std::string next(ScriptedStream& stream) {
    std::string line = "old";
    return stream.read_line(line) ? line : "(closed)" + line;
}

/// The message of the ScriptMismatch that the call throws.
template <class Call>
std::string mismatch(const Call& call) {
    try {
        call();
    } catch (const ScriptMismatch& error) {
        return error.what();
    }
    return "no mismatch";
}

}  // namespace

TEST_CASE("ScriptedStream: is a LineStream") { STATIC_REQUIRE(is_line_stream_v<ScriptedStream>); }

TEST_CASE("ScriptedStream: plays Asterisk's part") {
    ScriptedStream stream{R"(
        << agi_request: x
        <<
        >> NOOP
        << 200 result=0
        # then the second
        >> ANSWER
        << HANGUP
        << 511 Command Not Permitted on a dead channel
    )"};
    CHECK(next(stream) == "agi_request: x");
    CHECK(next(stream).empty());
    stream.write_line("NOOP");
    CHECK(next(stream) == "200 result=0");
    stream.write_line("ANSWER");
    CHECK_FALSE(stream.finished());
    CHECK(next(stream) == "HANGUP");
    CHECK(next(stream) == "511 Command Not Permitted on a dead channel");
    CHECK(stream.finished());
    CHECK_NOTHROW(stream.check_finished());
    CHECK(stream.operations() == 7);
}

TEST_CASE("ScriptedStream: the end of the dialogue is the end of the stream") {
    ScriptedStream stream{"<< a\n"};
    CHECK(next(stream) == "a");
    CHECK(next(stream) == "(closed)");
    CHECK(next(stream) == "(closed)");
    ScriptedStream empty{""};
    CHECK(empty.finished());
    CHECK(next(empty) == "(closed)");
}

TEST_CASE("ScriptedStream: a cut line is the end, and is handed over") {
    ScriptedStream stream{R"(
        >> NOOP\n
        << 200 result=1 (ab
    )"};
    stream.write_line("NOOP");
    CHECK(next(stream) == "(closed)200 result=1 (ab");
    CHECK(next(stream) == "(closed)");
}

TEST_CASE("ScriptedStream: a recording in pieces") {
    ScriptedStream stream{R"(
        << 200 res
        << ult=0\n
        << 200 result=1 (\"\x00\xff)\n
    )"};
    CHECK(next(stream) == "200 result=0");
    CHECK(next(stream) == std::string{"200 result=1 (\"\0\xff)", 18});
}

TEST_CASE("ScriptedStream: requests are compared by their words") {
    const auto [script, line] = GENERATE(table<std::string, std::string>({
        {R"(GET DATA enter-pin 5000)", R"(GET DATA "enter-pin" 5000)"},
        {R"(GET DATA \"enter-pin\" \"5000\")", R"(GET DATA "enter-pin" 5000)"},
        {R"(NOOP \"a b\")", R"(NOOP a\ b)"},
        {R"(NOOP  a   b)", R"(NOOP "a" "b")"},
        {R"(NOOP \"\")", R"(NOOP "")"},
    }));
    CAPTURE(script, line);
    ScriptedStream stream{">> " + script};
    CHECK_NOTHROW(stream.write_line(line));
    CHECK(stream.finished());
}

TEST_CASE("ScriptedStream: another line is a mismatch that shows the dialogue") {
    ScriptedStream stream{R"(
        << agi_request: x
        <<
        >> ANSWER
        << 200 result=0
        >> GET DATA "enter-pin" 5000 4
        << 200 result=1234
    )"};
    next(stream);
    next(stream);
    stream.write_line("ANSWER");
    next(stream);
    CHECK(mismatch([&] { stream.write_line(R"(GET DATA "enter-pin" 5000 5)"); }) ==
          "the program sends another line than the script has:\n"
          "         << agi_request: x\n"
          "         << \n"
          "         >> ANSWER\n"
          "         << 200 result=0\n"
          "  script >> GET DATA \"enter-pin\" 5000 4\n"
          "  sent   >> GET DATA \"enter-pin\" 5000 5\n");
}

TEST_CASE("ScriptedStream: words are compared exactly") {
    const std::string line = GENERATE("noop a", "NOOP", "NOOP a b", "NOOP A", "NOOP \"a \"", "");
    CAPTURE(line);
    ScriptedStream stream{">> NOOP a"};
    CHECK_THROWS_AS(stream.write_line(line), ScriptMismatch);
    CHECK_FALSE(stream.finished());
}

TEST_CASE("ScriptedStream: *** in the script is any word") {
    const auto [script, line, good] = GENERATE(table<std::string, std::string, bool>({
        {"SET VARIABLE PIN ***", R"(SET VARIABLE "PIN" "1234")", true},
        {"SET VARIABLE PIN ***", R"(SET VARIABLE "PIN" "")", true},
        {"SET VARIABLE PIN ***", R"(SET VARIABLE "PIN" "two words")", true},
        {"SET VARIABLE *** ***", R"(SET VARIABLE "PIN" "1234")", true},
        {"SET VARIABLE PIN ***", R"(SET VARIABLE "PIN")", false},
        {"SET VARIABLE PIN ***", R"(SET VARIABLE "PIN" "1" "2")", false},
        {"SET VARIABLE PIN ***", R"(SET VARIABLE "PIM" "1")", false},
        {"SET VARIABLE PIN 1", R"(SET VARIABLE "PIN" "***")", false},
    }));
    CAPTURE(script, line);
    ScriptedStream stream{">> " + script};
    if (good) {
        CHECK_NOTHROW(stream.write_line(line));
    } else {
        CHECK_THROWS_AS(stream.write_line(line), ScriptMismatch);
    }
}

TEST_CASE("ScriptedStream: wait_line says whose turn it is") {
    using std::chrono::milliseconds;
    ScriptedStream stream{"<< a\n>> NOOP\n<< b\n"};
    CHECK(stream.wait_line(milliseconds{0}));
    next(stream);
    CHECK_FALSE(stream.wait_line(milliseconds{-1}));
    stream.write_line("NOOP");
    CHECK(stream.wait_line(milliseconds{0}));
    next(stream);
    CHECK(stream.wait_line(milliseconds{0}));  // the end can be read
    CHECK(next(stream) == "(closed)");
    CHECK(stream.operations() == 4);
}

TEST_CASE("ScriptedStream: a line that the script does not have is a mismatch") {
    ScriptedStream stream{"<< a\n"};
    CHECK(mismatch([&] { stream.write_line("NOOP"); }) ==
          "the program sends a line that the script does not have:\n"
          "         << a\n"
          "  script (ends here)\n"
          "  sent   >> NOOP\n");
}

TEST_CASE("ScriptedStream: to wait when it is the program's turn is a mismatch") {
    ScriptedStream stream{"<< a\n>> NOOP\n<< b\n"};
    CHECK(next(stream) == "a");
    CHECK(mismatch([&] { next(stream); }) ==
          "the program waits for a line, and the script for a request:\n"
          "         << a\n"
          "  script >> NOOP\n");
    stream.write_line("NOOP");
    CHECK(next(stream) == "b");
}

TEST_CASE("ScriptedStream: a mismatch shows the last twelve lines before it") {
    std::string dialogue;
    for (int i = 1; i <= 20; ++i) dialogue += "<< line " + std::to_string(i) + '\n';
    ScriptedStream stream{dialogue + ">> NOOP\n"};
    std::string expected = "the program sends another line than the script has:\n";
    for (int i = 9; i <= 20; ++i) expected += "         << line " + std::to_string(i) + '\n';
    CHECK(mismatch([&] { stream.write_line("ANSWER"); }) ==
          expected + "  script >> NOOP\n  sent   >> ANSWER\n");
}

TEST_CASE("ScriptedStream: check_finished shows what is left") {
    ScriptedStream stream{">> NOOP\n<< 200 result=0\n>> HANGUP\n"};
    CHECK(mismatch([&] { stream.check_finished(); }) ==
          "the program has ended before the script:\n"
          "  script >> NOOP\n");
    stream.write_line("NOOP");
    CHECK(mismatch([&] { stream.check_finished(); }) ==
          "the program has ended before the script:\n"
          "         >> NOOP\n"
          "  script << 200 result=0\n");
    next(stream);
    CHECK_FALSE(stream.finished());
    stream.write_line("HANGUP");
    CHECK(stream.finished());
    CHECK(mismatch([&] { stream.check_finished(); }) == "no mismatch");
}

TEST_CASE("ScriptedStream: a mismatch is none of the library's exceptions") {
    STATIC_REQUIRE(std::is_base_of_v<std::logic_error, ScriptMismatch>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<AGIException, ScriptMismatch>);
    STATIC_REQUIRE_FALSE(std::is_base_of_v<AGIException, StreamFailure>);
}

TEST_CASE("ScriptedStream: fail_at closes the stream from that operation on") {
    ScriptedStream stream{"<< a\n>> NOOP\n<< b\n>> HANGUP\n"};
    stream.fail_at(3);
    CHECK(next(stream) == "a");
    stream.write_line("NOOP");
    CHECK(next(stream) == "(closed)");
    CHECK_THROWS_AS(stream.write_line("HANGUP"), AGISIGPIPEHangup);
    CHECK(next(stream) == "(closed)");
    CHECK(stream.operations() == 5);
    CHECK_FALSE(stream.finished());
}

TEST_CASE("ScriptedStream: fail_at may throw instead") {
    ScriptedStream stream{"<< a\n>> NOOP\n"};
    stream.fail_at(2, ScriptedStream::Failure::error);
    CHECK(next(stream) == "a");
    CHECK_THROWS_AS(stream.write_line("NOOP"), StreamFailure);
    CHECK_THROWS_WITH(stream.write_line("NOOP"), "operation 3 was told to fail");
    CHECK_THROWS_AS(next(stream), StreamFailure);
}

TEST_CASE("ScriptedStream: refuses a text that is not a dialogue") {
    CHECK_THROWS_AS(ScriptedStream{"NOOP"}, std::invalid_argument);
}

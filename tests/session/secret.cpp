// SPDX-License-Identifier: MIT
// Nothing of a secret command gets into a trace.

#include "catch.hpp"
#include <agi/command/digits.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <string>
#include <string_view>
#include <utility>

using namespace agi;
using namespace std::chrono_literals;
using testing::ScriptedStream;

namespace {

/// What the trace shows of these lines, after those of the environment.
template <class Program>
std::string trace_of(const std::string& dialogue, Program program,
                     const std::string& environment = "<< agi_request: x\n<<\n") {
    std::string text;
    Session session{ScriptedStream{environment + dialogue}};
    session.trace([&text](Direction direction, std::string_view line) {
        text += direction == Direction::sent ? "> " : "< ";
        text.append(line).append(1, '\n');
        // The text of a mark is random, up to its number.
        constexpr std::string_view mark = "agi-mark-";
        const std::size_t at = text.find(mark, text.size() - line.size() - 1);
        if (at != std::string::npos) text.erase(at + mark.size(), 33);
    });
    program(session);
    session.stream().check_finished();
    return text;
}

}  // namespace

TEST_CASE("Secret: the digits of GET DATA") {
    const Secret ask{GetData{"pin", 5s, 4}, false};
    CHECK(trace_of(">> GET DATA pin 5000 4\n<< 200 result=1234\n", [&](auto& session) {
              CHECK(ask(session).digits == "1234");
          }) == "> GET DATA \"pin\" 5000 4\n< 200 result=****\n");
    CHECK(trace_of(">> GET DATA pin 5000 4\n<< HANGUP\n<< 200 result=12 (timeout)\n",
                   [&](auto& session) { CHECK(ask(session).timed_out); }) ==
          "> GET DATA \"pin\" 5000 4\n< HANGUP\n< 200 result=** (timeout)\n");
}

TEST_CASE("Secret: the request too") {
    CHECK(trace_of(">> GET DATA pin 5000 4\n<< 200 result=1234\n", [](auto& session) {
              session(Secret{GetData{"pin", 5s, 4}});
          }) == "> GET DATA *** *** ***\n< 200 result=****\n");
}

TEST_CASE("Secret: a key") {
    CHECK(trace_of(">> WAIT FOR DIGIT -1\n<< 200 result=49\n", [](auto& session) {
              CHECK(Secret{WaitForDigit{}, false}(session).digit == '1');
          }) == "> WAIT FOR DIGIT -1\n< 200 result=**\n");
    CHECK(trace_of(">> GET OPTION a 123 5000\n<< 200 result=49 endpos=800\n", [](auto& session) {
              CHECK(Secret{GetOption{"a", "123"}, false}(session).digit == '1');
          }) == "> GET OPTION \"a\" \"123\" 5000\n< 200 result=** endpos=800\n");
}

TEST_CASE("Secret: the value of GET VARIABLE, also over several lines") {
    const Secret read{GetVariable{"CARD"}, false};
    CHECK(trace_of(">> GET VARIABLE CARD\n<< 200 result=1 (4111 (1))\n", [&](auto& session) {
              CHECK(read(session) == "4111 (1)");
          }) == "> GET VARIABLE \"CARD\"\n< 200 result=1 (**** (*))\n");
    CHECK(trace_of(">> GET VARIABLE CARD\n<< 200 result=1 (4111\n<< 1111 11\n<< 511 1111)\n",
                   [&](auto& session) { CHECK(read(session) == "4111\n1111 11\n511 1111"); }) ==
          "> GET VARIABLE \"CARD\"\n< 200 result=1 (****\n< *******\n< *********\n");
    CHECK(trace_of(">> GET VARIABLE CARD\n<< 200 result=0\n", [&](auto& session) {
              CHECK_FALSE(read(session));
          }) == "> GET VARIABLE \"CARD\"\n< 200 result=*\n");
}

TEST_CASE("Secret: the value of SET VARIABLE") {
    CHECK(trace_of(">> SET VARIABLE PIN \"12 \\\\\\\"34\"\n<< 200 result=1\n", [](auto& session) {
              Secret{SetVariable{"PIN", "12 \"34"}}(session);
          }) == "> SET VARIABLE *** ***\n< 200 result=1\n");
}

TEST_CASE("Secret: errors say what is wrong, and no more") {
    CHECK(trace_of(">> GET VARIABLE X\n<< HANGUP\n<< 511 Command Not Permitted on a dead channel\n",
                   [](auto& session) {
                       CHECK_THROWS_AS(Secret{GetVariable{"X"}}(session), AGIDeadChannelError);
                   }) ==
          "> GET VARIABLE ***\n< HANGUP\n< 511 Command Not Permitted on a dead channel\n");
    CHECK(trace_of(">> GET VARIABLE X\n<< 520-Invalid command syntax.  Proper usage follows:\n"
                   "<< You said: 1234\n<< 520 End of proper usage.\n",
                   [](auto& session) {
                       CHECK_THROWS_AS(Secret{GetVariable{"X"}}(session), AGIUsageError);
                   }) ==
          "> GET VARIABLE ***\n< 520-Invalid command syntax.***********************\n"
          "< **************\n< 520 End of proper usage.\n");
    CHECK(trace_of(">> GET VARIABLE X\n<< junk 1234\n", [](auto& session) {
              CHECK_THROWS_AS(Secret{GetVariable{"X"}}(session), AGIUnknownError);
          }) == "> GET VARIABLE ***\n< *********\n");
}

TEST_CASE("Secret: a value that the stream cuts off") {
    CHECK(trace_of(
              R"(
                  >> GET VARIABLE X\n
                  << 200 result=1 (12\n
                  << 34
              )",
              [](auto& session) {
                  CHECK_THROWS_AS(Secret{GetVariable{"X"}}(session), AGIUnknownError);
              },
              "<< agi_request: x\\n\n<< \\n\n") ==
          "> GET VARIABLE ***\n< 200 result=1 (**\n< **\n");
}

TEST_CASE("Secret: a reply that is still owed stays secret") {
    CHECK(trace_of(">> GET DATA pin 5000 4\n>> GET FULL VARIABLE agi-mark-1\n"
                   "<< 200 result=1234\n<< 200 result=1 (agi-mark-1)\n>> NOOP\n<< 200 result=0\n",
                   [](auto& session) {
                       const Secret ask{GetData{"pin", 5s, 4}};
                       CHECK_THROWS_AS(session.execute_within(ask, 1s), AGITimeoutError);
                       session.resync();
                       Noop{}(session);
                   }) ==
          "> GET DATA *** *** ***\n> GET FULL VARIABLE \"agi-mark-1\"\n"
          "< 200 result=****\n< 200 result=1 (agi-mark-1)\n> NOOP\n< 200 result=0\n");
}

TEST_CASE("Secret: the command next to it is none") {
    CHECK(trace_of(">> NOOP a\n<< 200 result=0\n>> WAIT FOR DIGIT -1\n<< 200 result=49\n"
                   ">> WAIT FOR DIGIT -1\n<< 200 result=49\n",
                   [](auto& session) {
                       Noop{"a"}(session);
                       Secret{WaitForDigit{}}(session);
                       WaitForDigit{}(session);
                   }) ==
          "> NOOP \"a\"\n< 200 result=0\n> WAIT FOR DIGIT ***\n< 200 result=**\n"
          "> WAIT FOR DIGIT -1\n< 200 result=49\n");
}

TEST_CASE("Secret: is otherwise the command that it holds") {
    STATIC_REQUIRE(Secret<GetVariable>::works_after_hangup);
    STATIC_REQUIRE_FALSE(Secret<GetData>::works_after_hangup);
    STATIC_REQUIRE(wire::has_when_stopped<Secret<GetData>>::value);
    STATIC_REQUIRE_FALSE(wire::has_when_stopped<Secret<GetVariable>>::value);
    STATIC_REQUIRE(wire::stops_in_eagi_only<Secret<SayDigits>>::value);
    STATIC_REQUIRE_FALSE(wire::stops_in_eagi_only<Secret<GetData>>::value);
    CHECK(Secret{GetData{"a", 5s, 4}}.longest() == 20s);
    STATIC_REQUIRE_FALSE(wire::has_longest<Secret<GetVariable>>::value);
    CHECK(Secret{GetVariable{"a"}}.reply_form() == ReplyForm::value);

    Session session{
        ScriptedStream{"<< agi_request: x\n<< agi_version: 1.8.32\n<<\n"
                       ">> RECORD FILE x wav \"\" -1\n"
                       "<< 200 result=0 (hangup) endpos=800\n"}};
    CHECK_THROWS_AS((Secret{SayAlpha{"a", {}, SayCase::all}}(session)), AGIArgumentError);
    Secret{RecordFile{"x"}}(session);
    CHECK(session.hangup_source() == HangupSource::reply);
}

// SPDX-License-Identifier: MIT
// The PIN example on a scripted stream, with its main() out of the way.

#define main pin_main
#include "../../examples/pin.cpp"
#undef main

#include "catch.hpp"
#include <agi/testing/scripted_stream.hpp>

#include <string>

namespace {

using agi::testing::ScriptedStream;

const std::string greeting = "<< agi_request: pin\n<<\n";
const std::string expected = ">> GET VARIABLE PIN\n<< 200 result=1 (1234)\n";
const std::string played = "<< 200 result=0 endpos=16000\n";
const std::string prompt = ">> STREAM FILE agent-pass 0123456789\n";
const std::string wrong = ">> STREAM FILE auth-incorrect 0123456789\n";
const std::string first = prompt + played + ">> GET DATA \"\" 5000 10\n";
const std::string again = wrong + played + first;

std::string outcome(const std::string& result) {
    return ">> SET VARIABLE PIN_RESULT " + result + "\n<< 200 result=1\n";
}
std::string last(const std::string& sound) {
    return ">> STREAM FILE " + sound + " \"\"\n" + played;
}

void check(const std::string& dialogue) {
    agi::Session session{ScriptedStream{greeting + dialogue}};
    ask_pin(session);
    session.stream().check_finished();
}

}  // namespace

TEST_CASE("pin: what the caller enters decides") {
    check(expected + first + "<< 200 result=1234\n" + outcome("entered") + last("auth-thankyou"));
    check(expected + first + "<< 200 result=1111\n" + again + "<< 200 result=1234\n" +
          outcome("entered") + last("auth-thankyou"));
    check(expected + first + "<< 200 result=12 (timeout)\n" + again + "<< 200 result= (timeout)\n" +
          first + "<< 200 result=4321\n" + outcome("no_match") + last("vm-goodbye"));
    check(expected + first + "<< 200 result= (timeout)\n" + first + "<< 200 result= (timeout)\n" +
          first + "<< 200 result= (timeout)\n" + outcome("no_input") + last("vm-goodbye"));
}

TEST_CASE("pin: a key stops what is said, and is the first of the entry") {
    check(expected + prompt + "<< 200 result=49 endpos=800\n>> GET DATA \"\" 5000 9\n" +
          "<< 200 result=111\n" + wrong + "<< 200 result=49 endpos=800\n" +
          ">> GET DATA \"\" 5000 9\n<< 200 result=234\n" + outcome("entered") +
          last("auth-thankyou"));
}

TEST_CASE("pin: a dialplan without PIN lets nobody in") {
    for (const std::string none : {"<< 200 result=0\n", "<< 200 result=1 ()\n"}) {
        const std::string tried = "<< 200 result=1234\n";
        check(">> GET VARIABLE PIN\n" + none + first + tried + again + tried + again + tried +
              outcome("no_match") + last("vm-goodbye"));
    }
}

TEST_CASE("pin: no digit is in the trace") {
    agi::SessionOptions options;
    std::string trace;
    options.trace = [&](agi::Direction, std::string_view line) {
        trace.append(line).append(1, '\n');
    };
    agi::Session session{ScriptedStream{greeting + expected + first + "<< 200 result=1234\n" +
                                        outcome("entered") + last("auth-thankyou")},
                         std::move(options)};
    ask_pin(session);
    CHECK(trace.find("PIN_RESULT") != std::string::npos);
    CHECK(trace.find("1234\n") == std::string::npos);
    CHECK(trace.find("(1234)") == std::string::npos);
}

TEST_CASE("pin: a caller who hangs up during the entry ends it") {
    agi::Session session{ScriptedStream{greeting + expected + first +
                                        "<< 200 result=-1\n>> CHANNEL STATUS\n"
                                        "<< 511 Command Not Permitted on a dead channel\n"}};
    CHECK_THROWS_AS(ask_pin(session), agi::AGIHangup);
    session.stream().check_finished();
}

TEST_CASE("pin: a stream that closes at any point ends it as a hang-up") {
    const std::string dialogue = greeting + expected + first + "<< 200 result=1\n" + again +
                                 "<< 200 result=1234\n" + outcome("entered") +
                                 last("auth-thankyou");
    std::size_t operations = 0;
    {
        agi::Session session{ScriptedStream{dialogue}};
        ask_pin(session);
        operations = session.stream().operations();
    }
    REQUIRE(operations > 10);
    for (std::size_t n = 1; n <= operations; ++n) {
        CAPTURE(n);
        ScriptedStream stream{dialogue};
        stream.fail_at(n, ScriptedStream::Failure::closed);
        CHECK_THROWS_AS(
            [&] {
                agi::Session session{std::move(stream)};
                ask_pin(session);
            }(),
            agi::AGIHangup);
    }
}

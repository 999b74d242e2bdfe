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

const std::string greeting =
    "<< agi_request: pin\n<<\n>> GET VARIABLE PIN\n<< 200 result=1 (1234)\n";
const std::string first = ">> GET DATA agent-pass 5000 10\n";
const std::string again = ">> GET DATA auth-incorrect 5000 10\n";
const std::string goodbye = ">> STREAM FILE vm-goodbye \"\"\n<< 200 result=0 endpos=8000\n";
const std::string welcome = ">> STREAM FILE auth-thankyou \"\"\n<< 200 result=0 endpos=8000\n";

std::string outcome(const std::string& dialogue) {
    agi::Session session{ScriptedStream{dialogue}};
    std::string result = ask_pin(session);
    session.stream().check_finished();
    return result;
}

}  // namespace

TEST_CASE("pin: what the caller enters decides") {
    CHECK(outcome(greeting + first + "<< 200 result=1234\n" + welcome) == "OK");
    CHECK(outcome(greeting + first + "<< 200 result=1111\n" + again + "<< 200 result=1234\n" +
                  welcome) == "OK");
    CHECK(outcome(greeting + first + "<< 200 result=12 (timeout)\n" + again + "<< 200 result=\n" +
                  again + "<< 200 result= (timeout)\n" + goodbye) == "WRONG");
    CHECK(outcome(greeting + first + "<< 200 result= (timeout)\n" + first + "<< 200 result=\n" +
                  first + "<< 200 result= (timeout)\n" + goodbye) == "NOTHING");
}

TEST_CASE("pin: a dialplan without PIN lets nobody in") {
    CHECK(outcome("<< agi_request: pin\n<<\n>> GET VARIABLE PIN\n<< 200 result=0\n"
                  ">> VERBOSE \"pin: the dialplan has not set PIN\" 0\n<< 200 result=1\n") ==
          "NOTHING");
    CHECK(outcome("<< agi_request: pin\n<<\n>> GET VARIABLE PIN\n<< 200 result=1 ()\n"
                  ">> VERBOSE \"pin: the dialplan has not set PIN\" 0\n<< 200 result=1\n") ==
          "NOTHING");
}

TEST_CASE("pin: a caller who hangs up during the entry ends it") {
    agi::Session session{ScriptedStream{greeting + first + "<< 200 result=-1\n"}};
    CHECK_THROWS_AS(ask_pin(session), agi::AGIAppError);
}

TEST_CASE("pin: a stream that closes at any point ends it as a hang-up") {
    const std::string dialogue =
        greeting + first + "<< 200 result=1\n" + again + "<< 200 result=1234\n" + welcome;
    std::size_t operations = 0;
    {
        agi::Session session{ScriptedStream{dialogue}};
        REQUIRE(ask_pin(session) == std::string{"OK"});
        operations = session.stream().operations();
    }
    REQUIRE(operations == 10);
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

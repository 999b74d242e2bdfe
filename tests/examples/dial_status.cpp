// SPDX-License-Identifier: MIT
// The dial_status example on a scripted stream, with its main() out of the way.

#define main dial_status_main
#include "../../examples/dial_status.cpp"
#undef main

#include "catch.hpp"
#include <agi/testing/scripted_stream.hpp>

#include <string>
#include <utility>

namespace {

using agi::testing::ScriptedStream;

std::string call(const std::string& dialled, const std::string& status) {
    return R"(
        << agi_request: dial_status
        << agi_uniqueid: 17.42
        <<
        >> GET VARIABLE DIAL
        << 200 result=1 (PJSIP/100)
        >> EXEC Dial "PJSIP/100,30,g"
        )" +
           dialled + R"(
        >> GET VARIABLE DIALSTATUS
        << 200 result=1 ()" +
           status + R"()
        >> GET VARIABLE ANSWEREDTIME
        << 200 result=1 (7)
        >> GET VARIABLE HANGUPCAUSE
        << 200 result=0
        >> DATABASE PUT dial_status 17.42 ")" +
           status + R"(,7,"
        << 200 result=1
        >> VERBOSE "dial_status: )" +
           status + R"(,7," 1
        << 200 result=1
    )";
}

std::string outcome(const std::string& dialogue) {
    agi::Session session{ScriptedStream{dialogue}};
    std::string summary = dial_and_store(session);
    session.stream().check_finished();
    return summary;
}

}  // namespace

TEST_CASE("dial_status: stores the outcome, whoever hung up") {
    CHECK(outcome(call("<< 200 result=0", "ANSWER")) == "ANSWER,7,");
    CHECK(outcome(call("<< 200 result=-1", "CANCEL")) == "CANCEL,7,");
    CHECK(outcome(call("<< HANGUP\n<< 200 result=-1", "ANSWER")) == "ANSWER,7,");
}

TEST_CASE("dial_status: a stream that fails at any point ends it") {
    const std::string dialogue = call("<< 200 result=0", "ANSWER");
    agi::Session whole{ScriptedStream{dialogue}};
    REQUIRE(dial_and_store(whole) == "ANSWER,7,");
    const std::size_t operations = whole.stream().operations();
    REQUIRE(operations == 17);
    for (std::size_t n = 1; n <= operations; ++n) {
        CAPTURE(n);
        const auto run = [&](ScriptedStream::Failure failure) {
            ScriptedStream stream{dialogue};
            stream.fail_at(n, failure);
            agi::Session session{std::move(stream)};
            dial_and_store(session);
        };
        CHECK_THROWS_AS(run(ScriptedStream::Failure::closed), agi::AGIHangup);
        CHECK_THROWS_AS(run(ScriptedStream::Failure::error), agi::testing::StreamFailure);
    }
}

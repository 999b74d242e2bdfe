// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/command/database.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/after_hangup.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <optional>
#include <string>

using namespace agi;
using testing::ScriptedStream;

namespace {

const std::string hung_up = "<< agi_request: x\n<<\n>> NOOP\n<< HANGUP\n<< 200 result=0\n";

SessionOptions strict() {
    SessionOptions options;
    options.hangup_policy = HangupPolicy::throw_at_command;
    return options;
}

}  // namespace

TEST_CASE("after_hangup: works under either policy, and its result is that of the work") {
    const bool throws = GENERATE(false, true);
    CAPTURE(throws);
    Session session{ScriptedStream{hung_up + R"(
        >> GET VARIABLE DIALSTATUS
        << 200 result=1 (ANSWER)
        >> DATABASE PUT calls last ANSWER
        << 200 result=1
        >> NOOP
        << 200 result=0
    )"},
                    throws ? strict() : SessionOptions{}};
    Noop{}(session);
    const auto status = session.after_hangup([](auto& call) {
        CHECK(call.environment().request() == "x");
        auto dialled = GetVariable{"DIALSTATUS"}(call);
        DatabasePut{"calls", "last", dialled.value()}(call);
        call(Noop{});
        return dialled;
    });
    CHECK(status == "ANSWER");
    CHECK_NOTHROW(session.stream().check_finished());
}

TEST_CASE("after_hangup: the policy is back afterwards") {
    Session session{ScriptedStream{hung_up + ">> NOOP\n<< 200 result=0\n"}, strict()};
    Noop{}(session);
    session.after_hangup([&](auto& call) {
        Noop{}(call);
        // And in the work already, for the session itself.
        CHECK_THROWS_AS(Noop{}(session), AGIResultHangup);
    });
    CHECK_THROWS_AS(Noop{}(session), AGIResultHangup);
}

TEST_CASE("after_hangup: the policy is back after an exception") {
    Session session{ScriptedStream{hung_up + ">> DATABASE GET a b\n<< 510 Invalid\n"
                                             ">> NOOP\n<< 200 result=0\n"},
                    strict()};
    Noop{}(session);
    CHECK_THROWS_AS(session.after_hangup([](auto& call) {
        DatabaseGet{"a", "b"}(call);
    }),
                    AGIInvalidCommandError);
    CHECK_THROWS_AS(Noop{}(session), AGIResultHangup);
    session.after_hangup([](auto& call) { Noop{}(call); });
    CHECK_NOTHROW(session.stream().check_finished());
}

TEST_CASE("after_hangup: a closed stream is still an exception") {
    Session session{ScriptedStream{"<< agi_request: x\n<<\n>> NOOP\n"}, strict()};
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK_THROWS_AS(session.after_hangup([](auto& call) { Noop{}(call); }), AGISIGPIPEHangup);
}

TEST_CASE("after_hangup: may be used while the call lives") {
    Session session{ScriptedStream{"<< agi_request: x\n<<\n>> NOOP\n<< 200 result=0\n"}, strict()};
    session.after_hangup([](auto& call) { Noop{}(call); });
    CHECK_FALSE(session.hung_up());
}

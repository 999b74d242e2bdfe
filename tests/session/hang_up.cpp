// SPDX-License-Identifier: MIT
// How a session learns that the call is over, and what it does then.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/speech_recognize.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace agi;
using testing::ScriptedStream;

namespace {

const std::string environment = "<< agi_request: x\n<<\n";

/// A stream that knows of the hang-up by itself, as one with SIGHUP does.
class SignalledStream : public ScriptedStream {
  public:
    SignalledStream(std::string_view dialogue, const bool& came)
        : ScriptedStream{dialogue}, came_{&came} {}
    [[nodiscard]] HangupSource hangup_source() const noexcept {
        return *came_ ? HangupSource::signal : HangupSource::none;
    }

  private:
    const bool* came_;
};

using Told = std::vector<HangupSource>;

SessionOptions telling(Told& told, HangupPolicy policy = HangupPolicy::carry_on) {
    SessionOptions options;
    options.on_hangup = [&told](HangupSource source) { told.push_back(source); };
    options.hangup_policy = policy;
    return options;
}

}  // namespace

TEST_CASE("Hang-up: none, as long as nothing says so") {
    Told told;
    Session session{ScriptedStream{environment + ">> NOOP\n<< 200 result=0\n"
                                                 ">> WAIT FOR DIGIT -1\n<< 200 result=-1\n"
                                                 ">> CHANNEL STATUS\n<< 200 result=6\n"},
                    telling(told)};
    Noop{}(session);
    // Also the reply of an error: it proves nothing.
    CHECK_THROWS_AS(WaitForDigit{}(session), AGIAppError);
    CHECK_FALSE(session.hung_up());
    CHECK(session.hangup_source() == HangupSource::none);
    CHECK(told.empty());
}

TEST_CASE("Hang-up: a HANGUP line in front of a reply, and a second one") {
    Told told;
    Session session{ScriptedStream{environment + ">> NOOP\n<< HANGUP\n<< 200 result=0\n"
                                                 ">> NOOP\n<< HANGUP\n<< 200 result=0\n"},
                    telling(told)};
    Noop{}(session);
    CHECK(session.hung_up());
    CHECK(session.hangup_source() == HangupSource::hangup_line);
    CHECK(told == Told{HangupSource::hangup_line});
    Noop{}(session);
    CHECK(told.size() == 1);
}

TEST_CASE("Hang-up: the callback comes with the line, not with the reply") {
    Told told;
    Session session{ScriptedStream{environment + ">> NOOP\n<< HANGUP\n"}, telling(told)};
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK(told == Told{HangupSource::hangup_line});
    CHECK(session.hangup_source() == HangupSource::hangup_line);
}

TEST_CASE("Hang-up: 511") {
    Told told;
    Session session{
        ScriptedStream{environment + ">> ANSWER\n<< 511 Command Not Permitted on a dead channel\n"
                                     ">> ANSWER\n<< 511 Command Not Permitted on a dead channel\n"},
        telling(told)};
    CHECK_THROWS_AS(Answer{}(session), AGIDeadChannelError);
    CHECK_THROWS_AS(Answer{}(session), AGIDeadChannelError);
    CHECK(session.hangup_source() == HangupSource::dead_channel);
    CHECK(told == Told{HangupSource::dead_channel});
}

TEST_CASE("Hang-up: a reply that says so") {
    Told told;
    Session session{ScriptedStream{environment + ">> RECORD FILE x wav \"\" -1\n"
                                                 "<< 200 result=0 (hangup) endpos=800\n"},
                    telling(told)};
    CHECK(RecordFile{"x"}(session).ended_by == RecordEnd::hangup);
    CHECK(session.hangup_source() == HangupSource::reply);
    CHECK(told == Told{HangupSource::reply});
}

TEST_CASE("Hang-up: a value that reads `hangup` is none") {
    Told told;
    Session session{ScriptedStream{environment + ">> GET VARIABLE X\n<< 200 result=1 (hangup)\n"
                                                 ">> GET VARIABLE X\n<< 200 result=1 (HANGUP)\n"},
                    telling(told)};
    CHECK(GetVariable{"X"}(session) == "hangup");
    CHECK(GetVariable{"X"}(session) == "HANGUP");
    CHECK_FALSE(session.hung_up());
    CHECK(told.empty());
}

TEST_CASE("Hang-up: the stream closes before a reply") {
    Told told;
    Session session{ScriptedStream{environment + ">> NOOP\n"}, telling(told)};
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK(session.hangup_source() == HangupSource::closed_stream);
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK(told == Told{HangupSource::closed_stream});
}

TEST_CASE("Hang-up: the stream closes in front of a request") {
    Told told;
    ScriptedStream stream{environment + ">> NOOP\n<< 200 result=0\n"};
    stream.fail_at(3);
    Session session{std::move(stream), telling(told)};
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK(session.hangup_source() == HangupSource::closed_stream);
    CHECK(told == Told{HangupSource::closed_stream});
}

TEST_CASE("Hang-up: the stream closes in the environment") {
    Told told;
    CHECK_THROWS_AS((Session{ScriptedStream{"<< agi_request: x\n"}, telling(told)}),
                    AGISIGPIPEHangup);
    CHECK(told == Told{HangupSource::closed_stream});
}

TEST_CASE("Hang-up: a signal, seen at the next look") {
    Told told;
    bool came = false;
    Session session{SignalledStream{environment + ">> NOOP\n<< 200 result=0\n"
                                                  ">> NOOP\n<< HANGUP\n<< 200 result=0\n",
                                    came},
                    telling(told)};
    Noop{}(session);
    CHECK_FALSE(session.hung_up());
    came = true;
    CHECK(told.empty());
    CHECK(session.hung_up());
    CHECK(session.hangup_source() == HangupSource::signal);
    CHECK(told == Told{HangupSource::signal});
    Noop{}(session);
    CHECK(session.hangup_source() == HangupSource::signal);
    CHECK(told.size() == 1);
}

TEST_CASE("Hang-up: a signal, told by the next command") {
    Told told;
    bool came = false;
    Session session{SignalledStream{environment + ">> NOOP\n<< 200 result=0\n", came},
                    telling(told)};
    came = true;
    Noop{}(session);
    CHECK(told == Told{HangupSource::signal});
}

TEST_CASE("Hang-up: a signal before the environment was read") {
    Told told;
    const bool came = true;
    Session session{SignalledStream{environment, came}, telling(told)};
    CHECK(session.hung_up());
    CHECK(told == Told{HangupSource::signal});
}

TEST_CASE("Hang-up: an exception of the callback reaches the caller, once, and the step is kept") {
    SessionOptions options;
    int calls = 0;
    options.on_hangup = [&calls](HangupSource) {
        ++calls;
        throw 42;
    };
    Session session{
        ScriptedStream{environment + ">> GET VARIABLE X\n<< HANGUP\n<< 200 result=1 (first)\n"
                                     ">> GET VARIABLE Y\n<< 200 result=1 (second)\n"},
        std::move(options)};
    CHECK_THROWS_AS(GetVariable{"X"}(session), int);
    CHECK_FALSE(session.in_step());
    CHECK(GetVariable{"Y"}(session) == "second");
    CHECK(calls == 1);
}

TEST_CASE("Hang-up: an exception of the callback leaves hung_up()") {
    SessionOptions options;
    options.on_hangup = [](HangupSource) { throw 42; };
    bool came = false;
    Session session{SignalledStream{environment, came}, std::move(options)};
    came = true;
    CHECK_THROWS_AS(session.hung_up(), int);
    CHECK(session.hung_up());
}

TEST_CASE("HangupPolicy: carrying on, what needs no channel works") {
    Session session{ScriptedStream{environment + R"(
        >> NOOP
        << HANGUP
        << 200 result=0
        >> ANSWER
        << 511 Command Not Permitted on a dead channel or intercept routine
        >> GET VARIABLE DIALSTATUS
        << 200 result=1 (ANSWER)
        >> DATABASE PUT calls last done
        << 200 result=1
    )"}};
    Noop{}(session);
    CHECK_THROWS_AS(Answer{}(session), AGIDeadChannelError);
    CHECK(GetVariable{"DIALSTATUS"}(session) == "ANSWER");
    DatabasePut{"calls", "last", "done"}(session);
    CHECK_NOTHROW(session.stream().check_finished());
}

TEST_CASE("HangupPolicy: throwing at the next command, nothing is sent") {
    Told told;
    const auto options = [&told] { return telling(told, HangupPolicy::throw_at_command); };

    SECTION("a HANGUP line") {
        Session session{ScriptedStream{environment + ">> NOOP\n<< HANGUP\n<< 200 result=0\n"},
                        options()};
        Noop{}(session);  // the command under way keeps its result
        CHECK_THROWS_AS(Noop{}(session), AGIResultHangup);
        CHECK_THROWS_AS(session.send("NOOP"), AGIResultHangup);
        CHECK_NOTHROW(session.stream().check_finished());
    }
    SECTION("511") {
        Session session{ScriptedStream{environment + ">> ANSWER\n<< 511 Command Not Permitted\n"},
                        options()};
        CHECK_THROWS_AS(Answer{}(session), AGIDeadChannelError);
        CHECK_THROWS_AS(Noop{}(session), AGIResultHangup);
    }
    SECTION("a reply") {
        Session session{ScriptedStream{environment + ">> RECORD FILE x wav \"\" -1\n"
                                                     "<< 200 result=0 (hangup) endpos=800\n"},
                        options()};
        CHECK(RecordFile{"x"}(session).ended_by == RecordEnd::hangup);
        CHECK_THROWS_AS(Noop{}(session), AGIResultHangup);
    }
    SECTION("a closed stream") {
        Session session{ScriptedStream{environment + ">> NOOP\n"}, options()};
        CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
        CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    }
    SECTION("a signal") {
        const bool came = true;
        Session session{SignalledStream{environment, came}, options()};
        CHECK_THROWS_AS(Noop{}(session), AGISIGHUPHangup);
        CHECK_THROWS_WITH(Noop{}(session), "NOOP: not sent, the call is over");
        CHECK(session.state() == Conversation::State::ready);
    }
    CHECK(told.size() == 1);
}

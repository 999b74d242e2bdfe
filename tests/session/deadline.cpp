// SPDX-License-Identifier: MIT
// Session::execute_within. Nothing here waits: the stream says what it was asked to wait for.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/text.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace agi;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using testing::ScriptedStream;

namespace {

using Times = std::vector<milliseconds>;

/// Its lines come in time, or never do.
class PatientStream : public ScriptedStream {
  public:
    PatientStream(const std::string& dialogue, Times& waits, bool in_time = true)
        : ScriptedStream{"<< agi_request: x\n<<\n" + dialogue}, waits_{&waits}, in_time_{in_time} {}
    bool wait_line(milliseconds time) {
        waits_->push_back(time);
        return in_time_;
    }

  private:
    Times* waits_;
    bool in_time_;
};

/// The first deadline of a command that never gets a reply, on top of a margin of 100 s.
template <class Command>
milliseconds deadline(const Command& command) {
    Times waits;
    const std::string request{wire::Request{command.request()}.view()};
    std::string line;
    for (const char c : request) (c == '"' || c == '\\') ? line += '\\', line += c : line += c;
    Session session{PatientStream{">> " + line + '\n', waits, false}};
    CHECK_THROWS_AS(session.execute_within(command, 100s), AGITimeoutError);
    REQUIRE(waits.size() == 1);
    return waits.front();
}

/// It lies between the whole time and a little less, as some has passed.
bool is(milliseconds time, milliseconds expected) {
    return time <= expected + 100s && time > expected + 50s;
}

}  // namespace

TEST_CASE("execute_within: a reply in time is as without a deadline") {
    Times waits;
    Session session{PatientStream{">> GET DATA a 2000 4\n<< HANGUP\n<< 200 result=12\n", waits}};
    CHECK(session.execute_within(GetData{"a", 2s, 4}, 5s).digits == "12");
    // Asked again for each line, with what is left.
    REQUIRE(waits.size() == 2);
    CHECK(waits[1] <= waits[0]);
    CHECK(session.in_step());
}

TEST_CASE("execute_within: knows what time the command itself takes") {
    CHECK(is(deadline(Noop{}), 0ms));
    CHECK(is(deadline(WaitForDigit{7s}), 7s));
    CHECK(is(deadline(WaitForDigit{0ms}), 0ms));
    CHECK(is(deadline(GetData{"a", 5s, 4}), 20s));
    CHECK(is(deadline(GetData{"a", 0s, 4}), 14s));
    CHECK(is(deadline(GetOption{"a", "1", 3s}), 3s));
    CHECK(is(deadline(RecordFile{"a", "wav", "#", 60s}), 60s));
    CHECK(is(deadline(ReceiveText{9s}), 9s));
    CHECK(is(deadline(StreamFile{"a"}), 0ms));
    CHECK(is(deadline(Secret{GetData{"a", 5s, 4}}), 20s));
}

TEST_CASE("execute_within: when the deadline is over before the wait, that waits for nothing") {
    struct SlowStream : PatientStream {
        using PatientStream::PatientStream;
        void write_line(std::string_view line) {
            PatientStream::write_line(line);
            time += 200s;
        }
        [[nodiscard]] std::chrono::steady_clock::time_point now() const { return time; }
        std::chrono::steady_clock::time_point time{};
    };
    Times waits;
    Session session{SlowStream{">> NOOP\n", waits, false}};
    CHECK_THROWS_AS(session.execute_within(Noop{}, 100s), AGITimeoutError);
    CHECK(waits == Times{0ms});  // a negative time would be without end
}

TEST_CASE("execute_within: a command without an end has no deadline") {
    Times waits;
    Session session{
        PatientStream{">> WAIT FOR DIGIT -1\n<< 200 result=49\n"
                      ">> RECORD FILE a wav \"\" -1\n"
                      "<< 200 result=0 (timeout) endpos=1\n",
                      waits, false}};
    CHECK(session.execute_within(WaitForDigit{}, 1ms).digit == '1');
    CHECK(session.execute_within(RecordFile{"a"}, 1ms).ended_by == RecordEnd::timeout);
    CHECK(waits.empty());
}

TEST_CASE("execute_within: the reply that did not come is dropped by the next command") {
    Times waits;
    Session session{PatientStream{R"(
        >> ANSWER
        << 200 result=-1
        >> GET VARIABLE NEXT
        << 200 result=1 (its own)
    )",
                                  waits, false}};
    CHECK_THROWS_AS(session.execute_within(Answer{}, 1s), AGITimeoutError);
    CHECK(session.state() == Conversation::State::awaiting);
    CHECK_FALSE(session.in_step());
    CHECK(GetVariable{"NEXT"}(session) == "its own");
    CHECK(session.in_step());
}

TEST_CASE("execute_within: its exception names the command") {
    Times waits;
    Session session{PatientStream{">> ANSWER\n", waits, false}};
    CHECK_THROWS_WITH(session.execute_within(Answer{}, 1s), "ANSWER: no reply within the deadline");
}

TEST_CASE("execute_within: the deadline is for a reply that is owed, too") {
    Times waits;
    Session session{
        PatientStream{">> ANSWER\n<< 200 result=-1\n>> NOOP\n<< 200 result=0\n", waits, false}};
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS_AS(session.execute_within(Answer{}, 1s), AGITimeoutError);
    }
    Noop{}(session);  // the one ANSWER that was sent has its reply, which is dropped
    CHECK_NOTHROW(session.stream().check_finished());
}

TEST_CASE("execute_within: a peer that does not read") {
    struct FullStream : ScriptedStream {
        FullStream(const std::string& dialogue, Times& asked)
            : ScriptedStream{"<< agi_request: x\n<<\n" + dialogue}, waits{&asked} {}
        bool wait_room(milliseconds time) const {
            waits->push_back(time);
            return waits->size() != 1;
        }
        Times* waits;
    };
    Times waits;
    Session session{FullStream{">> NOOP \"b\"\n<< 200 result=0\n", waits}};
    CHECK_THROWS_MATCHES(session.execute_within(Noop{"a"}, 100s), AGITimeoutError,
                         Catch::Matchers::Message("NOOP \"a\": not sent within the deadline"));
    REQUIRE(waits.size() == 1);
    CHECK(is(waits.front(), 0ms));
    session.execute_within(Noop{"b"}, 100s);  // and the mark before it
    CHECK(waits.size() == 3);
    // Without a deadline nobody asks.
    CHECK_THROWS_AS(Noop{"c"}(session), testing::ScriptMismatch);
    CHECK(waits.size() == 3);
}

TEST_CASE("execute_within: the stream that closes is a hang-up, not a timeout") {
    Times waits;
    Session session{PatientStream{">> ANSWER\n", waits}};
    CHECK_THROWS_AS(session.execute_within(Answer{}, 1s), AGISIGPIPEHangup);
}

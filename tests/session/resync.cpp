// SPDX-License-Identifier: MIT
// Session::resync, and how a session knows that it needs it.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <string>
#include <string_view>
#include <utility>

using namespace agi;
using namespace std::chrono_literals;
using testing::ScriptedStream;
using testing::StreamFailure;

namespace {

const std::string environment = "<< agi_request: x\n<<\n";
const std::string mark = ">> GET FULL VARIABLE agi-mark-1\n";
const std::string echo = "<< 200 result=1 (agi-mark-1)\n";
const std::string next = ">> GET VARIABLE NEXT\n<< 200 result=1 (its own)\n";

/// Throws once, in place of the n-th read or write, which does not happen.
class HiccupStream : public ScriptedStream {
  public:
    HiccupStream(const std::string& dialogue, int n) : ScriptedStream{dialogue}, left_{n} {}
    bool read_line(std::string& line) {
        count();
        return ScriptedStream::read_line(line);
    }
    void write_line(std::string_view line) {
        count();
        ScriptedStream::write_line(line);
    }

  private:
    void count() {
        if (--left_ == 0) throw StreamFailure{"hiccup"};
    }
    int left_;
};

template <class Stream>
void check_resync(Session<Stream>& session) {
    session.resync();
    CHECK(session.in_step());
    CHECK(GetVariable{"NEXT"}(session) == "its own");
    CHECK_NOTHROW(session.stream().check_finished());
}

}  // namespace

TEST_CASE("resync: not needed, it changes nothing") {
    Session session{ScriptedStream{environment + mark + echo + next}};
    CHECK(session.in_step());
    check_resync(session);
}

TEST_CASE("resync: after a timeout, with the reply on its way") {
    Session session{
        ScriptedStream{environment + ">> ANSWER\n" + mark + "<< 200 result=0\n" + echo + next}};
    CHECK_THROWS_AS(session.execute_within(Answer{}, 1s), AGITimeoutError);
    CHECK_FALSE(session.in_step());
    check_resync(session);
}

TEST_CASE("resync: after a timeout of a command that it ends") {
    Session session{ScriptedStream{environment + ">> GET DATA a 2000 2\n" + mark + echo + next}};
    CHECK_THROWS_AS(session.execute_within(GetData{"a", 2s, 2}, 1s), AGITimeoutError);
    check_resync(session);
}

TEST_CASE("resync: after two timeouts in a row, and a late 520 of EXEC") {
    Session session{ScriptedStream{environment + ">> EXEC ChanSpy x\n" + mark +
                                   "<< 200 result=1\n"
                                   "<< 520-Invalid command syntax.  Proper usage follows:\n"
                                   "<< Usage: EXEC\n"
                                   "<< 520 End of proper usage.\n" +
                                   echo + next}};
    CHECK_THROWS_AS(session.execute_within(Exec{"ChanSpy", "x"}, 1s), AGITimeoutError);
    check_resync(session);
}

TEST_CASE("resync: an EXEC that ended in 1 is followed by a 520, or not") {
    const std::string usage =
        "<< 520-Invalid command syntax.  Proper usage follows:\n"
        "<< Usage: EXEC\n<< 520 End of proper usage.\n";
    const std::string late = GENERATE(true, false) ? usage : "";
    Session session{ScriptedStream{environment + ">> EXEC ChanSpy x\n<< 200 result=1\n" + mark +
                                   late + echo + next}};
    CHECK(Exec{"ChanSpy", "x"}(session) == 1);
    check_resync(session);
}

TEST_CASE("resync: after junk") {
    Session session{ScriptedStream{environment + ">> NOOP\n<< Warning: something\n" + mark +
                                   "<< in line 3\n<< 200 result=0\n<< 510 Invalid or unknown\n" +
                                   echo + next}};
    CHECK_THROWS_AS(Noop{}(session), AGIUnknownError);
    CHECK_FALSE(session.in_step());
    check_resync(session);
}

TEST_CASE("resync: not after junk that a good reply followed") {
    Session session{ScriptedStream{environment + ">> NOOP\n<< junk\n>> NOOP\n<< 200 result=0\n"}};
    CHECK_THROWS_AS(Noop{}(session), AGIUnknownError);
    CHECK_FALSE(session.in_step());
    Noop{}(session);
    CHECK(session.in_step());
}

TEST_CASE("resync: in the middle of a 520 block") {
    for (int line = 4; line <= 6; ++line) {
        CAPTURE(line);
        Session session{HiccupStream{environment +
                                         ">> NOOP\n"
                                         "<< 520-Invalid command syntax.\n"
                                         "<< Usage: 200 result=1 (agi-mark-1)\n"
                                         "<< 520 End of proper usage.\n" +
                                         mark + echo + next,
                                     line}};
        CHECK_THROWS_AS(Noop{}(session), StreamFailure);
        CHECK_FALSE(session.in_step());
        check_resync(session);
    }
}

TEST_CASE("resync: in the middle of a value of several lines") {
    for (int line = 4; line <= 6; ++line) {
        CAPTURE(line);
        Session session{HiccupStream{environment +
                                         ">> GET VARIABLE X\n"
                                         "<< 200 result=1 (first\n"
                                         "<< second\n"
                                         "<< third)\n" +
                                         mark + echo + next,
                                     line}};
        CHECK_THROWS_AS(GetVariable{"X"}(session), StreamFailure);
        CHECK_FALSE(session.in_step());
        check_resync(session);
    }
}

TEST_CASE("resync: on a dead channel") {
    Session session{ScriptedStream{environment + ">> ANSWER\n" + mark +
                                   "<< HANGUP\n<< 511 Command Not Permitted\n" + echo + next}};
    CHECK_THROWS_AS(session.execute_within(Answer{}, 1s), AGITimeoutError);
    check_resync(session);
    CHECK(session.hangup_source() == HangupSource::hangup_line);
}

TEST_CASE("resync: an older echo is no proof") {
    Session session{HiccupStream{environment + mark + echo + ">> GET FULL VARIABLE agi-mark-2\n" +
                                     "<< 200 result=1 (agi-mark-2)\n" + next,
                                 4}};
    CHECK_THROWS_AS(session.resync(), StreamFailure);
    CHECK_FALSE(session.in_step());
    check_resync(session);
}

TEST_CASE("resync: what was interrupted is finished by the next command too") {
    Session session{HiccupStream{environment + mark + echo + next, 4}};
    CHECK_THROWS_AS(session.resync(), StreamFailure);
    CHECK(GetVariable{"NEXT"}(session) == "its own");
    CHECK(session.in_step());
}

TEST_CASE("resync: refused after half a request") {
    Session session{HiccupStream{environment + ">> NOOP\n<< 200 result=0\n", 3}};
    CHECK_THROWS_AS(Noop{}(session), StreamFailure);
    CHECK(session.state() == Conversation::State::out_of_step);
    CHECK_FALSE(session.in_step());
    CHECK_THROWS_AS(session.resync(), AGIError);
    CHECK_THROWS_WITH(session.resync(),
                      "resync: not sent, an earlier request may have been sent in part");
    CHECK_THROWS_AS(Noop{}(session), AGIError);
}

TEST_CASE("resync: refused on a closed stream") {
    Session session{ScriptedStream{environment + ">> NOOP\n"}};
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK_THROWS_AS(session.resync(), AGISIGPIPEHangup);
}

TEST_CASE("resync: the stream closes before the echo") {
    Session session{ScriptedStream{environment + mark}};
    CHECK_THROWS_AS(session.resync(), AGISIGPIPEHangup);
    CHECK(session.state() == Conversation::State::closed);
}

// SPDX-License-Identifier: MIT
// Session::execute_until. ScriptedStream has a line at once where the script goes on with one, and
// none where it waits for the program.

#include "catch.hpp"
#include "stream/descriptors.hpp"
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/say.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <thread>

using namespace agi;
using namespace std::chrono_literals;
using testing::ScriptedStream;

namespace {

const std::string environment = "<< agi_request: x\n<<\n";
const std::string eagi = "<< agi_request: x\n<< agi_enhanced: 1.0\n<<\n";
const std::string mark = ">> GET FULL VARIABLE agi-mark-1\n";
const std::string echo = "<< 200 result=1 (agi-mark-1)\n";
const std::string next = ">> GET VARIABLE NEXT\n<< 200 result=1 (its own)\n";

const auto at_once = [] { return true; };

/// Stops the command, and checks that the next one gets its own reply.
template <class Command>
auto stopped(const Command& command, const std::string& dialogue) {
    Session session{ScriptedStream{dialogue + next}};
    auto result = session.execute_until(command, at_once);
    CHECK(session.in_step());
    CHECK(GetVariable{"NEXT"}(session) == "its own");
    CHECK_NOTHROW(session.stream().check_finished());
    return result;
}

}  // namespace

TEST_CASE("execute_until: the command ends by itself, and nothing else is sent") {
    Session session{ScriptedStream{environment +
                                   ">> STREAM FILE a \"#\"\n"
                                   "<< 200 result=35 endpos=800\n" +
                                   next}};
    int asked = 0;
    const auto played = session.execute_until(StreamFile{"a", "#"}, [&asked] {
        ++asked;
        return true;
    });
    CHECK(played.digit == '#');
    CHECK(played.endpos == SampleOffset{800});
    CHECK_FALSE(played.stopped);
    CHECK(asked == 0);
    CHECK(GetVariable{"NEXT"}(session) == "its own");
}

TEST_CASE("execute_until: asks until the answer is yes") {
    Session session{
        ScriptedStream{environment + ">> WAIT FOR DIGIT -1\n" + mark + "<< 200 result=1\n" + echo}};
    int asked = 0;
    CHECK(session.execute_until(WaitForDigit{}, [&asked] { return ++asked == 5; }).stopped);
    CHECK(asked == 5);
}

TEST_CASE("execute_until: whether the call has ended may be asked meanwhile") {
    Session session{ScriptedStream{environment + ">> STREAM FILE a \"\"\n" + mark + echo + next}};
    const auto played = session.execute_until(StreamFile{"a"}, [&session] {
        CHECK_FALSE(session.hung_up());
        return true;
    });
    CHECK(played.stopped);
    CHECK(GetVariable{"NEXT"}(session) == "its own");
}

TEST_CASE("execute_until: STREAM FILE without a reply of its own") {
    const auto played =
        stopped(StreamFile{"a"}, environment + ">> STREAM FILE a \"\"\n" + mark + echo);
    CHECK(played.stopped);
    CHECK_FALSE(played.digit);
    CHECK(played.endpos == SampleOffset{});
}

TEST_CASE("execute_until: STREAM FILE had just ended") {
    const auto played = stopped(StreamFile{"a", "1"}, environment + ">> STREAM FILE a 1\n" + mark +
                                                          "<< 200 result=49 endpos=160\n" + echo);
    CHECK(played.digit == '1');
    CHECK(played.endpos == SampleOffset{160});
    CHECK(played.stopped);
}

TEST_CASE("execute_until: GET DATA without a reply of its own, and with one") {
    const std::string request = environment + ">> GET DATA a 5000 4\n" + mark;
    const GetData ask{"a", 5s, 4};
    const auto lost = stopped(ask, request + echo);
    CHECK(lost.stopped);
    CHECK(lost.digits.empty());
    const auto entered = stopped(ask, request + "<< 200 result=12\n" + echo);
    CHECK(entered.digits == "12");
    CHECK(entered.stopped);
    CHECK_FALSE(entered.timed_out);
    CHECK(stopped(ask, request + "<< 200 result=1 (timeout)\n" + echo).timed_out);
}

TEST_CASE("execute_until: GET OPTION during the prompt, and after it") {
    const std::string request = environment + ">> GET OPTION a 12 5000\n" + mark;
    const GetOption ask{"a", "12", 5s};
    CHECK(stopped(ask, request + echo).stopped);
    const auto waiting = stopped(ask, request + "<< 200 result=0 endpos=1600\n" + echo);
    CHECK(waiting.stopped);
    CHECK_FALSE(waiting.digit);
    CHECK(waiting.endpos == SampleOffset{1600});
    CHECK(stopped(ask, request + "<< 200 result=50 endpos=1600\n" + echo).digit == '2');
}

TEST_CASE("execute_until: WAIT FOR DIGIT says 1") {
    const std::string request = environment + ">> WAIT FOR DIGIT 5000\n" + mark;
    const auto waited = stopped(WaitForDigit{5s}, request + "<< 200 result=1\n" + echo);
    CHECK(waited.stopped);
    CHECK_FALSE(waited.digit);
    CHECK_FALSE(waited.timed_out);
    const auto pressed = stopped(WaitForDigit{5s}, request + "<< 200 result=53\n" + echo);
    CHECK(pressed.digit == '5');
    CHECK(pressed.stopped);
}

TEST_CASE("execute_until: SAY under EAGI") {
    CHECK_FALSE(stopped(SayAlpha{"abc"}, eagi + ">> SAY ALPHA abc \"\"\n" + mark + echo));
    CHECK_FALSE(stopped(SayDigits{"12"}, eagi + ">> SAY DIGITS 12 \"\"\n" + mark + echo));
    CHECK_FALSE(stopped(SayNumber{12}, eagi + ">> SAY NUMBER 12 \"\"\n" + mark + echo));
    CHECK_FALSE(stopped(SayPhonetic{"ab"}, eagi + ">> SAY PHONETIC ab \"\"\n" + mark + echo));
    CHECK(stopped(SayDigits{"12", "3"},
                  eagi + ">> SAY DIGITS 12 3\n" + mark + "<< 200 result=51\n" + echo) == '3');
}

TEST_CASE("execute_until: SAY without EAGI is refused, and nothing is sent") {
    Session session{ScriptedStream{environment + next}};
    CHECK_THROWS_AS(session.execute_until(SayAlpha{"abc"}, at_once), AGIArgumentError);
    CHECK_THROWS_AS(session.execute_until(SayDigits{"12"}, at_once), AGIArgumentError);
    CHECK_THROWS_AS(session.execute_until(SayNumber{12}, at_once), AGIArgumentError);
    CHECK_THROWS_AS(session.execute_until(SayPhonetic{"ab"}, at_once), AGIArgumentError);
    CHECK(GetVariable{"NEXT"}(session) == "its own");
}

TEST_CASE("execute_until: a failure of the command itself") {
    Session session{ScriptedStream{environment + ">> STREAM FILE a \"\"\n" + mark +
                                   "<< 200 result=-1 endpos=0\n" + echo +
                                   ">> CHANNEL STATUS\n<< 200 result=6\n" + next}};
    CHECK_THROWS_AS(session.execute_until(StreamFile{"a"}, at_once), AGIAppError);
    CHECK(GetVariable{"NEXT"}(session) == "its own");
}

TEST_CASE("execute_until: the caller hangs up at the same time") {
    SECTION("in front of the command's reply") {
        Session session{ScriptedStream{environment + ">> STREAM FILE a \"\"\n" + mark +
                                       "<< HANGUP\n<< 200 result=-1 endpos=80\n" + echo + next}};
        CHECK_THROWS_AS(session.execute_until(StreamFile{"a"}, at_once), AGIResultHangup);
        CHECK(session.hangup_source() == HangupSource::hangup_line);
        CHECK(GetVariable{"NEXT"}(session) == "its own");
    }
    SECTION("in front of the echo") {
        Session session{ScriptedStream{environment + ">> WAIT FOR DIGIT 5000\n" + mark +
                                       "<< 200 result=1\n<< HANGUP\n" + echo + next}};
        CHECK(session.execute_until(WaitForDigit{5s}, at_once).stopped);
        CHECK(session.hung_up());
        CHECK(GetVariable{"NEXT"}(session) == "its own");
    }
    SECTION("and Asterisk closes the stream") {
        Session session{
            ScriptedStream{environment + ">> WAIT FOR DIGIT 5000\n" + mark + "<< HANGUP\n"}};
        CHECK_THROWS_AS(session.execute_until(WaitForDigit{5s}, at_once), AGISIGPIPEHangup);
        CHECK(session.state() == Conversation::State::closed);
    }
}

TEST_CASE("execute_until: many times, each with its own mark") {
    std::string dialogue = environment;
    for (int i = 1; i <= 100; ++i) {
        const std::string number = std::to_string(i);
        dialogue += ">> STREAM FILE a \"\"\n>> GET FULL VARIABLE agi-mark-" + number + '\n';
        if (i % 3 == 0) dialogue += "<< 200 result=0 endpos=80\n";
        dialogue += "<< 200 result=1 (agi-mark-" + number +
                    ")\n>> GET VARIABLE N\n<< 200 result=1 (" + number + ")\n";
    }
    Session session{ScriptedStream{dialogue}};
    for (int i = 1; i <= 100; ++i) {
        CHECK(session.execute_until(StreamFile{"a"}, at_once).stopped);
        CHECK(GetVariable{"N"}(session) == std::to_string(i));
    }
}

TEST_CASE("execute_until: another thread says when") {
    SocketPair sockets = make_sockets();
    std::atomic<bool> playing{false};
    std::thread asterisk{[&] {
        FdStream program{sockets.theirs};
        program.write_line("agi_request: x");
        program.write_line("");
        for (std::string line; program.read_line(line);) {
            const auto mark_begins = line.find("agi-mark-");
            if (mark_begins != std::string::npos) {
                line.pop_back();  // the quote
                program.write_line("200 result=1 (" + line.substr(mark_begins) + ')');
            } else if (line.substr(0, 11) == "STREAM FILE") {
                playing = true;
            } else {
                program.write_line("200 result=1 (its own)");
            }
        }
    }};
    {
        Session session{FdStream{sockets.ours}};
        for (int i = 0; i < 50; ++i) {
            std::atomic<bool> stop{false};
            playing = false;
            std::thread other{[&] {
                while (!playing) std::this_thread::yield();
                stop = true;
            }};
            const auto played = session.execute_until(
                StreamFile{"a"}, [&stop] { return stop.load(); }, 1ms);
            other.join();
            CHECK(played.stopped);
            CHECK(GetVariable{"NEXT"}(session) == "its own");
        }
    }
    sockets.ours.close();
    asterisk.join();
}

TEST_CASE("execute_until: an exception of the question leaves the reply owed") {
    Session session{ScriptedStream{environment +
                                   ">> GET DATA a 2000 255\n"
                                   ">> GET FULL VARIABLE agi-mark-1\n"
                                   "<< 200 result=1 (agi-mark-1)\n" +
                                   next}};
    CHECK_THROWS_AS(session.execute_until(GetData{"a"}, []() -> bool { throw 42; }), int);
    CHECK_FALSE(session.in_step());
    session.resync();
    CHECK(session.in_step());
    CHECK(GetVariable{"NEXT"}(session) == "its own");
}

TEST_CASE("execute_until: a secret command is stopped too") {
    Session session{ScriptedStream{environment + ">> GET DATA a 2000 255\n" + mark + echo}};
    CHECK(session.execute_until(Secret{GetData{"a"}}, at_once).stopped);
}

TEST_CASE("execute_until: fails at any point, never out of step unnoticed") {
    const std::string dialogue =
        environment + ">> WAIT FOR DIGIT 5000\n" + mark + "<< 200 result=1\n" + echo + next;
    const auto run = [](Session<ScriptedStream>& session) {
        session.execute_until(WaitForDigit{5s}, at_once);
        return GetVariable{"NEXT"}(session);
    };
    Session whole{ScriptedStream{dialogue}};
    REQUIRE(run(whole) == "its own");
    const std::size_t operations = whole.stream().operations();
    REQUIRE(operations == 8);
    for (std::size_t n = 3; n <= operations; ++n) {
        CAPTURE(n);
        ScriptedStream closed{dialogue};
        closed.fail_at(n);
        Session session{std::move(closed)};
        CHECK_THROWS_AS(run(session), AGISIGPIPEHangup);
        CHECK(session.hangup_source() == HangupSource::closed_stream);

        ScriptedStream broken{dialogue};
        broken.fail_at(n, ScriptedStream::Failure::error);
        Session other{std::move(broken)};
        CHECK_THROWS_AS(run(other), testing::StreamFailure);
        CHECK_FALSE(other.in_step());
    }
}

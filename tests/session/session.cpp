// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "stream/descriptors.hpp"
#include <agi/command/call.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace agi;
using namespace std::chrono_literals;
using testing::ScriptedStream;
using testing::StreamFailure;
using State = Conversation::State;

namespace {

using Lines = std::vector<std::string>;

/// The script of a session: an environment, and then the recording (each line with its `\n`).
std::string script(std::string_view recording, std::string_view version = "22.10.1") {
    return "<< agi_request: pin\\n\n<< agi_version: " + std::string{version} + "\\n\n<< \\n\n" +
           std::string{recording};
}

Session<ScriptedStream> play(std::string_view recording) {
    return Session{ScriptedStream{script(recording)}};
}

/// A scripted stream, of which one read throws and leaves everything as it was.
struct Hiccup {
    ScriptedStream stream;
    int at;
    int reads = 0;

    bool read_line(std::string& line) {
        if (++reads == at) throw StreamFailure{"hiccup"};
        return stream.read_line(line);
    }
    void write_line(std::string_view line) { stream.write_line(line); }
};

/// Sends nothing, and throws instead, after the environment.
struct BrokenPen {
    int writes = 0;

    bool read_line(std::string& line) {
        line.clear();
        return true;
    }
    void write_line(std::string_view /*line*/) {
        ++writes;
        throw std::runtime_error{"no ink"};
    }
};

/// The exception that the call throws, a copy of it.
template <class Exception, class Call>
std::optional<Exception> thrown_by(const Call& call) {
    try {
        call();
    } catch (const Exception& error) {
        return error;
    }
    return std::nullopt;
}

TraceHook note_in(Lines& lines) {
    return [&lines](Direction direction, std::string_view line) {
        lines.push_back((direction == Direction::sent ? ">> " : "<< ") + std::string{line});
    };
}

}  // namespace

TEST_CASE("Session: reads the environment") {
    const Session session{ScriptedStream{script("")}};
    CHECK(session.environment().request() == "pin");
    CHECK(session.environment().version().at_least(22, 10, 1));
    CHECK(session.server().at_least(22, 10, 1));
    CHECK(session.line_limit() == 8190);
    CHECK(session.state() == State::ready);
    CHECK(session.in_step());
    CHECK(session.stream().finished());
}

TEST_CASE("Session: a stream that closes in the environment is a hang-up") {
    const std::string dialogue =
        GENERATE("", "<< agi_request: x\\n\n", "<< agi_request: x\\n\n<< agi_cha\n");
    CAPTURE(dialogue);
    const auto error = thrown_by<AGISIGPIPEHangup>([&] { Session{ScriptedStream{dialogue}}; });
    REQUIRE(error);
    CHECK(error->request() == "environment");
    CHECK(std::string{error->what()} == "environment: the stream closed before the reply");
}

TEST_CASE("Session: an environment over a limit is refused") {
    SessionOptions options;
    options.environment.lines = 1;
    CHECK_THROWS_AS((Session{ScriptedStream{script("")}, std::move(options)}), AGIError);
}

TEST_CASE("Session: execute, and calling the session or the command, are the same") {
    Session session = play(R"(
        >> GET DATA "enter-pin" 5000 4\n
        << 200 result=1234\n
        >> GET DATA "enter-pin" 5000 4\n
        << 200 result=12 (timeout)\n
        >> GET DATA "enter-pin" 5000 4\n
        << 200 result=\n
    )");
    const GetData ask{"enter-pin", 5s, 4};
    CHECK(session.execute(ask).digits == "1234");
    const auto second = session(ask);
    CHECK(second.digits == "12");
    CHECK(second.timed_out);
    CHECK(ask(session).digits.empty());
    session.stream().check_finished();
}

TEST_CASE("Session: a reply that means an error is thrown, and the next command gets its own") {
    Session session = play(R"(
        >> GET DATA "x" 2000 255\n
        << 510 Invalid or unknown command\n
        >> GET DATA "x" 2000 255\n
        << 511 Command Not Permitted on a dead channel\n
        >> GET DATA "x" 2000 255\n
        << 520-Invalid command syntax.  Proper usage follows:\n
        << 200 result=1 (usage)\n
        << 520 End of proper usage.\n
        >> GET DATA "x" 2000 255\n
        << 200 result=-1\n
        >> GET DATA "x" 2000 255\n
        << 200\n
        >> GET DATA "x" 2000 255\n
        << 200 result=5\n
    )");
    const GetData ask{"x"};
    CHECK_THROWS_AS(ask(session), AGIInvalidCommandError);
    CHECK_THROWS_AS(ask(session), AGIDeadChannelError);
    const auto usage = thrown_by<AGIUsageError>([&] { ask(session); });
    REQUIRE(usage);
    CHECK(usage->reply().usage() == "200 result=1 (usage)");
    CHECK(usage->request() == R"(GET DATA "x" 2000 255)");
    CHECK_THROWS_AS(ask(session), AGIResultHangup);  // a -1 after a 511
    CHECK_THROWS_AS(ask(session), AGINoResultError);
    CHECK(ask(session).digits == "5");
    session.stream().check_finished();
}

TEST_CASE("Session: HANGUP, provisional replies and blank lines before a reply") {
    Session session = play(R"(
        >> GET VARIABLE "X"\n
        << \n
        << HANGUP\n
        << 100 result=0 Trying...\n
        << HANGUP\n
        << 200 result=1 (HANGUP\n
        << )\n
        >> NOOP\n
        << HANGUP200 result=0\n
    )");
    CHECK_FALSE(session.hung_up());
    CHECK(GetVariable{"X"}(session) == "HANGUP\n");
    CHECK(session.hung_up());
    CHECK(session.hangup_source() == HangupSource::hangup_line);
    CHECK_NOTHROW(Noop{}(session));
    session.stream().check_finished();
}

TEST_CASE("Session: a peer with CRLF") {
    Session session{
        ScriptedStream{"<< agi_version: 22.10.1\\r\\n\n<< \\r\\n\n>> NOOP\\n\n<< HANGUP\\r\\n\n<< "
                       "200 result=0\\r\\n\n"}};
    CHECK(session.server().at_least(22, 10, 1));
    CHECK_NOTHROW(Noop{}(session));
    CHECK(session.hung_up());
}

TEST_CASE("Session: how the hang-up was learnt") {
    SECTION("511") {
        Session session = play(">> ANSWER\\n\n<< 511 Command Not Permitted on a dead channel\\n\n");
        CHECK_THROWS_AS(Answer{}(session), AGIDeadChannelError);
        CHECK(session.hangup_source() == HangupSource::dead_channel);
        CHECK(session.state() == State::ready);
    }
    SECTION("a recording that a hang-up ended") {
        Session session = play(R"(
            >> RECORD FILE "r" "wav" "" -1\n
            << 200 result=-1 (hangup) endpos=8000\n
        )");
        CHECK(RecordFile{"r"}(session).ended_by == RecordEnd::hangup);
        CHECK(session.hangup_source() == HangupSource::reply);
        CHECK(session.state() == State::ready);
    }
    SECTION("a recording that ended otherwise") {
        Session session = play(R"(
            >> RECORD FILE "r" "wav" "" -1\n
            << 200 result=0 (timeout) endpos=8000\n
        )");
        RecordFile{"r"}(session);
        CHECK(session.hangup_source() == HangupSource::none);
    }
    SECTION("a HANGUP line") {
        Session session = play(">> NOOP\\n\n<< HANGUP\\n\n<< 200 result=0\\n\n");
        Noop{}(session);
        CHECK(session.hangup_source() == HangupSource::hangup_line);
    }
    SECTION("the end of the stream") {
        Session session = play(">> NOOP\\n\n");
        CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
        CHECK(session.hangup_source() == HangupSource::closed_stream);
        CHECK(session.state() == State::closed);
    }
    SECTION("the first is kept") {
        Session session = play(">> NOOP\\n\n<< HANGUP\\n\n");
        CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
        CHECK(session.hangup_source() == HangupSource::hangup_line);
    }
    SECTION("a command that failed is none") {
        Session session = play(
            ">> STREAM FILE \"x\" \"\"\\n\n<< 200 result=-1 endpos=0\\n\n"
            ">> CHANNEL STATUS\\n\n<< 200 result=6\\n\n");
        CHECK_THROWS_AS(StreamFile{"x"}(session), AGIAppError);
        CHECK_FALSE(session.hung_up());
    }
}

TEST_CASE("Session: a stream that closes before the reply is a hang-up") {
    const std::string lines = GENERATE("", "<< HANGUP\\n\n", "<< HANGUP\\n\n<< HANGUP\\n\n",
                                       "<< 100 result=0 Trying...\\n\n", "<< \\n\n", "<< HANGUP\n");
    CAPTURE(lines);
    Session session = play(">> STREAM FILE \"a\" \"\"\\n\n" + lines);
    const auto error = thrown_by<AGISIGPIPEHangup>([&] { StreamFile{"a"}(session); });
    REQUIRE(error);
    CHECK(error->request() == R"(STREAM FILE "a" "")");
    CHECK(std::string{error->what()} ==
          R"(STREAM FILE "a" "": the stream closed before the reply)");
    CHECK(session.state() == State::closed);
    CHECK(session.hung_up());
}

TEST_CASE("Session: lines after the last reply do no harm") {
    Session session = play(R"(
        >> HANGUP\n
        << 200 result=1\n
        << HANGUP\n
        << HANGUP\n
    )");
    CHECK_NOTHROW(Hangup{}(session));
    CHECK(session.hung_up());
    CHECK(session.in_step());
}

TEST_CASE("Session: a stream that closes in the reply is an error with what came of it") {
    const auto [lines, raw, code] = GENERATE(table<std::string, std::string, int>({
        {"<< 200 result=0\n", "200 result=0", 200},
        {"<< 200 result=1 (abc\n", "200 result=1 (abc", 200},
        {"<< 200 result=1 (abc\\n\n<< de\n", "200 result=1 (abc\nde", 200},
        {"<< 200 result=1 (abc\\n\n", "200 result=1 (abc", 200},
        {"<< 520-Invalid command syntax.  Proper usage follows:\\n\n<< abc\\n\n",
         "520-Invalid command syntax.  Proper usage follows:\nabc", 520},
        {"<< 20\n", "20", 0},
        {"<< HANGUP\\n\n<< 51\n", "51", 0},
    }));
    CAPTURE(lines);
    Session session = play(">> GET VARIABLE \"X\"\\n\n" + lines);
    const auto error = thrown_by<AGIUnknownError>([&] { GetVariable{"X"}(session); });
    REQUIRE(error);
    CHECK(error->reply().code() == code);
    CHECK(error->reply().raw() == raw);
    CHECK(error->request() == R"(GET VARIABLE "X")");
    CHECK(std::string{error->what()} ==
          "GET VARIABLE \"X\": the stream closed in the middle of the reply: reply " +
              wire::shown(raw));
    CHECK(session.state() == State::closed);
    CHECK(session.hung_up());
}

TEST_CASE("Session: once closed, commands are hang-ups without I/O") {
    Session session = play(">> NOOP\\n\n");
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    const std::size_t operations = session.stream().operations();
    const auto error = thrown_by<AGISIGPIPEHangup>([&] { Answer{}(session); });
    REQUIRE(error);
    CHECK(std::string{error->what()} == "ANSWER: not sent, the stream is closed");
    CHECK_THROWS_AS(session.send("NOOP"), AGISIGPIPEHangup);
    CHECK_THROWS_AS(session.resync(), AGISIGPIPEHangup);
    CHECK(session.stream().operations() == operations);
}

TEST_CASE("Session: a write to a closed stream closes the session") {
    ScriptedStream stream{script(">> NOOP\\n\n<< 200 result=0\\n\n")};
    stream.fail_at(4);
    Session session{std::move(stream)};
    const auto error = thrown_by<AGISIGPIPEHangup>([&] { Noop{}(session); });
    REQUIRE(error);
    CHECK(error->request() == "NOOP");
    CHECK(std::string{error->what()} == "NOOP: the scripted stream is closed");
    CHECK(session.state() == State::closed);
    CHECK(session.hangup_source() == HangupSource::closed_stream);
}

TEST_CASE("Session: after a write that failed, nothing is sent") {
    Session<BrokenPen> session{BrokenPen{}};
    CHECK_THROWS_WITH(Noop{}(session), "no ink");
    CHECK(session.state() == State::out_of_step);
    CHECK_FALSE(session.in_step());
    const auto error = thrown_by<AGIError>([&] { Noop{}(session); });
    REQUIRE(error);
    CHECK(std::string{error->what()} ==
          "NOOP: not sent, an earlier request may have been sent in part");
    CHECK_THROWS_AS(session.resync(), AGIError);
    CHECK(session.stream().writes == 1);
    CHECK_FALSE(session.hung_up());
}

TEST_CASE("Session: a reply that an exception left behind is not the next command's") {
    const int failing_line = GENERATE(1, 2, 3, 4, 5, 6);
    CAPTURE(failing_line);
    Session session{Hiccup{ScriptedStream{script(R"(
        >> GET VARIABLE "A"\n
        << HANGUP\n
        << 100 result=0 Trying...\n
        << 200 result=1 (first\n
        << 200 result=1 (of A\n
        << 520-\n
        << last)\n
        >> GET VARIABLE "B"\n
        << 200 result=1 (of B)\n
    )")},
                           3 + failing_line}};
    CHECK_THROWS_AS(GetVariable{"A"}(session), StreamFailure);
    CHECK(session.state() == State::awaiting);
    CHECK_FALSE(session.in_step());
    CHECK(GetVariable{"B"}(session) == "of B");
    CHECK(session.in_step());
    session.stream().stream.check_finished();
}

TEST_CASE("Session: a usage text that an exception left behind is not the next command's") {
    const int failing_line = GENERATE(1, 2, 3);
    CAPTURE(failing_line);
    Session session{Hiccup{ScriptedStream{script(R"(
        >> ANSWER\n
        << 520-Invalid command syntax.  Proper usage follows:\n
        << 200 result=1\n
        << 520 End of proper usage.\n
        >> NOOP\n
        << 200 result=0\n
    )")},
                           3 + failing_line}};
    CHECK_THROWS_AS(Answer{}(session), StreamFailure);
    CHECK_NOTHROW(Noop{}(session));
    session.stream().stream.check_finished();
}

TEST_CASE("Session: the stream may close while a reply of an earlier command is owed") {
    Session session{Hiccup{ScriptedStream{script(">> ANSWER\\n\n<< HANGUP\\n\n")}, 4}};
    CHECK_THROWS_AS(Answer{}(session), StreamFailure);
    const auto error = thrown_by<AGISIGPIPEHangup>([&] { Noop{}(session); });
    REQUIRE(error);
    CHECK(error->request() == "NOOP");
    CHECK(session.state() == State::closed);
}

TEST_CASE("Session: the line limit is the server's") {
    const auto [version, limit] = GENERATE(table<std::string, std::size_t>({
        {"20.15.2", 2046},
        {"22.10.1", 8190},
        {"20.7-cert3", 2046},
        {"GIT-master-xyz", 2046},
    }));
    CAPTURE(version, limit);
    const std::string longest(limit - 7, 'x');
    Session session{
        ScriptedStream{script(">> NOOP \"" + longest + "\"\\n\n<< 200 result=0\\n\n", version)}};
    CHECK(session.line_limit() == limit);
    const std::size_t operations = session.stream().operations();
    const auto error = thrown_by<AGIArgumentError>([&] { Noop{longest + 'x'}(session); });
    REQUIRE(error);
    CHECK(std::string{error->what()} ==
          "NOOP \"" + std::string(294, 'x') + "...: not sent, it has " + std::to_string(limit + 1) +
              " bytes and this Asterisk takes " + std::to_string(limit));
    CHECK(session.stream().operations() == operations);
    CHECK(session.in_step());
    CHECK_THROWS_AS(session.send("NOOP " + std::string(limit, 'x')), AGIArgumentError);
    CHECK_NOTHROW(Noop{longest}(session));
    session.stream().check_finished();
}

TEST_CASE("Session: the line limit and the server may be set") {
    SessionOptions limited;
    limited.line_limit = 20;
    Session short_lines{ScriptedStream{script("")}, std::move(limited)};
    CHECK(short_lines.line_limit() == 20);
    CHECK_THROWS_AS(Noop{std::string(14, 'x')}(short_lines), AGIArgumentError);

    SessionOptions newer;
    newer.server = ServerVersion{23};
    Session patched{ScriptedStream{script("", "GIT-master-xyz")}, std::move(newer)};
    CHECK(patched.server().major_number() == 23);
    CHECK(patched.line_limit() == 8190);
    CHECK_FALSE(patched.environment().version().known());
    patched.line_limit(100);
    CHECK(patched.line_limit() == 100);
    CHECK_THROWS_AS(Noop{std::string(94, 'x')}(patched), AGIArgumentError);
}

TEST_CASE("Session: a command may refuse the server before it is sent") {
    struct Modern {
        [[nodiscard]] wire::Request request() const { return wire::Request{"MODERN"}; }
        void parse(const Reply& /*reply*/) const {}
        void check_server(const ServerVersion& server) const {
            if (!server.at_least(23)) throw AGIArgumentError("MODERN", "since 23");
        }
    };
    Session old = play("");
    CHECK_THROWS_AS(old(Modern{}), AGIArgumentError);
    CHECK(old.in_step());
    Session current{ScriptedStream{script(">> MODERN\\n\n<< 200 result=0\\n\n", "23.0.0")}};
    CHECK_NOTHROW(current(Modern{}));
    current.stream().check_finished();
}

TEST_CASE("Session: the trace sees every line both ways") {
    Lines lines;
    SessionOptions options;
    options.trace = note_in(lines);
    Session session{ScriptedStream{script(R"(
        >> NOOP "a"\n
        << HANGUP\n
        << 520-Invalid\n
        << \n
        << 520 End of proper usage.\n
        >> GET VARIABLE "X"\n
        << 200 result=1 (a\n
        << b)\n
        >> ANSWER\n
        << 200 resu
    )")},
                    std::move(options)};
    CHECK(lines == Lines{"<< agi_request: pin", "<< agi_version: 22.10.1", "<< "});
    lines.clear();
    CHECK_THROWS_AS(Noop{"a"}(session), AGIUsageError);
    CHECK(lines == Lines{">> NOOP \"a\"", "<< HANGUP", "<< 520-Invalid", "<< ",
                         "<< 520 End of proper usage."});
    lines.clear();
    CHECK(GetVariable{"X"}(session) == "a\nb");
    CHECK(lines == Lines{">> GET VARIABLE \"X\"", "<< 200 result=1 (a", "<< b)"});
    lines.clear();
    CHECK_THROWS_AS(Answer{}(session), AGIUnknownError);
    CHECK(lines == Lines{">> ANSWER", "<< 200 resu"});
    lines.clear();
    CHECK_THROWS_AS(Answer{}(session), AGISIGPIPEHangup);
    CHECK(lines.empty());
}

TEST_CASE("Session: the trace may be changed and ended") {
    Session session = play(R"(
        >> NOOP\n
        << 200 result=0\n
        >> ANSWER\n
        << 200 result=0\n
        >> NOOP\n
        << 200 result=0\n
    )");
    Lines first;
    Lines second;
    session.trace(note_in(first));
    Noop{}(session);
    session.trace(note_in(second));
    Answer{}(session);
    session.trace({});
    Noop{}(session);
    CHECK(first == Lines{">> NOOP", "<< 200 result=0"});
    CHECK(second == Lines{">> ANSWER", "<< 200 result=0"});
}

TEST_CASE("Session: an exception of the trace leaves every reply with its command") {
    const int failing_call = GENERATE(1, 2, 3, 4);
    CAPTURE(failing_call);
    Session session = play(R"(
        >> GET VARIABLE "A"\n
        << HANGUP\n
        << 200 result=1 (a\n
        << a)\n
        >> GET VARIABLE "B"\n
        << 200 result=1 (b)\n
    )");
    int calls = 0;
    session.trace([&, failing_call = failing_call](Direction, std::string_view) {
        if (++calls == failing_call) throw std::runtime_error{"the log is full"};
    });
    CHECK_THROWS_WITH(GetVariable{"A"}(session), "the log is full");
    CHECK(GetVariable{"B"}(session) == "b");
    session.stream().check_finished();
}

TEST_CASE("Session: moves, and is not copied") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Session<ScriptedStream>>);
    STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<Session<ScriptedStream>>);
    Lines lines;
    Session session = play(R"(
        >> EXEC "NoOp"\n
        << 200 result=1\n
        << HANGUP\n
        << 520-Invalid\n
        << 520 End of proper usage.\n
        >> NOOP\n
        << 200 result=0\n
    )");
    session.trace(note_in(lines));
    CHECK(Exec{"NoOp"}(session) == 1);
    Session moved{std::move(session)};
    Session assigned = play("");
    assigned = std::move(moved);
    CHECK(assigned.environment().request() == "pin");
    CHECK_NOTHROW(Noop{}(assigned));
    CHECK(assigned.hung_up());
    CHECK(lines.size() == 9);  // with a mark and its echo
    assigned.stream().check_finished();
}

TEST_CASE("Session: the 520 that follows an EXEC of 1 is never seen") {
    const std::string usage =
        GENERATE("", "<< 520 Invalid command syntax.  Proper usage not available.\\n\n",
                 "<< 520-Invalid\\n\n<< 200 result=5\\n\n<< 520 End of proper usage.\\n\n",
                 "<< 520-Invalid\\n\n<< text520 End of proper usage.\\n\n",
                 "<< HANGUP\\n\n<< 520-Invalid\\n\n<< 520 End of proper usage.\\n\n<< HANGUP\\n\n");
    CAPTURE(usage);
    Session session = play(">> EXEC NoOp\\n\n<< 200 result=1\\n\n" + usage +
                           ">> GET VARIABLE X\\n\n<< 200 result=1 (x)\\n\n");
    CHECK(Exec{"NoOp"}(session) == 1);
    CHECK(GetVariable{"X"}(session) == "x");
    session.stream().check_finished();
}

TEST_CASE("Session: send returns the reply, whatever it says") {
    const auto [line, reply, code] = GENERATE(table<std::string, std::string, int>({
        {"NOOP", "<< 200 result=0\\n\n", 200},
        {"NOPE", "<< 510 Invalid or unknown command\\n\n", 510},
        {"ANSWER", "<< 511 Command Not Permitted on a dead channel\\n\n", 511},
        {"ANSWER x", "<< 520-Invalid\\n\n<< usage\\n\n<< 520 End of proper usage.\\n\n", 520},
        {"ANSWER", "<< 200\\n\n", 200},
        {"ANSWER", "<< 404 Not Found\\n\n", 404},
        {"ANSWER", "<< junk\\n\n", 0},
    }));
    CAPTURE(line, reply);
    Session session = play(">> " + line + "\\n\n" + reply);
    CHECK(session.send(line).code() == code);
    CHECK(session.hung_up() == (code == 511));
    session.stream().check_finished();
}

TEST_CASE("Session: send reads the reply as the command in the line wants it") {
    Session session = play(R"(
        >> get variable X\n
        << 200 result=1 (a\n
        << b)\n
        >> exec NoOp\n
        << 200 result=1\n
        << 520-Invalid\n
        << 520 End of proper usage.\n
        >> STREAM FILE a \"\"\n
        << 200 result=49 endpos=8000\n
        >> GOSUB a b 1\n
        << 100 result=0 Trying...\n
        << 200 result=0 Gosub complete\n
    )");
    CHECK(session.send("get variable X").data() == "a\nb");
    CHECK(session.send("exec NoOp").number() == 1);
    CHECK(session.send("STREAM FILE a \"\"").endpos() == 8000);
    CHECK(session.send("GOSUB a b 1").text() == "Gosub complete");
    session.stream().check_finished();
}

TEST_CASE("Session: send refuses what would break the session, and sends nothing") {
    const std::string line = GENERATE("failure", "NOOP\nHANGUP", "NOOP\r");
    CAPTURE(line);
    Session session = play("");
    CHECK_THROWS_AS(session.send(line), AGIArgumentError);
    CHECK(session.in_step());
    CHECK(session.stream().operations() == 3);
}

TEST_CASE("Session: a RawCommand throws what its reply means") {
    Session session = play(R"(
        >> NOPE\n
        << 510 Invalid or unknown command\n
        >> GET VARIABLE X\n
        << 200 result=1 (a\n
        << b)\n
    )");
    CHECK_THROWS_AS(RawCommand{"NOPE"}(session), AGIInvalidCommandError);
    CHECK(RawCommand{"GET VARIABLE X"}(session).data() == "a\nb");
}

TEST_CASE("Session: a line that is no reply is an error, and resync clears up after it") {
    Session session = play(R"(
        >> ANSWER\n
        << <html>\n
        >> GET FULL VARIABLE "agi-mark-1"\n
        << </html>\n
        << 200 result=0\n
        << 200 result=1 (agi-mark-1)\n
        >> GET VARIABLE "X"\n
        << 200 result=1 (x)\n
    )");
    const auto error = thrown_by<AGIUnknownError>([&] { Answer{}(session); });
    REQUIRE(error);
    CHECK(error->reply().code() == 0);
    CHECK(error->reply().raw() == "<html>");
    CHECK_FALSE(session.in_step());
    session.resync();
    CHECK(session.in_step());
    CHECK(GetVariable{"X"}(session) == "x");
    session.stream().check_finished();
}

TEST_CASE("Session: more lines that are no replies are dropped before the next reply") {
    Session session = play(R"(
        >> ANSWER\n
        << junk\n
        << 200 result=0\n
        << more junk\n
        >> NOOP\n
        << 200 result=7\n
    )");
    CHECK_THROWS_AS(Answer{}(session), AGIUnknownError);
    CHECK_FALSE(session.in_step());
    CHECK(session.send("NOOP").number() == 7);
    CHECK(session.in_step());
    session.stream().check_finished();
}

TEST_CASE("Session: what a value with a line feed leaves is not the next command's") {
    Session session = play(R"(
        >> GET VARIABLE "X"\n
        << 200 result=1 (a)\n
        << 200 result=1 (b)\n
        << c)\n
        >> NOOP\n
        << 200 result=7\n
    )");
    CHECK(GetVariable{"X"}(session) == "a");
    CHECK(session.send("NOOP").number() == 7);
    session.stream().check_finished();
}

TEST_CASE("Session: resync drops what is owed") {
    Session session{Hiccup{ScriptedStream{script(R"(
        >> GET DATA "pin" 2000 255\n
        >> GET FULL VARIABLE "agi-mark-1"\n
        << 200 result=12\n
        << 200 result=1 (agi-mark-1)\n
        >> NOOP\n
        << 200 result=0\n
    )")},
                           4}};
    CHECK_THROWS_AS(GetData{"pin"}(session), StreamFailure);
    session.resync();
    CHECK(session.in_step());
    CHECK_NOTHROW(Noop{}(session));
    session.stream().stream.check_finished();
}

TEST_CASE("Session: Failure ends it, without a reply and without a hang-up") {
    Session session = play(">> failure\\n\n");
    Failure{}(session);
    session.stream().check_finished();
    CHECK(session.state() == State::closed);
    CHECK_FALSE(session.hung_up());
    const std::size_t operations = session.stream().operations();
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK(session.stream().operations() == operations);
}

TEST_CASE("Session: a reply over the limit is an error, and the next one is whole") {
    SessionOptions options;
    options.reply_limit = 30;
    Session session{ScriptedStream{script(R"(
        >> GET VARIABLE "X"\n
        << 200 result=1 (0123456789\n
        << 0123456789\n
        << 0123456789)\n
        >> GET VARIABLE "Y"\n
        << 200 result=1 (y)\n
    )")},
                    std::move(options)};
    const auto error = thrown_by<AGIUnknownError>([&] { GetVariable{"X"}(session); });
    REQUIRE(error);
    CHECK(error->reply().truncated());
    CHECK(error->reply().raw().size() == 30);
    CHECK(GetVariable{"Y"}(session) == "y");
    session.stream().check_finished();
}

TEST_CASE("Session: a line over the stream's limit is an error, and not the end") {
    const SocketPair sockets = make_sockets();
    sockets.theirs.put("agi_version: 22.10.1\n\n");
    Session session{FdStream{sockets.ours, sockets.ours, 80}};
    // Answers the first request with a long line, a mark as Asterisk does, the next one shortly.
    std::thread asterisk{[&] {
        FdStream theirs{sockets.theirs};
        std::string line;
        theirs.read_line(line);
        theirs.write_line("200 result=1 (" + std::string(90, 'x') + ")");
        theirs.read_line(line);
        theirs.write_line("200 result=1 (" + line.substr(19, line.size() - 20) + ")");
        theirs.read_line(line);
        theirs.write_line("200 result=1 (y)");
    }};
    const auto error = thrown_by<AGIUnknownError>([&] { GetVariable{"X"}(session); });
    REQUIRE(error);
    CHECK(std::string{error->what()} == "GET VARIABLE \"X\": a line is longer than 80 bytes");
    CHECK_FALSE(session.in_step());
    CHECK(GetVariable{"Y"}(session) == "y");
    CHECK(session.in_step());
    asterisk.join();
}

TEST_CASE("Session: on_hangup is told once") {
    std::vector<HangupSource> told;
    SessionOptions options;
    options.on_hangup = [&](HangupSource source) { told.push_back(source); };
    Session session{ScriptedStream{script(R"(
        >> NOOP\n
        << 200 result=0\n
        >> NOOP\n
        << HANGUP\n
        << 200 result=0\n
        >> NOOP\n
        << HANGUP\n
    )")},
                    std::move(options)};
    Noop{}(session);
    CHECK(told.empty());
    Noop{}(session);
    CHECK(told == std::vector<HangupSource>{HangupSource::hangup_line});
    CHECK_THROWS_AS(Noop{}(session), AGISIGPIPEHangup);
    CHECK(told.size() == 1);
}

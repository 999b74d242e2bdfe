// SPDX-License-Identifier: MIT
// Whole calls in which the stream fails at any of its operations.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/testing/scripted_stream.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace agi;
using namespace std::chrono_literals;
using testing::ScriptedStream;
using testing::StreamFailure;

namespace {

using Results = std::vector<std::string>;

constexpr std::string_view dialogue = R"(
    << agi_network: yes
    << agi_request: agi://localhost/pin
    << agi_version: 22.10.1
    <<
    >> ANSWER
    << 200 result=0
    >> GET DATA "enter-pin" 5000 4
    << 200 result=1234
    >> EXEC "NoOp" "x"
    << 200 result=1
    << 520-Invalid command syntax.  Proper usage follows:
    << 200 result=52 endpos=1
    << 520 End of proper usage.
    >> STREAM FILE "welcome" "12#"
    << 200 result=49 endpos=8000
    >> GET VARIABLE "X"
    << 200 result=1 (first
    << 200 result=1 (second
    << third)
    >> NOOP "hello"
    << HANGUP
    << 200 result=0
    >> GET VARIABLE "Y"
    << 200 result=0
    >> ANSWER
    << 511 Command Not Permitted on a dead channel
)";

const Results expected{"answered", "1234", "1",   "1", "first\n200 result=1 (second\nthird",
                       "noop",     "none", "dead"};

/// Takes the steps of the call that have not been taken, and notes the result of each.
template <class Stream>
void go_on(Session<Stream>& session, Results& results) {
    const auto step = [&](std::size_t number, const auto& take) {
        if (results.size() == number) results.push_back(take());
    };
    step(0, [&] { return Answer{}(session), "answered"; });
    step(1, [&] { return GetData{"enter-pin", 5s, 4}(session).digits; });
    step(2, [&] { return std::to_string(Exec{"NoOp", "x"}(session)); });
    step(3, [&] { return std::string{StreamFile{"welcome", "12#"}(session).digit.value_or('-')}; });
    step(4, [&] { return GetVariable{"X"}(session).value_or("none"); });
    step(5, [&] { return Noop{"hello"}(session), "noop"; });
    step(6, [&] { return GetVariable{"Y"}(session).value_or("none"); });
    step(7, [&]() -> std::string {
        try {
            Answer{}(session);
        } catch (const AGIDeadChannelError&) {
            return "dead";
        }
        return "not dead";
    });
}

/// The results of the steps before the failing one.
bool are_the_first(const Results& results) {
    return results.size() < expected.size() &&
           Results(expected.begin(),
                   expected.begin() + static_cast<std::ptrdiff_t>(results.size())) == results;
}

/// How many operations the whole call takes.
std::size_t operations_of_the_call() {
    Session session{ScriptedStream{dialogue}};
    Results results;
    go_on(session, results);
    CHECK(results == expected);
    CHECK(session.hangup_source() == HangupSource::hangup_line);
    session.stream().check_finished();
    return session.stream().operations();
}

/// A scripted stream, of which one operation throws and leaves everything as it was.
struct OneFailure {
    ScriptedStream stream;
    std::size_t at;
    std::size_t operations = 0;

    bool read_line(std::string& line) {
        if (++operations == at) throw StreamFailure{"read"};
        return stream.read_line(line);
    }
    void write_line(std::string_view line) {
        if (++operations == at) throw StreamFailure{"write"};
        stream.write_line(line);
    }
};

}  // namespace

TEST_CASE("Session: losing the peer at any point is a hang-up") {
    const std::size_t operations = operations_of_the_call();
    CHECK(operations == 25);
    std::size_t cut_replies = 0;
    for (std::size_t n = 1; n <= operations; ++n) {
        CAPTURE(n);
        ScriptedStream stream{dialogue};
        stream.fail_at(n);
        Results results;
        if (n <= 4) {
            CHECK_THROWS_AS(Session{std::move(stream)}, AGIHangup);
            continue;
        }
        Session session{std::move(stream)};
        try {
            go_on(session, results);
            FAIL_CHECK("the call went through");
        } catch (const AGIHangup&) {
        } catch (const AGIUnknownError& error) {
            // In a value: the reply is cut, and the exception has what came of it.
            CHECK(results.size() == 4);
            CHECK(error.reply().raw().substr(0, 19) == "200 result=1 (first");
            ++cut_replies;
        }
        CHECK(are_the_first(results));
        CHECK(session.hung_up());
        CHECK(session.state() == Conversation::State::closed);

        const std::size_t done = results.size();
        CHECK_THROWS_AS(go_on(session, results), AGIHangup);
        CHECK(results.size() == done);
        CHECK(session.stream().operations() == n);
    }
    CHECK(cut_replies == 2);
}

TEST_CASE("Session: a stream that fails at any point lets its exception through") {
    const std::size_t operations = operations_of_the_call();
    for (std::size_t n = 1; n <= operations; ++n) {
        CAPTURE(n);
        ScriptedStream stream{dialogue};
        stream.fail_at(n, testing::ScriptedStream::Failure::error);
        Results results;
        if (n <= 4) {
            CHECK_THROWS_AS(Session{std::move(stream)}, StreamFailure);
            continue;
        }
        Session session{std::move(stream)};
        CHECK_THROWS_AS(go_on(session, results), StreamFailure);
        CHECK(are_the_first(results));
        CHECK_FALSE(session.in_step());

        // It goes on failing: a reply that is owed cannot be read, a line cannot be sent.
        const std::size_t done = results.size();
        CHECK_THROWS(go_on(session, results));
        CHECK(results.size() == done);
    }
}

TEST_CASE("Session: after one failure of the stream, no command gets another's reply") {
    const std::size_t operations = operations_of_the_call();
    for (std::size_t n = 5; n <= operations; ++n) {
        CAPTURE(n);
        SessionOptions options;
        std::string sent;
        options.trace = [&](Direction direction, std::string_view line) {
            if (direction == Direction::sent) sent = line;
        };
        Session session{OneFailure{ScriptedStream{dialogue}, n}, std::move(options)};
        Results results;
        std::string failed;
        try {
            go_on(session, results);
            FAIL_CHECK("nothing failed");
        } catch (const StreamFailure& failure) {
            failed = failure.what();
        }
        CHECK(are_the_first(results));
        if (failed == "write") {
            // Part of the line may be on its way: nothing more can be sent.
            CHECK(session.state() == Conversation::State::out_of_step);
            CHECK_THROWS_AS(go_on(session, results), AGIError);
            continue;
        }
        // The step has no result, as its reply is dropped; unless it was not sent yet, as what
        // follows EXEC's 1 had to be read first. The others are as ever.
        const bool own = sent.find("agi-mark-") == std::string::npos;
        if (own) results.push_back(expected[results.size()]);
        if (results.size() < expected.size()) {
            go_on(session, results);
            CHECK(results == expected);
            CHECK(session.in_step());
            session.stream().stream.check_finished();
        }
    }
}

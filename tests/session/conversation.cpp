// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/session/conversation.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using namespace agi;
using State = Conversation::State;

namespace {

/// A conversation whose environment has come.
Conversation ready(std::string_view version = "22.10.1") {
    Conversation talk;
    REQUIRE_FALSE(talk.push_environment("agi_version: " + std::string{version}));
    REQUIRE(talk.push_environment(""));
    return talk;
}

/// Begins a request and takes lines for it, none of which but the last completes the reply.
const Reply& ask(Conversation& talk, std::initializer_list<std::string_view> lines,
                 ReplyForm form = ReplyForm::tags) {
    talk.begin("X", form);
    std::size_t left = lines.size();
    for (const std::string_view line : lines) {
        CAPTURE(line);
        REQUIRE(talk.state() == State::awaiting);
        REQUIRE(talk.push(line) == (--left == 0));
    }
    CHECK(talk.state() == State::ready);
    return talk.reply();
}

/// The message of the exception that begin throws.
template <class Exception>
std::string refusal(Conversation& talk, std::string_view request = "NOOP") {
    try {
        talk.begin(request, ReplyForm::tags);
    } catch (const Exception& error) {
        return error.what();
    }
    return "not refused";
}

}  // namespace

TEST_CASE("Conversation: the environment comes first") {
    Conversation talk;
    CHECK(talk.state() == State::environment);
    CHECK_FALSE(talk.in_step());
    CHECK(refusal<AGIError>(talk) == "NOOP: not sent, the session is out of step");
    CHECK_FALSE(talk.push_environment("agi_request: pin"));
    CHECK(talk.state() == State::environment);
    CHECK(talk.push_environment(""));
    CHECK(talk.state() == State::ready);
    CHECK(talk.in_step());
    CHECK(talk.environment().request() == "pin");
    CHECK(talk.hangup_source() == HangupSource::none);
}

TEST_CASE("Conversation: one request, one reply") {
    Conversation talk = ready();
    talk.begin("NOOP", ReplyForm::tags);
    CHECK(talk.state() == State::awaiting);
    CHECK_FALSE(talk.in_step());
    CHECK(refusal<AGIError>(talk, "ANSWER") ==
          "ANSWER: not sent, the reply to another request is owed");
    CHECK(talk.push("200 result=0"));
    CHECK(talk.state() == State::ready);
    CHECK(talk.in_step());
    CHECK(talk.reply().number() == 0);
    CHECK(ask(talk, {"200 result=5"}).number() == 5);
}

TEST_CASE("Conversation: the form of the reply is the request's") {
    Conversation talk = ready();
    CHECK(ask(talk, {"200 result=1 (a", "b)"}, ReplyForm::value).data() == "a\nb");
    CHECK_FALSE(ask(talk, {"200 result=1 (a"}, ReplyForm::tags).data());
}

TEST_CASE("Conversation: the server and what it takes") {
    const auto [version, major, limit] = GENERATE(table<std::string, int, std::size_t>({
        {"20.15.2", 20, 2046},
        {"22.10.1+dfsg", 22, 8190},
        {"GIT-master-xyz", 0, 2046},
        {"", 0, 2046},
    }));
    CAPTURE(version);
    const Conversation talk = ready(version);
    CHECK(talk.server().major_number() == major);
    CHECK(talk.line_limit() == limit);
}

TEST_CASE("Conversation: the server may be set before the environment comes") {
    Conversation talk;
    talk.server(ServerVersion{23});
    talk.push_environment("agi_version: 16.2.0");
    talk.push_environment("");
    CHECK(talk.server().major_number() == 23);
    CHECK(talk.line_limit() == 8190);
    CHECK(talk.environment().version().major_number() == 16);
}

TEST_CASE("Conversation: the line limit may be set") {
    Conversation before;
    before.line_limit(10);
    before.push_environment("agi_version: 22.10.1");
    before.push_environment("");
    CHECK(before.line_limit() == 10);

    Conversation after = ready();
    after.line_limit(10);
    CHECK(refusal<AGIArgumentError>(after, "NOOP 678901") ==
          "NOOP 678901: not sent, it has 11 bytes and this Asterisk takes 10");
    CHECK(after.state() == State::ready);
    after.begin("NOOP 67890", ReplyForm::tags);
    CHECK(after.state() == State::awaiting);
}

TEST_CASE("Conversation: how a hang-up is learnt") {
    Conversation talk = ready();

    SECTION("a HANGUP line") {
        talk.begin("NOOP", ReplyForm::tags);
        CHECK(talk.hangup_source() == HangupSource::none);
        CHECK_FALSE(talk.push("HANGUP"));
        CHECK(talk.hangup_source() == HangupSource::hangup_line);
        CHECK(talk.push("511 Command Not Permitted on a dead channel"));
        CHECK(talk.hangup_source() == HangupSource::hangup_line);
    }
    SECTION("a dead channel") {
        ask(talk, {"511 Command Not Permitted on a dead channel"});
        CHECK(talk.hangup_source() == HangupSource::dead_channel);
    }
    SECTION("something else") {
        talk.note_hangup(HangupSource::reply);
        CHECK(talk.hangup_source() == HangupSource::reply);
        talk.close();
        CHECK(talk.hangup_source() == HangupSource::reply);
    }
    SECTION("the end of the stream") {
        talk.close();
        CHECK(talk.hangup_source() == HangupSource::closed_stream);
    }
    SECTION("a HANGUP line without its end") {
        talk.begin("NOOP", ReplyForm::tags);
        CHECK_FALSE(talk.close("HANGUP"));
        CHECK(talk.hangup_source() == HangupSource::hangup_line);
    }
    SECTION("not from a failure") {
        ask(talk, {"200 result=-1"});
        ask(talk, {"510 Invalid or unknown command"});
        CHECK(talk.hangup_source() == HangupSource::none);
    }
}

TEST_CASE("Conversation: close") {
    Conversation talk = ready();

    SECTION("between commands") { CHECK_FALSE(talk.close()); }
    SECTION("between commands, with half a line") { CHECK_FALSE(talk.close("HANG")); }
    SECTION("before the reply") {
        talk.begin("NOOP", ReplyForm::tags);
        CHECK_FALSE(talk.close());
    }
    SECTION("in the reply") {
        talk.begin("NOOP", ReplyForm::tags);
        CHECK(talk.close("200 resu"));
        CHECK(talk.reply().raw() == "200 resu");
    }
    SECTION("between the lines of the reply") {
        talk.begin("NOOP", ReplyForm::tags);
        CHECK_FALSE(talk.push("520-Invalid"));
        CHECK(talk.close());
        CHECK(talk.reply().code() == 520);
    }
    CHECK(talk.state() == State::closed);
    CHECK_FALSE(talk.in_step());
    CHECK(refusal<AGISIGPIPEHangup>(talk) == "NOOP: not sent, the stream is closed");
}

TEST_CASE("Conversation: in the environment, close is no cut reply") {
    Conversation talk;
    talk.push_environment("agi_request: x");
    CHECK_FALSE(talk.close("agi_chan"));
    CHECK(talk.state() == State::closed);
}

TEST_CASE("Conversation: finish ends it without a hang-up") {
    Conversation talk = ready();
    talk.begin("failure", ReplyForm::none);
    talk.finish();
    CHECK(talk.state() == State::closed);
    CHECK(talk.hangup_source() == HangupSource::none);
    CHECK(refusal<AGISIGPIPEHangup>(talk) == "NOOP: not sent, the stream is closed");
}

TEST_CASE("Conversation: out of step, nothing is sent") {
    Conversation talk = ready();
    talk.begin("NOOP", ReplyForm::tags);
    talk.lose_step();
    CHECK(talk.state() == State::out_of_step);
    CHECK_FALSE(talk.in_step());
    CHECK(refusal<AGIError>(talk) == "NOOP: not sent, the session is out of step");
    CHECK_THROWS_AS(talk.begin_mark(), AGIError);
}

TEST_CASE("Conversation: the 520 after an EXEC of 1 is not the next command's") {
    Conversation talk = ready();
    CHECK(ask(talk, {"200 result=1"}, ReplyForm::application).number() == 1);

    SECTION("a block") {
        CHECK(ask(talk, {"520-Invalid", "200 result=3", "520 End of proper usage.", "200 result=7"})
                  .number() == 7);
    }
    SECTION("of one line") {
        CHECK(
            ask(talk, {"520 Invalid command syntax.  Proper usage not available.", "200 result=7"})
                .number() == 7);
    }
    SECTION("behind a HANGUP") {
        CHECK(ask(talk, {"HANGUP", "520-Invalid", "520 End of proper usage.", "200 result=7"})
                  .number() == 7);
    }
    SECTION("before a value") {
        CHECK(ask(talk, {"520-Invalid", "520 End of proper usage.", "200 result=1 (a", "b)"},
                  ReplyForm::value)
                  .data() == "a\nb");
    }
    SECTION("and the next command's own") {
        CHECK(ask(talk, {"520-Invalid", "EXEC's", "520 End of proper usage.", "520-Invalid",
                         "its own", "520 End of proper usage."})
                  .usage() == "its own");
    }
    SECTION("cut, which is no reply to the next command") {
        talk.begin("NOOP", ReplyForm::tags);
        CHECK_FALSE(talk.push("520-Invalid"));
        CHECK_FALSE(talk.close("usa"));
        return;
    }
    SECTION("absent") { CHECK(ask(talk, {"200 result=7"}).number() == 7); }
    SECTION("and another EXEC of 1") {
        CHECK(ask(talk, {"520-Invalid", "520 End of proper usage.", "200 result=1"},
                  ReplyForm::application)
                  .number() == 1);
        CHECK(ask(talk, {"520-Invalid", "520 End of proper usage.", "200 result=7"}).number() == 7);
    }
    // It came once: the next 520 is an answer.
    CHECK(ask(talk, {"520 Invalid command syntax.  Proper usage not available."}).code() == 520);
}

TEST_CASE("Conversation: no 520 is expected after another result, or another command") {
    Conversation talk = ready();
    const auto [line, form] = GENERATE(table<std::string, ReplyForm>({
        {"200 result=0", ReplyForm::application},
        {"200 result=-1", ReplyForm::application},
        {"200 result=10", ReplyForm::application},
        {"200 result=1", ReplyForm::tags},
        {"200 result=1 (x)", ReplyForm::value},
        {"510 Invalid or unknown command", ReplyForm::application},
    }));
    CAPTURE(line);
    ask(talk, {line}, form);
    CHECK(ask(talk, {"520 Invalid command syntax.  Proper usage not available."}).code() == 520);
}

TEST_CASE("Conversation: a line that is no reply makes doubtful what comes next") {
    Conversation talk = ready();
    CHECK(ask(talk, {"junk"}).code() == 0);
    CHECK_FALSE(talk.in_step());
    CHECK(ask(talk, {"200 result=0"}).code() == 200);
    CHECK(talk.in_step());
}

TEST_CASE("Conversation: replies up to the mark belong to what was sent before") {
    Conversation talk = ready();

    SECTION("while a reply is owed") { talk.begin("GET DATA", ReplyForm::tags); }
    SECTION("after a line that was no reply") { ask(talk, {"junk"}); }
    SECTION("after an EXEC of 1") { ask(talk, {"200 result=1"}, ReplyForm::application); }

    CHECK(talk.begin_mark() == R"(GET FULL VARIABLE "agi-mark-1")");
    CHECK(talk.state() == State::awaiting);
    CHECK_FALSE(talk.in_step());
    CHECK(talk.push("200 result=1234"));
    CHECK_FALSE(talk.at_mark());
    CHECK(talk.state() == State::awaiting);
    CHECK(talk.push("200 result=1 (agi-mark-0)"));
    CHECK_FALSE(talk.at_mark());
    CHECK(talk.push("200 result=1 (agi-mark-1)"));
    CHECK(talk.at_mark());
    CHECK(talk.in_step());
    CHECK(ask(talk, {"520 Invalid command syntax.  Proper usage not available."}).code() == 520);
    CHECK(talk.begin_mark() == R"(GET FULL VARIABLE "agi-mark-2")");
}

TEST_CASE("Conversation: the mark's echo ends a reply that was cut") {
    const auto [lines, form] = GENERATE(table<std::vector<std::string>, ReplyForm>({
        {{"200 result=1 (a", "200 result=1 (agi-mark-1)"}, ReplyForm::value},
        {{"200 result=1 (a", "b200 result=1 (agi-mark-1)"}, ReplyForm::value},
        {{"200 result=1 (a200 result=1 (agi-mark-1)"}, ReplyForm::value},
        {{"520-Invalid", "usage", "200 result=1 (agi-mark-1)"}, ReplyForm::tags},
    }));
    CAPTURE(lines);
    Conversation talk = ready();
    talk.begin("GET VARIABLE X", form);
    talk.begin_mark();
    for (std::size_t i = 0; i < lines.size(); ++i) {
        CHECK(talk.push(lines[i]) == (i + 1 == lines.size()));
    }
    CHECK(talk.at_mark());
    CHECK(talk.in_step());
    CHECK(ask(talk, {"200 result=7"}).number() == 7);
}

TEST_CASE("Conversation: a HANGUP glued to the mark's echo is noted") {
    Conversation talk = ready();
    talk.begin_mark();
    CHECK(talk.push("HANGUP200 result=1 (agi-mark-1)"));
    CHECK(talk.at_mark());
    CHECK(talk.hangup_source() == HangupSource::hangup_line);
}

TEST_CASE("Conversation: a line that was lost ends the reply, and makes doubtful what comes next") {
    Conversation talk = ready();

    SECTION("a reply of one line") { talk.begin("NOOP", ReplyForm::tags); }
    SECTION("a value of several lines") {
        talk.begin("GET VARIABLE X", ReplyForm::value);
        CHECK_FALSE(talk.push("200 result=1 (a"));
    }
    CHECK(talk.lose_line());
    CHECK(talk.reply().truncated());
    CHECK(talk.state() == State::ready);
    CHECK_FALSE(talk.in_step());
    CHECK(ask(talk, {"rest of it)", "200 result=7"}).number() == 7);
    CHECK(talk.in_step());
}

TEST_CASE("Conversation: a line that was lost in a usage text does not end it") {
    Conversation talk = ready();
    talk.begin("NOOP", ReplyForm::tags);
    CHECK_FALSE(talk.push("520-Invalid"));
    CHECK_FALSE(talk.lose_line());
    CHECK(talk.state() == State::awaiting);
    CHECK(talk.push("520 End of proper usage."));
    CHECK(talk.reply().truncated());
    CHECK(talk.in_step());
}

TEST_CASE("Conversation: a line that was lost where none is owed changes nothing") {
    Conversation talk;
    CHECK_FALSE(talk.lose_line());
    CHECK(talk.state() == State::environment);
    talk.push_environment("");
    CHECK_FALSE(talk.lose_line());
    CHECK(talk.in_step());
}

TEST_CASE("Conversation: no mark when the stream is closed") {
    Conversation talk = ready();
    talk.close();
    CHECK_THROWS_AS(talk.begin_mark(), AGISIGPIPEHangup);
    CHECK(talk.state() == State::closed);
}

TEST_CASE("Conversation: limits of the environment and of replies") {
    wire::EnvironmentLimits limits;
    limits.lines = 1;
    Conversation talk{limits, 20};
    CHECK_FALSE(talk.push_environment("a: 1"));
    CHECK_THROWS_AS(talk.push_environment("b: 2"), AGIError);
    CHECK(talk.push_environment(""));
    CHECK(ask(talk, {"200 result=0 and a tail"}).truncated());
}

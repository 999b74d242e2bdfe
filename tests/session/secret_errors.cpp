// SPDX-License-Identifier: MIT
// A secret command that fails, in each way in which each command can: the secret is in nothing that
// the program gets to see or to write down.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/session/transcript.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

using namespace agi;

namespace {

const std::string secret = "4711";

/// One of each command with an argument, which is the secret, or with a result that may be.
template <class Visitor>
void for_each_secret(Visitor&& visit) {
    visit(ChannelStatus{secret});
    visit(ControlStreamFile{secret});
    visit(DatabaseDel{secret, secret});
    visit(DatabaseDeltree{secret, secret});
    visit(DatabaseGet{"f", secret});
    visit(DatabaseGetExact{"f", secret});
    visit(DatabasePut{"f", secret, secret});
    visit(DatabasePutExact{"f", secret, secret});
    visit(Exec{secret, secret});
    visit(GetData{secret});
    visit(GetFullVariable{"${" + secret + "}"});
    visit(GetOption{secret});
    visit(GetVariable{secret});
    visit(GetVariableExact{"P" + secret});
    visit(Gosub{secret, "s", 1, secret});
    visit(Hangup{secret});
    visit(Noop{secret});
    visit(RawCommand{"SET VARIABLE PIN " + secret});
    visit(RawCommand{"set variable PIN \"" + secret + '"'});
    visit(RawCommand{secret + ' ' + secret});
    visit(ReceiveChar{});
    visit(ReceiveText{});
    visit(RecordFile{secret});
    visit(SayAlpha{secret});
    visit(SayDigits{secret});
    visit(SayNumber{4711});
    visit(SayPhonetic{secret});
    visit(SendImage{secret});
    visit(SendText{secret});
    visit(SetCallerid{secret, secret});
    visit(SetContext{secret});
    visit(SetExtension{secret});
    visit(SetMusic{true, secret});
    visit(SetPriority{4711});
    visit(SetVariable{"CARD", secret});
    visit(SetVariableExact{"CARD", secret});
    visit(SpeechActivateGrammar{secret});
    visit(SpeechCreate{secret});
    visit(SpeechDeactivateGrammar{secret});
    visit(SpeechLoadGrammar{secret, secret});
    visit(SpeechRecognize{secret});
    visit(SpeechSet{"a", secret});
    visit(SpeechUnloadGrammar{secret});
    visit(StreamFile{secret});
    visit(Verbose{secret});
    visit(WaitForDigit{});
}

/// What may come in place of a good reply; the last line may be cut by the end of the stream.
const std::vector<std::string> failures{
    "",
    "510 Invalid or unknown command\n",
    "510 Invalid or unknown command: 4711\n",
    "511 Command Not Permitted on a dead channel or intercept routine\n",
    "520 Invalid command syntax.  Proper usage not available.\n",
    "520-Invalid command syntax.  Proper usage follows:\nUsage: 4711\n520 End of proper usage.\n",
    "520-Invalid command syntax: 4711\nUsage: 4711520 End of proper usage.\n",
    "503 result=-2 Memory allocation failure for 4711\n",
    "200\n",
    "200 4711\n",
    "200 result=-1\n",
    "200 result=-1 (4711)\n",
    "200 result=-1 (4711) endpos=4711\n",
    "200 result=4711 (4711) 4711\n",
    "200 result=-4711\n",
    "200 result=0x4711 (timeout) endpos=4711\n",
    "200 result=1 (4711\n4711",
    "200 result=1 (4711",
    "700 4711\n",
    "4711\n",
    "HANGUP4711\n",
    "4711",
};

/// Says the environment, the reply to the one request, and what a session may ask besides.
class Peer {
  public:
    explicit Peer(std::string reply) : reply_{std::move(reply)} {}

    void write_line(std::string_view line) {
        const std::string_view mark = "GET FULL VARIABLE \"agi-mark";
        if (line.substr(0, mark.size()) == mark) {
            line.remove_prefix(19);
            next_ += "200 result=1 (" + std::string{line.substr(0, line.size() - 1)} + ")\n";
        } else if (line == "CHANNEL STATUS") {
            next_ += "200 result=6\n";
        } else {
            next_ += reply_;
        }
    }
    bool read_line(std::string& line) {
        const std::size_t end = next_.find('\n');
        line = next_.substr(0, end);
        next_.erase(0, end == std::string::npos ? end : end + 1);
        return end != std::string::npos;
    }
    static bool wait_line(std::chrono::milliseconds /*time*/) { return true; }

  private:
    std::string reply_;
    std::string next_ = "agi_request: x\n\n";
};

bool tells(std::string_view text) { return text.find(secret) != std::string_view::npos; }

void check(const AGIException& error) {
    const Reply& reply = error.reply();
    const std::string_view all[] = {error.what(),
                                    error.request(),
                                    reply.raw(),
                                    reply.result(),
                                    reply.text(),
                                    reply.usage(),
                                    reply.data().value_or(""),
                                    reply.attribute("endpos").value_or("")};
    for (const std::string_view text : all) CHECK_FALSE(tells(text));
}

/// Everything that a transcript has.
std::string content(std::FILE* file) {
    std::string text(100000, '\0');
    std::rewind(file);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    return text;
}

template <class Command>
void check_failures(const Command& command) {
    for (const std::string& failure : failures) {
        CAPTURE(failure, std::string{command.request().view()});
        std::FILE* const file = std::tmpfile();
        REQUIRE(file != nullptr);
        SessionOptions options;
        options.trace = Transcript{file};
        Session session{Peer{failure}, std::move(options)};
        try {
            Secret{command}(session);
        } catch (const AGIException& error) {
            check(error);
        }
        // A transcript shows what a command without a result gets, as Asterisk says it.
        if (Secret{command}.redaction().reply || !tells(failure)) {
            CHECK_FALSE(tells(content(file)));
        }
        std::fclose(file);
    }
}

}  // namespace

TEST_CASE("Secret: no failure of any command tells it") {
    for_each_secret([](const auto& command) { check_failures(command); });
}

TEST_CASE("Secret: the words of every command are known as such") {
    for_each_secret([](const auto& command) {
        const std::string line{command.request().view()};
        CAPTURE(line);
        const std::string shown = wire::redacted_request(line);
        CHECK_FALSE(tells(shown));
        CHECK((shown.front() != '*' || line == secret + ' ' + secret));
    });
}

TEST_CASE("Secret: an exception keeps its type, and what is no secret") {
    Session session{Peer{"510 Invalid or unknown command\n"}};
    try {
        Secret{SetVariable{"CARD", secret}}(session);
        FAIL();
    } catch (const AGIInvalidCommandError& error) {
        CHECK(error.what() == std::string{"SET VARIABLE *** ***: unknown command: reply "
                                          "\"510 Invalid or unknown command\""});
        CHECK(error.request() == "SET VARIABLE *** ***");
        CHECK(error.reply().code() == 510);
    }
    Session other{Peer{"520-Invalid command syntax.\n4711\n520 End of proper usage.\n"}};
    try {
        Secret{RawCommand{"SAY ALPHA ABC" + secret}}(other);
        FAIL();
    } catch (const AGIUsageError& error) {
        CHECK(error.request() == "SAY ALPHA ***");
        CHECK(error.reply().code() == 520);
        CHECK(error.reply().usage() == "****");
    }
    Session plain{Peer{"200 result=0\n"}};
    try {
        Secret{DatabasePut{"f", "k", secret}}(plain);
        FAIL();
    } catch (const AGIDBError& error) {
        CHECK(error.reply().result() == "0");
    }
    Session prompt{Peer{"200 result=-1 endpos=0\n"}};
    try {
        Secret{GetData{"enter-pin"}, false}(prompt);
        FAIL();
    } catch (const AGIException& error) {
        CHECK(error.request() == GetData{"enter-pin"}.request().view());
    }
}

TEST_CASE("Secret: what is refused before it is sent is not quoted") {
    const auto refused = [](const auto& command) {
        Session session{Peer{"200 result=0\n"}};
        try {
            Secret{command}(session);
            FAIL();
        } catch (const AGIArgumentError& error) {
            check(error);
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK(refused(SetVariable{"CARD", secret + '\n'}) ==
          "SET VARIABLE: argument 2 has a line feed at byte 4: \"***\"");
    CHECK_THAT(refused(RawCommand{"NOOP " + secret + '\n'}),
               Catch::Matchers::StartsWith("raw line: has "));
    refused(RawCommand{"failure " + secret});
    refused(SayDigits{"x\"" + secret + "\"\\"});
    refused(SetVariable{"CARD", secret + std::string(10000, 'x')});
}

TEST_CASE("Secret: a secret command does what it does, a raw line and a read-back too") {
    const auto trace_of = [](const auto& command, const std::string& reply) {
        std::string text;
        Session session{Peer{reply}};
        session.trace([&text](Direction, std::string_view line) { text.append(line) += '\n'; });
        command(session);
        CHECK(session.in_step());
        return text;
    };
    CHECK(trace_of(Secret{SayDigits{secret}}, "200 result=0\n") ==
          "SAY DIGITS *** ***\n200 result=*\n");
    CHECK(trace_of(Secret{RawCommand{"SET VARIABLE CARD " + secret}}, "200 result=1\n") ==
          "SET VARIABLE *** ***\n200 result=*\n");
    CHECK(trace_of(Secret{SetVariable{"CARD", secret}}, "200 result=1\n") ==
          "SET VARIABLE *** ***\n200 result=1\n");
    CHECK(trace_of(Secret{RawCommand{"GET FULL VARIABLE ${CARD}"}}, "200 result=1 (4711)\n") ==
          "GET FULL VARIABLE ***\n200 result=1 (****)\n");
}

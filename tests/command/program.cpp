// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/program.hpp>

#include <string>

using namespace agi;
using namespace checks;

TEST_CASE("Noop: request and reply") {
    CHECK(Noop{}.request() == "NOOP");
    CHECK(Noop{""}.request() == "NOOP");
    CHECK(Noop{"a \"b\""}.request() == R"(NOOP "a \"b\"")");
    check_refused(Noop{std::string("a\0", 2)}, R"(NOOP: argument 1 has a NUL at byte 1: "a\x00")");
    CHECK_NOTHROW(result_of(Noop{}, "200 result=0"));
    check_unexpected(Noop{}, "200 result=1");
    check_unexpected(Noop{}, "200 result=-1");
}

TEST_CASE("Verbose: request") {
    CHECK(Verbose{"a b"}.request() == R"(VERBOSE "a b" 1)");
    CHECK(Verbose{"", 0}.request() == R"(VERBOSE "" 0)");
    CHECK(Verbose{42, 4}.request() == R"(VERBOSE "42" 4)");
    check_refused(Verbose{"m", -1}, "VERBOSE: level is -1, not 0 to 4");
    check_refused(Verbose{"m", 5}, "VERBOSE: level is 5, not 0 to 4");
    check_refused(Verbose{"a\r\nHANGUP"},
                  R"(VERBOSE: argument 1 has a carriage return at byte 1: "a\r\nHANGUP")");
}

TEST_CASE("Verbose: reply") {
    CHECK_NOTHROW(result_of(Verbose{"m"}, "200 result=1"));
    check_unexpected(Verbose{"m"}, "200 result=0");
    check_unexpected(Verbose{"m"}, "200 result=-1");
}

TEST_CASE("AsyncAGIBreak: request and reply") {
    CHECK(AsyncAGIBreak{}.request() == "ASYNCAGI BREAK");
    CHECK_NOTHROW(result_of(AsyncAGIBreak{}, "200 result=0"));
    check_failure(AsyncAGIBreak{}, "200 result=-1", "AGIAppError", "not ended");
    check_unexpected(AsyncAGIBreak{}, "200 result=1");
}

TEST_CASE("Failure: a line without a reply") {
    CHECK(Failure{}.request() == "failure");
    CHECK(wire::reply_form(Failure{}) == ReplyForm::none);
    CHECK_NOTHROW(Failure{}.parse({}));
}

TEST_CASE("RawCommand: the line as it is") {
    const std::string line =
        GENERATE("", "NOOP", "noop  'x\t", R"(GET DATA "enter-pin" 5000)", "\"failure\"", "a\\");
    CHECK(RawCommand{line}.request() == line);
}

TEST_CASE("RawCommand: what would not be one line of one command is refused") {
    check_refused(RawCommand{"NOOP\nHANGUP"},
                  R"(raw line: has a line feed at byte 4: "NOOP\nHANGUP")");
    check_refused(RawCommand{"NOOP\r"}, R"(raw line: has a carriage return at byte 4: "NOOP\r")");
    check_refused(RawCommand{std::string("\0", 1)}, R"(raw line: has a NUL at byte 0: "\x00")");
    check_refused(RawCommand{"Failure to say"},
                  R"(raw line: begins with `failure`, which ends the session: "Failure to say")");
    std::string words = "NOOP";
    for (int i = 0; i < 63; ++i) words += " \"\"";
    CHECK_NOTHROW(RawCommand{words}.request());
    check_refused(RawCommand{words + " x"}, "raw line: has more than 64 words");
}

TEST_CASE("RawCommand: the command in the line says how the reply is read") {
    auto [line, form] = GENERATE(table<std::string, ReplyForm>({
        {"NOOP", ReplyForm::tags},
        {"", ReplyForm::tags},
        {"GET DATA f", ReplyForm::tags},
        {"GET VARIABLE X", ReplyForm::value},
        {"get \"variable\" X", ReplyForm::value},
        {" GET\tFULL VARIABLE ${X}", ReplyForm::value},
        {"DATABASE GET f k", ReplyForm::value},
        {"DATABASE PUT f k v", ReplyForm::tags},
        {"RECEIVE TEXT 1000", ReplyForm::value},
        {"RECEIVE CHAR 1000", ReplyForm::tags},
        {"GET VARIABLES X", ReplyForm::tags},
        {"\"GET VARIABLE\" X", ReplyForm::tags},
        {"Exec Wait 1", ReplyForm::application},
        {"EXECIF x", ReplyForm::tags},
        {"gosub c s 1", ReplyForm::text},
    }));
    CAPTURE(line);
    CHECK(wire::reply_form(RawCommand{line}) == form);
}

TEST_CASE("RawCommand: reply") {
    const auto reply = result_of(RawCommand{"GET VARIABLE X"}, "200 result=1 (x) endpos=5)");
    CHECK(reply.number() == 1);
    CHECK(reply.data() == "x) endpos=5");
    CHECK(result_of(RawCommand{"ANSWER"}, "200 result=-1").number() == -1);
    CHECK(result_of(RawCommand{"GET DATA f"}, "200 result= (timeout)").result().empty());
    check_failure(RawCommand{"FOO BAR"}, "510 Invalid or unknown command", "AGIInvalidCommandError",
                  "unknown command");
}

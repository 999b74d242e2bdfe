// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/variable.hpp>

#include <optional>
#include <string>

using namespace agi;
using namespace checks;

TEST_CASE("GetVariable: request") {
    CHECK(GetVariable{"EXTEN"}.request() == R"(GET VARIABLE "EXTEN")");
    CHECK(GetVariable{"CALLERID(name)"}.request() == R"line(GET VARIABLE "CALLERID(name)")line");
    check_refused(GetVariable{"X\nHANGUP"},
                  R"(GET VARIABLE: argument 1 has a line feed at byte 1: "X\nHANGUP")");
}

TEST_CASE("GetVariable: reply") {
    auto [line, value] = GENERATE(table<std::string, std::optional<std::string>>({
        {"200 result=1 (hello)", "hello"},
        {"200 result=1 ()", ""},
        {"200 result=0", std::nullopt},
        {"200 result=1 ())", ")"},
        {"200 result=1 (()", "("},
        {"200 result=1 ( )", " "},
        {"200 result=1 (timeout)", "timeout"},
        {"200 result=1 (HANGUP)", "HANGUP"},
        {"200 result=1 (x) endpos=5)", "x) endpos=5"},
        {"200 result=1 (200 result=0)", "200 result=0"},
        {"200 result=1 (a=b c=d result=7)", "a=b c=d result=7"},
        {"200 result=1 (\"quoted \\ back\")", "\"quoted \\ back\""},
        {"200 result=1 (tab\there)", "tab\there"},
        {"200 result=1 (\xff\xfe)", "\xff\xfe"},
        {"200 result=1 (a\r)", "a\r"},
        {"200 result=1 (a\n\nb\n)", "a\n\nb\n"},
        {"200 result=1 (a\nHANGUP\nb)", "a\nHANGUP\nb"},
        {"200 result=1 (a\n200 result=0\n520 End of proper usage.)",
         "a\n200 result=0\n520 End of proper usage."},
        {"200 result=1 (%s%s%n)", "%s%s%n"},
    }));
    CAPTURE(line);
    CHECK(result_of(GetVariable{"X"}, line) == value);
}

TEST_CASE("GetVariable: a value of the largest size") {
    const std::string value(1023, ')');
    CHECK(result_of(GetVariable{"X"}, "200 result=1 (" + value + ")") == value);
}

TEST_CASE("GetVariable: a reply without its value") {
    check_unexpected(GetVariable{"X"}, "200 result=1");
    check_unexpected(GetVariable{"X"}, "200 result=1 value");
    check_unexpected(GetVariable{"X"}, "200 result=2 (v)");
    check_unexpected(GetVariable{"X"}, "200 result=-1");
}

TEST_CASE("SetVariable: request") {
    CHECK(SetVariable{"X", "a b"}.request() == R"(SET VARIABLE "X" "a b")");
    CHECK(SetVariable{"__X", ""}.request() == R"(SET VARIABLE "__X" "")");
    CHECK(SetVariable{"X", 3}.request() == R"(SET VARIABLE "X" "3")");
    CHECK(SetVariable{"X", R"(say "a\b")"}.request() == R"(SET VARIABLE "X" "say \"a\\b\"")");
    CHECK(SetVariable{"X", "${Y}\t\x01\xff"}.request() == "SET VARIABLE \"X\" \"${Y}\t\x01\xff\"");
    CHECK(SetVariable{"X", "a\r", CarriageReturn::allow}.request() == "SET VARIABLE \"X\" \"a\r\"");
}

TEST_CASE("SetVariable: what a line cannot carry is refused") {
    check_refused(SetVariable{"X", "a\r"},
                  R"(SET VARIABLE: argument 2 has a carriage return at byte 1: "a\r")");
    check_refused(SetVariable{"X", "a\nb", CarriageReturn::allow},
                  R"(SET VARIABLE: argument 2 has a line feed at byte 1: "a\nb")");
    check_refused(SetVariable{"X", std::string("\0", 1), CarriageReturn::allow},
                  R"(SET VARIABLE: argument 2 has a NUL at byte 0: "\x00")");
    check_refused(SetVariable{"X\r", "", CarriageReturn::allow},
                  R"(SET VARIABLE: argument 1 has a carriage return at byte 1: "X\r")");
}

TEST_CASE("SetVariable: reply") {
    CHECK_NOTHROW(result_of(SetVariable{"X", "v"}, "200 result=1"));
    check_unexpected(SetVariable{"X", "v"}, "200 result=0");
    check_unexpected(SetVariable{"X", "v"}, "200 result=-1");
}

TEST_CASE("GetFullVariable: request") {
    CHECK(GetFullVariable{"${CALLERID(num)}/${EXTEN}"}.request() ==
          R"(GET FULL VARIABLE "${CALLERID(num)}/${EXTEN}")");
    CHECK(GetFullVariable{"FOO", "PJSIP/100-00000001"}.request() ==
          R"(GET FULL VARIABLE "FOO" "PJSIP/100-00000001")");
    CHECK(GetFullVariable::of("EXTEN").request() == R"(GET FULL VARIABLE "${EXTEN}")");
    CHECK(GetFullVariable::of("CALLERID(num)", "x").request() ==
          R"(GET FULL VARIABLE "${CALLERID(num)}" "x")");
}

TEST_CASE("GetFullVariable, GetVariableExact: a name that is more than a name is refused") {
    const std::string mark = GENERATE("$", "{", "}");
    const std::string what = "GET FULL VARIABLE: a name cannot have " + wire::shown(mark) + ": " +
                             wire::shown("A" + mark + "B");
    const auto error = thrown_by([&] { static_cast<void>(GetFullVariable::of("A" + mark + "B")); });
    CHECK(error.type == "AGIArgumentError");
    CHECK(error.what == what);
    check_refused(GetVariableExact{"A" + mark + "B"}, what);
}

TEST_CASE("GetFullVariable: reply") {
    auto [line, text] = GENERATE(table<std::string, std::string>({
        {"200 result=1 (FOO)", "FOO"},
        {"200 result=1 ()", ""},
        {"200 result=1 (a%0Ab%29)", "a%0Ab%29"},
        {"200 result=1 (x\r\n200 result=1)", "x\r\n200 result=1"},
    }));
    CAPTURE(line);
    CHECK(result_of(GetFullVariable{"${FOO}"}, line) == text);
}

TEST_CASE("GetFullVariable: no such channel") {
    check_failure(GetFullVariable{"${FOO}", "none"}, "200 result=0", "AGIAppError",
                  "no such channel");
    check_unexpected(GetFullVariable{"${FOO}"}, "200 result=1");
    check_unexpected(GetFullVariable{"${FOO}"}, "200 result=-1");
}

TEST_CASE("GetVariableExact: request") {
    CHECK(GetVariableExact{"X"}.request() ==
          R"line(GET FULL VARIABLE "${URIENCODE(%)}${URIENCODE(${X})}")line");
    CHECK(GetVariableExact{"DB(a/b)"}.request() ==
          R"line(GET FULL VARIABLE "${URIENCODE(%)}${URIENCODE(${DB(a/b)})}")line");
}

TEST_CASE("GetVariableExact: reply") {
    auto [line, value] = GENERATE(table<std::string, std::string>({
        {"200 result=1 (%25)", ""},
        {"200 result=1 (%25a%0Ab%29)", "a\nb)"},
        {"200 result=1 (%25%2525)", "%25"},
        {"200 result=1 (%25a+b)", "a+b"},
        {"200 result=1 (%25(')*!)", "(')*!"},
    }));
    CAPTURE(line);
    CHECK(result_of(GetVariableExact{"X"}, line) == value);
}

TEST_CASE("GetVariableExact: no value") {
    const GetVariableExact get{"X"};
    check_failure(get, "200 result=1 ()", "AGIAppError", "Asterisk has no URIENCODE");
    check_failure(get, "200 result=1 (%2)", "AGIAppError", "Asterisk has no URIENCODE");
    check_failure(get, "200 result=0", "AGIAppError", "no such channel");
    check_unexpected(get, "200 result=1");
}

TEST_CASE("SetVariableExact: request") {
    CHECK(SetVariableExact{"X", "a\nb \"c\""}.request() ==
          R"line(EXEC "Exec" "Set(X=${URIDECODE(a%0Ab%20%22c%22)})")line");
    CHECK(SetVariableExact{"__X", ""}.request() ==
          R"line(EXEC "Exec" "Set(__X=${URIDECODE()})")line");
    CHECK(SetVariableExact{"X", 3}.request() == R"line(EXEC "Exec" "Set(X=${URIDECODE(3)})")line");
}

TEST_CASE("SetVariableExact: what an expression cannot carry is refused") {
    const std::string mark = GENERATE("$", "{", "}", "=");
    check_refused(SetVariableExact{"A" + mark, "v"},
                  "EXEC: a name cannot have " + wire::shown(mark) + ": " + wire::shown("A" + mark));
    check_refused(SetVariableExact{"A", std::string("\0", 1)},
                  R"(EXEC: the value has a NUL at byte 0: "\x00")");
}

TEST_CASE("SetVariableExact: reply") {
    const SetVariableExact set{"X", "v"};
    CHECK_NOTHROW(result_of(set, "200 result=0"));
    check_failure(set, "200 result=-2", "AGIAppError", "not set");
    check_failure(set, "200 result=-1", "AGIAppError", "not set");
    check_failure(set, "200 result=1", "AGIAppError", "not set");
}

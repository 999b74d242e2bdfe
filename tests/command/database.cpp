// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/database.hpp>

#include <string>

using namespace agi;
using namespace checks;

TEST_CASE("DatabaseGet: request") {
    CHECK(DatabaseGet{"cidname", "5550100"}.request() == R"(DATABASE GET "cidname" "5550100")");
    CHECK(DatabaseGet{"a b", ""}.request() == R"(DATABASE GET "a b" "")");
}

TEST_CASE("DatabaseGet: reply") {
    auto [line, value] = GENERATE(table<std::string, std::string>({
        {"200 result=1 (v)", "v"},
        {"200 result=1 ()", ""},
        {"200 result=1 ())", ")"},
        {"200 result=1 (a b)", "a b"},
        {"200 result=1 (timeout)", "timeout"},
        {"200 result=1 (x) endpos=5)", "x) endpos=5"},
        {"200 result=1 (l1\nl2)", "l1\nl2"},
        {"200 result=1 (l1\n\n(l3)\n)", "l1\n\n(l3"},
        {"200 result=1 (\n)", "\n"},
        {"200 result=1 (a\r)", "a\r"},
        {"200 result=1 (\xff\xfe)", "\xff\xfe"},
    }));
    CAPTURE(line);
    CHECK(result_of(DatabaseGet{"f", "k"}, line) == value);
}

TEST_CASE("DatabaseGet: no value") {
    const DatabaseGet get{"f", "k"};
    check_failure(get, "200 result=0", "AGIDBError", "no such key");
    check_failure(get, "200 result=-1", "AGIDBError", "Asterisk is out of memory");
    check_unexpected(get, "200 result=1");
    check_unexpected(get, "200 result=1 text");
    check_unexpected(get, "200 result=2 (v)");
}

TEST_CASE("DatabasePut: request") {
    CHECK(DatabasePut{"f", "k", "a b"}.request() == R"(DATABASE PUT "f" "k" "a b")");
    CHECK(DatabasePut{"f", "k", ""}.request() == R"(DATABASE PUT "f" "k" "")");
    CHECK(DatabasePut{"f", "k", 42}.request() == R"(DATABASE PUT "f" "k" "42")");
    CHECK(DatabasePut{"f", "k", "a\rb", CarriageReturn::allow}.request() ==
          "DATABASE PUT \"f\" \"k\" \"a\rb\"");
}

TEST_CASE("DatabasePut: what a line cannot carry is refused") {
    check_refused(DatabasePut{"f", "k", "a\rb"},
                  R"(DATABASE PUT: argument 3 has a carriage return at byte 1: "a\rb")");
    check_refused(DatabasePut{"f", "k", "a\nb", CarriageReturn::allow},
                  R"(DATABASE PUT: argument 3 has a line feed at byte 1: "a\nb")");
    check_refused(DatabasePut{"f\n", "k", ""},
                  R"(DATABASE PUT: argument 1 has a line feed at byte 1: "f\n")");
    check_refused(DatabasePut{"f", "\r", "", CarriageReturn::allow},
                  R"(DATABASE PUT: argument 2 has a carriage return at byte 0: "\r")");
}

TEST_CASE("DatabasePut: reply") {
    const DatabasePut put{"f", "k", "v"};
    CHECK_NOTHROW(result_of(put, "200 result=1"));
    check_failure(put, "200 result=0", "AGIDBError", "not stored");
    check_unexpected(put, "200 result=-1");
}

TEST_CASE("DatabaseDel: request") {
    CHECK(DatabaseDel{"f", "k"}.request() == R"(DATABASE DEL "f" "k")");
}

TEST_CASE("DatabaseDel: reply") {
    const DatabaseDel del{"f", "k"};
    CHECK_NOTHROW(result_of(del, "200 result=1"));
    check_failure(del, "200 result=0", "AGIDBError", "not deleted");
    check_unexpected(del, "200 result=-1");
}

TEST_CASE("DatabaseDeltree: request") {
    CHECK(DatabaseDeltree{"f"}.request() == R"(DATABASE DELTREE "f")");
    CHECK(DatabaseDeltree{"f", "k/l"}.request() == R"(DATABASE DELTREE "f" "k/l")");
    CHECK(DatabaseDeltree{"f", ""}.request() == R"(DATABASE DELTREE "f" "")");
}

TEST_CASE("DatabaseDeltree: the whole database only on purpose") {
    const std::string why =
        "DATABASE DELTREE: an empty family is the whole database: set whole_database";
    check_refused(DatabaseDeltree{""}, why);
    check_refused(DatabaseDeltree{"", "k"}, why);
    CHECK(DatabaseDeltree{"", {}, true}.request() == R"(DATABASE DELTREE "")");
    CHECK(DatabaseDeltree{"f", {}, true}.request() == R"(DATABASE DELTREE "f")");
}

TEST_CASE("DatabaseDeltree: 0 says that something was deleted") {
    const DatabaseDeltree tree{"f"};
    CHECK(result_of(tree, "200 result=0"));
    CHECK_FALSE(result_of(tree, "200 result=1"));
    check_unexpected(tree, "200 result=-1");
    check_unexpected(tree, "200 result=2");
}

TEST_CASE("DatabaseGetExact: request") {
    CHECK(
        DatabaseGetExact{"f", "k"}.request() ==
        R"line(GET FULL VARIABLE "${URIENCODE(%)}${DB_EXISTS(f/k)}${URIENCODE(${DB(f/k)})}")line");
}

TEST_CASE("DatabaseGetExact, DatabasePutExact: a name that is more than a name is refused") {
    const std::string mark = GENERATE("$", "{", "}", "=", ",", "(", ")", "[", "]", "\"", "\\");
    const std::string why =
        ": a name cannot have " + wire::shown(mark) + ": " + wire::shown("a" + mark + "b");
    check_refused(DatabaseGetExact{"a" + mark + "b", "k"}, "GET FULL VARIABLE" + why);
    check_refused(DatabaseGetExact{"f", "a" + mark + "b"}, "GET FULL VARIABLE" + why);
    check_refused(DatabasePutExact{"a" + mark + "b", "k", ""}, "EXEC" + why);
    check_refused(DatabasePutExact{"f", "a" + mark + "b", ""}, "EXEC" + why);
}

TEST_CASE("DatabaseGetExact: reply") {
    auto [line, value] = GENERATE(table<std::string, std::string>({
        {"200 result=1 (%251v)", "v"},
        {"200 result=1 (%251)", ""},
        {"200 result=1 (%2511)", "1"},
        {"200 result=1 (%251a%0Ab%29)", "a\nb)"},
        {"200 result=1 (%251%25%2541)", "%%41"},
        {"200 result=1 (%251a+b)", "a+b"},
        {"200 result=1 (%251'(x)*!)", "'(x)*!"},
    }));
    CAPTURE(line);
    CHECK(result_of(DatabaseGetExact{"f", "k"}, line) == value);
}

TEST_CASE("DatabaseGetExact: no value") {
    const DatabaseGetExact get{"f", "k"};
    check_failure(get, "200 result=1 (%250)", "AGIDBError", "no such key");
    check_failure(get, "200 result=1 (%25)", "AGIAppError", "Asterisk has no DB_EXISTS");
    check_failure(get, "200 result=1 ()", "AGIAppError", "Asterisk has no URIENCODE");
    check_failure(get, "200 result=1 (1)", "AGIAppError", "Asterisk has no URIENCODE");
    check_failure(get, "200 result=0", "AGIAppError", "no such channel");
    check_unexpected(get, "200 result=1");
    check_unexpected(get, "200 result=-1");
}

TEST_CASE("DatabasePutExact: request") {
    CHECK(DatabasePutExact{"f", "k", "a\nb)%"}.request() ==
          R"line(EXEC "Exec" "Set(DB(f/k)=${URIDECODE(a%0Ab%29%25)})")line");
    CHECK(DatabasePutExact{"f", "k", 42}.request() ==
          R"line(EXEC "Exec" "Set(DB(f/k)=${URIDECODE(42)})")line");
}

TEST_CASE("DatabasePutExact: a NUL is refused") {
    check_refused(DatabasePutExact{"f", "k", std::string("a\0b", 3)},
                  R"(EXEC: the value has a NUL at byte 1: "a\x00b")");
}

TEST_CASE("DatabasePutExact: reply") {
    const DatabasePutExact put{"f", "k", "v"};
    CHECK_NOTHROW(result_of(put, "200 result=0"));
    check_failure(put, "200 result=-2", "AGIAppError", "not stored");
    check_failure(put, "200 result=-1", "AGIAppError", "not stored");
    check_failure(put, "200 result=1", "AGIAppError", "not stored");
}

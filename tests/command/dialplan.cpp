// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/dialplan.hpp>

#include <limits>
#include <string>

using namespace agi;
using namespace checks;

TEST_CASE("Exec: request") {
    CHECK(Exec{"Answer"}.request() == R"(EXEC "Answer")");
    CHECK(Exec{"Answer", ""}.request() == R"(EXEC "Answer")");
    CHECK(Exec{"Dial", "PJSIP/100,30"}.request() == R"(EXEC "Dial" "PJSIP/100,30")");
    CHECK(Exec{"Set", R"(X="a b")"}.request() == R"(EXEC "Set" "X=\"a b\"")");
}

TEST_CASE("Exec: reply") {
    auto [line, number] = GENERATE(table<std::string, int>({
        {"200 result=0", 0},
        {"200 result=1", 1},
        {"200 result=2", 2},
        {"200 result=3", 3},
        {"200 result=49", 49},
        {"200 result=2147483647", 2147483647},
        {"200 result=-1", -1},
        {"200 result=-3", -3},
        {"200 result=-2147483648", std::numeric_limits<int>::min()},
    }));
    CAPTURE(line);
    CHECK(result_of(Exec{"Odd"}, line) == number);
}

TEST_CASE("Exec: there is no such application") {
    check_failure(Exec{"NoSuchApp"}, "200 result=-2", "AGIAppError", "no such application");
    check_unexpected(Exec{"Odd"}, "200 result=2147483648");
}

TEST_CASE("dialplan_options: joined by commas, marks escaped") {
    CHECK(dialplan_options() == "");
    CHECK(dialplan_options("") == "");
    CHECK(dialplan_options("", "") == ",");
    CHECK(dialplan_options("PJSIP/100", 30, "tT") == "PJSIP/100,30,tT");
    CHECK(dialplan_options("a,b", R"(c"d\e)", "(f)[g]") == R"(a\,b,c\"d\\e,\(f\)\[g\])");
    CHECK(dialplan_options("a b", "${X}") == "a b,${X}");
    CHECK(Exec{"Dial", dialplan_options("a\\b")}.request() == R"(EXEC "Dial" "a\\\\b")");
}

TEST_CASE("Gosub: request") {
    CHECK(Gosub{"sub", "s", 1}.request() == R"(GOSUB "sub" "s" "1")");
    CHECK(Gosub{"sub", "s", "start"}.request() == R"(GOSUB "sub" "s" "start")");
    CHECK(Gosub{"sub", "s", 1, "a,b"}.request() == R"(GOSUB "sub" "s" "1" "a,b")");
    CHECK(Gosub{"sub", "s", 1, ""}.request() == R"(GOSUB "sub" "s" "1" "")");
}

TEST_CASE("Gosub: reply") {
    const Gosub gosub{"sub", "s", 1};
    CHECK_NOTHROW(result_of(gosub, "200 result=0 Gosub complete"));
    CHECK_NOTHROW(result_of(gosub, "100 result=0 Trying...\n200 result=0 Gosub complete"));
    CHECK_NOTHROW(result_of(gosub, "200 result=0"));
    check_failure(gosub, "200 result=0 Gosub complete (abnormal exit)", "AGIAppError",
                  "ended without a Return");
    check_failure(gosub, "200 result=-1 Gosub label not found", "AGIAppError", "not run");
    check_failure(gosub, "200 result=-1 Gosub failed", "AGIAppError", "not run");
    check_failure(gosub, "200 result=1 Gosub failed", "AGIAppError", "not run");
    const std::string unable = "Asterisk could not run the command";
    check_failure(gosub, "503 result=-2 Memory allocation failure", "AGIAppError", unable);
    check_failure(gosub, "503 result=-2 Gosub is not loaded", "AGIAppError", unable);
    check_unexpected(gosub, "200 result= Gosub complete");
}

TEST_CASE("SetContext, SetExtension: request and reply") {
    CHECK(SetContext{"agi"}.request() == R"(SET CONTEXT "agi")");
    CHECK(SetExtension{"s"}.request() == R"(SET EXTENSION "s")");
    CHECK_NOTHROW(result_of(SetContext{"agi"}, "200 result=0"));
    CHECK_NOTHROW(result_of(SetExtension{"s"}, "200 result=0"));
    check_failure(SetContext{"agi"}, "200 result=-1", "AGIAppError", "not set");
    check_failure(SetExtension{"s"}, "200 result=-1", "AGIAppError", "not set");
    check_unexpected(SetContext{"agi"}, "200 result=1");
    check_unexpected(SetExtension{"s"}, "200 result=1");
}

TEST_CASE("SetPriority: request") {
    CHECK(SetPriority{1}.request() == R"(SET PRIORITY "1")");
    CHECK(SetPriority{"start"}.request() == R"(SET PRIORITY "start")");
}

TEST_CASE("SetPriority: reply") {
    CHECK_NOTHROW(result_of(SetPriority{1}, "200 result=0"));
    check_failure(SetPriority{"nolabel"},
                  "520 Invalid command syntax.  Proper usage not available.", "AGIUsageError",
                  "wrong arguments");
    check_unexpected(SetPriority{1}, "200 result=1");
}

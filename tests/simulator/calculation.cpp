// SPDX-License-Identifier: MIT
// The expressions of the dialplan on the simulated Asterisk. What they come to was seen on Asterisk 22.

#include "catch.hpp"
#include <agi/testing/asterisk.hpp>

#include <string>

using namespace agi::testing;

namespace {

struct Case {
    const char* expression;
    const char* value;
};

std::string value(const char* expression) {
    Asterisk asterisk;
    asterisk.channel.variables = {{"A", "5"}, {"B", "a b"}, {"EMPTY", ""}};
    return evaluated(asterisk, expression);
}

}  // namespace

TEST_CASE("$[...]: numbers") {
    const auto [expression, expected] = GENERATE(
        Case{"$[1 + 2 * 3]", "7"}, Case{"$[(1+2)*3]", "9"}, Case{"$[7/2]", "3.5"},
        Case{"$[1/3]", "0.333333333333333333"}, Case{"$[7.5 % 2]", "1.5"}, Case{"$[-5 % 3]", "-2"},
        Case{"$[10 - 3 - 2]", "5"}, Case{"$[100 / 10 / 2]", "5"}, Case{"$[2--3]", "5"},
        Case{"$[2*-3]", "-6"}, Case{"$[-2 * 3]", "-6"}, Case{"$[--1]", "1"},
        Case{"$[0 * -1]", "-0"}, Case{"$[2147483647 + 1]", "2147483648"},
        Case{"$[1000000 * 1000000]", "1000000000000"}, Case{"$[9999999999999999999 + 0]", "1e+19"},
        Case{"$[0.1 + 0.2]", "0.3"}, Case{"$[0.00001 + 0]", "1e-05"}, Case{"$[1.50]", "1.50"},
        Case{"$[1.50 + 0]", "1.5"}, Case{"$[007]", "007"}, Case{"$[01 + 1]", "2"},
        Case{"$[5/0]", "2147483647"}, Case{"$[5%0]", "0"}, Case{"$[07 - abc]", "7"},
        Case{"$[1.0 | 2]", "1"}, Case{"$[0 | 07]", "07"});
    CAPTURE(expression);
    CHECK(value(expression) == expected);
}

TEST_CASE("$[...]: what is no number is left out, or makes a 0") {
    const auto [expression, expected] = GENERATE(
        Case{"$[a + 1]", "1"}, Case{"$[1 + a]", "1"}, Case{"$[a + b]", "0"}, Case{"$[1 - a]", "1"},
        Case{"$[a - 1]", "-1"}, Case{"$[a * 2]", "0"}, Case{"$[2 / a]", "2147483647"},
        Case{"$[a / 2]", "0"}, Case{"$[2 % a]", "0"}, Case{"$[\"5\" + 2]", "2"},
        Case{"$[1e3 + 1]", "1"}, Case{"$[.5 + 1]", "1"}, Case{"$[5. + 1]", "1"},
        Case{"$[1.2.3 + 1]", "1"}, Case{"$[12abc + 1]", "1"}, Case{"$[-a]", "0"});
    CAPTURE(expression);
    CHECK(value(expression) == expected);
}

TEST_CASE("$[...]: comparisons, of numbers or of texts with their quotes") {
    const auto [expression, expected] =
        GENERATE(Case{"$[1 = 1.0]", "1"}, Case{"$[1==1]", "1"}, Case{"$[1 != 2]", "1"},
                 Case{"$[10 > 9]", "1"}, Case{"$[\"10\" > \"9\"]", "0"}, Case{"$[10 >= 10]", "1"},
                 Case{"$[10 <= 9]", "0"}, Case{"$[1 < 2]", "1"}, Case{"$[\"1\" = 1]", "0"},
                 Case{"$[a = a]", "1"}, Case{"$[a = \"a\"]", "0"}, Case{"$[\"a\" < \"b\"]", "1"},
                 Case{"$[B > a]", "0"}, Case{"$[1 < 2 < 3]", "1"}, Case{"$[1+1 = 2]", "1"},
                 Case{"$[(1+1) = \"2\"]", "0"}, Case{"$[\"\" = 0]", "0"}, Case{"$[- 2 = -2]", "1"},
                 Case{"$[1=-1]", "0"});
    CAPTURE(expression);
    CHECK(value(expression) == expected);
}

TEST_CASE("$[...]: logic") {
    const auto [expression, expected] = GENERATE(
        Case{"$[1 & 2]", "1"}, Case{"$[0 & 2]", "0"}, Case{"$[3 | 2]", "3"}, Case{"$[0 | 2]", "2"},
        Case{"$[0||2]", "2"}, Case{"$[1&&0]", "0"}, Case{"$[1 | 0 & 0]", "1"},
        Case{"$[\"\" | b]", "\"\""}, Case{"$[\"0\" | 5]", "\"0\""}, Case{"$[0.0 | 3]", "3"},
        Case{"$[a | b]", "a"}, Case{"$[!1]", "0"}, Case{"$[!0]", "1"}, Case{"$[!a]", "1"},
        Case{"$[!12abc]", "0"}, Case{"$[!0.5]", "0"}, Case{"$[!1 + 5]", "5"},
        Case{"$[! 1 = 0]", "1"}, Case{"$[!(1 = 2)]", "1"}, Case{"$[1 ? yes :: no]", "yes"},
        Case{"$[0 ? yes :: no]", "no"}, Case{"$[\"\" ? yes :: no]", "no"},
        Case{"$[\"0\" ? yes :: no]", "yes"}, Case{"$[a ? 1 + 1 :: 2 + 2]", "2"},
        Case{"$[1 ? 1 :: 0 ? 2 :: 3]", "2"}, Case{"$[1 ? 1 ? a :: b :: c]", "a"},
        Case{"$[0 & 1 ? a :: b]", "b"}, Case{"$[a~~b]", "ab"}, Case{"$[\"a b\" ~~ \"c\"]", "a bc"},
        Case{"$[2 * 3 ~~ 4]", "68"}, Case{"$[-2 ~~ 3]", "-23"});
    CAPTURE(expression);
    CHECK(value(expression) == expected);
}

TEST_CASE("$[...]: what cannot be read") {
    const auto [expression, expected] =
        GENERATE(Case{"$[]", ""}, Case{"$[= 1]", ""}, Case{"$[+5]", ""}, Case{"$[*]", ""},
                 Case{"$[1 +]", "0"}, Case{"$[(1]", "0"}, Case{"$[()]", "0"}, Case{"$[1 ? 2]", "0"},
                 Case{"$[1)]", "1"}, Case{"$[1 2]", "1"}, Case{"$[x y]", "x"}, Case{"$[a,b]", "a"},
                 Case{"$[a{b]", "a"}, Case{"$[\"unterminated]", "unterminated"},
                 Case{"$[\"a\"b]", "\"a\""}, Case{"$[a<>b]", "0"}, Case{"$[a~~~b]", "ab"},
                 Case{"$[[1]]", "1"}, Case{"$[1;2]", "1;2"}, Case{"$[1+1 x", "2"});
    CAPTURE(expression);
    CHECK(value(expression) == expected);
}

TEST_CASE("$[...]: variables and functions around and inside") {
    const auto [expression, expected] = GENERATE(
        Case{"$[${A} + 1]", "6"}, Case{"x$[1+2]y$[3+4]", "x3y7"}, Case{"$[1 + $[2 + 3]]", "6"},
        Case{"$[\"${EMPTY}\" = \"\"]", "1"}, Case{"$[\"${B}\" = \"a b\"]", "1"},
        Case{"${LEN($[100+1])}", "3"}, Case{"${IF($[${A}=5]?yes:no)}", "yes"},
        Case{"${B:$[1 + 1]}", "b"}, Case{"$[a]b]", "ab]"});
    CAPTURE(expression);
    CHECK(value(expression) == expected);
}

TEST_CASE("$[...]: functions are not simulated, and say so") {
    CHECK_THROWS_AS(value("$[FLOOR(1.5)]"), NotSimulated);
}

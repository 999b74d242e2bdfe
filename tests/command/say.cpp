// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/say.hpp>
#include <agi/command/say_time.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

namespace {

std::chrono::system_clock::time_point at(std::chrono::system_clock::duration since_1970) {
    return std::chrono::system_clock::time_point{since_1970};
}

/// What every SAY command makes of a reply.
template <class Command>
void check_said(const Command& command) {
    CHECK(result_of(command, "200 result=0") == std::nullopt);
    for (const char key : std::string{"0123456789*#ABCD"}) {
        CHECK(result_of(command, "200 result=" + std::to_string(key)) == key);
    }
    check_failure(command, "200 result=-1", "AGIAppError",
                  "not said: a sound is missing, or the channel hung up");
    check_unexpected(command, "200 result=1");
    check_unexpected(command, "200 result=69");
    check_unexpected(command, "200 result=-2");
}

}  // namespace

TEST_CASE("SayAlpha, SayDigits, SayNumber, SayPhonetic, SayDate, SayTime, SayDatetime: reply") {
    check_said(SayAlpha{"abc"});
    check_said(SayDigits{"123"});
    check_said(SayNumber{42});
    check_said(SayPhonetic{"abc"});
    check_said(SayDate{at(0s)});
    check_said(SayTime{at(0s)});
    check_said(SayDatetime{at(0s)});
}

TEST_CASE("SayAlpha: request") {
    CHECK(SayAlpha{"a b"}.request() == R"(SAY ALPHA "a b" "")");
    CHECK(SayAlpha{"", "12#"}.request() == R"(SAY ALPHA "" "12#")");
    CHECK(SayAlpha{"a", "", SayCase::none}.request() == R"(SAY ALPHA "a" "" "n")");
    CHECK(SayAlpha{"a", "", SayCase::lower}.request() == R"(SAY ALPHA "a" "" "l")");
    CHECK(SayAlpha{"a", "", SayCase::upper}.request() == R"(SAY ALPHA "a" "" "u")");
    CHECK(SayAlpha{"a", "", SayCase::all}.request() == R"(SAY ALPHA "a" "" "a")");
}

TEST_CASE("SayAlpha: a case needs Asterisk 12") {
    CHECK_NOTHROW(SayAlpha{"a"}.check_server(ServerVersion{11}));
    const SayAlpha say{"a", "", SayCase::all};
    CHECK_NOTHROW(say.check_server(ServerVersion{12}));
    CHECK_NOTHROW(say.check_server(ServerVersion{}));
    const auto error = thrown_by([&] { say.check_server(ServerVersion{11}); });
    CHECK(error.type == "AGIArgumentError");
    CHECK(error.what == "SAY ALPHA: say_case needs Asterisk 12");
}

TEST_CASE("SayDigits: request") {
    CHECK(SayDigits{"007"}.request() == R"(SAY DIGITS "007" "")");
    CHECK(SayDigits{"1*2#", "#"}.request() == R"(SAY DIGITS "1*2#" "#")");
    CHECK(SayDigits{"-5"}.request() == R"(SAY DIGITS "-5" "")");
    CHECK(SayDigits{"123456789012345678901234567890"}.request() ==
          R"(SAY DIGITS "123456789012345678901234567890" "")");
}

TEST_CASE("SayDigits: what Asterisk refuses is refused") {
    const std::string digits = GENERATE("", "*12", "#", "abc", "-", "--1", "-a", " 1");
    check_refused(SayDigits{digits},
                  "SAY DIGITS: digits does not begin with a number: " + wire::shown(digits));
}

TEST_CASE("SayNumber: request") {
    CHECK(SayNumber{}.request() == R"(SAY NUMBER 0 "")");
    CHECK(SayNumber{42, "12"}.request() == R"(SAY NUMBER 42 "12")");
    CHECK(SayNumber{-2147483648}.request() == R"(SAY NUMBER -2147483648 "")");
    CHECK(SayNumber{2147483647}.request() == R"(SAY NUMBER 2147483647 "")");
    CHECK(SayNumber{1, "", Gender::feminine}.request() == R"(SAY NUMBER 1 "" "f")");
    CHECK(SayNumber{1, "", Gender::masculine}.request() == R"(SAY NUMBER 1 "" "m")");
    CHECK(SayNumber{1, "", Gender::neuter}.request() == R"(SAY NUMBER 1 "" "n")");
    CHECK(SayNumber{1, "", Gender::common}.request() == R"(SAY NUMBER 1 "" "c")");
}

TEST_CASE("SayPhonetic: request") {
    CHECK(SayPhonetic{"ab 1"}.request() == R"(SAY PHONETIC "ab 1" "")");
    CHECK(SayPhonetic{"", "0"}.request() == R"(SAY PHONETIC "" "0")");
}

TEST_CASE("SayDate, SayTime: request") {
    CHECK(SayDate{at(0s)}.request() == R"(SAY DATE 0 "")");
    CHECK(SayTime{at(0s), "#"}.request() == R"(SAY TIME 0 "#")");
    CHECK(SayDate{at(1700000000s), "A"}.request() == R"(SAY DATE 1700000000 "A")");
    CHECK(SayTime{at(1999ms)}.request() == R"(SAY TIME 1 "")");
    CHECK(SayTime{at(-1s)}.request() == R"(SAY TIME -1 "")");
    CHECK(SayTime{at(-1ms)}.request() == R"(SAY TIME -1 "")");
    CHECK(SayTime{at(-1001ms)}.request() == R"(SAY TIME -2 "")");
}

TEST_CASE("SayDate, SayTime: 32 bits") {
    CHECK(SayDate{at(2147483647s)}.request() == R"(SAY DATE 2147483647 "")");
    CHECK(SayTime{at(-2147483648s)}.request() == R"(SAY TIME -2147483648 "")");
    const std::string range = ", not -2147483648 to 2147483647";
    check_refused(SayDate{at(2147483648s)}, "SAY DATE: time is 2147483648" + range);
    check_refused(SayDate{at(-2147483649s)}, "SAY DATE: time is -2147483649" + range);
    check_refused(SayTime{at(2147483648s)}, "SAY TIME: time is 2147483648" + range);
    check_refused(SayTime{at(-2147483648s - 1ms)}, "SAY TIME: time is -2147483649" + range);
}

TEST_CASE("SayDate, SayTime, SayDatetime: the present by default") {
    const auto seconds = [](const wire::Request& request) {
        const std::string text{request.view()};
        const std::size_t begin = text.find_first_of("0123456789");
        return std::stoll(text.substr(begin));
    };
    const long long before = wire::unix_seconds(std::chrono::system_clock::now());
    const long long said[] = {seconds(SayDate{}.request()), seconds(SayTime{}.request()),
                              seconds(SayDatetime{}.request())};
    const long long after = wire::unix_seconds(std::chrono::system_clock::now());
    for (const long long time : said) {
        CHECK(time >= before);
        CHECK(time <= after);
    }
}

TEST_CASE("SayDatetime: request") {
    CHECK(SayDatetime{at(0s)}.request() == R"(SAY DATETIME 0 "")");
    CHECK(SayDatetime{at(4102444800s), "#"}.request() == R"(SAY DATETIME 4102444800 "#")");
    CHECK(SayDatetime{at(0s), "", "IMp"}.request() == R"(SAY DATETIME 0 "" "IMp")");
    CHECK(SayDatetime{at(0s), "", "", "UTC"}.request() == R"(SAY DATETIME 0 "" "" "UTC")");
    CHECK(SayDatetime{at(0s), "", "HM", "Europe/Berlin"}.request() ==
          R"(SAY DATETIME 0 "" "HM" "Europe/Berlin")");
}

TEST_CASE("SayDatetime: a zone alone brings the default format") {
    CHECK(SayDatetime{at(0s), "", {}, "UTC"}.request() ==
          R"(SAY DATETIME 0 "" "ABdY 'digits/at' IMp" "UTC")");
}

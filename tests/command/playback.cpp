// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/playback.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

TEST_CASE("StreamFile: request") {
    CHECK(StreamFile{"hello"}.request() == R"(STREAM FILE "hello" "")");
    CHECK(StreamFile{"hello", "12#"}.request() == R"(STREAM FILE "hello" "12#")");
    CHECK(StreamFile{"hello", "", SampleOffset{8000}}.request() ==
          R"(STREAM FILE "hello" "" 8000)");
    CHECK(StreamFile{"hello", "", SampleOffset{0}}.request() == R"(STREAM FILE "hello" "" 0)");
    CHECK(StreamFile{"a b/\"c\""}.request() == R"(STREAM FILE "a b/\"c\"" "")");
    check_refused(StreamFile{"a\nEXEC System x"},
                  R"(STREAM FILE: argument 1 has a line feed at byte 1: "a\nEXEC System x")");
}

TEST_CASE("StreamFile: reply") {
    auto [line, digit, endpos] = GENERATE(table<std::string, std::optional<char>, long long>({
        {"200 result=0 endpos=33560", std::nullopt, 33560},
        {"200 result=0 endpos=0", std::nullopt, 0},
        {"200 result=35 endpos=8000", '#', 8000},
        {"200 result=48 endpos=0", '0', 0},
        {"200 result=68 endpos=9223372036854775807", 'D', 9223372036854775807},
    }));
    CAPTURE(line);
    const auto got = result_of(StreamFile{"hello"}, line);
    CHECK(got.digit == digit);
    CHECK(got.endpos.samples == endpos);
    CHECK_FALSE(got.stopped);
}

TEST_CASE("StreamFile: stopped without a reply") {
    const auto got = StreamFile::when_stopped();
    CHECK(got.stopped);
    CHECK(got.digit == std::nullopt);
    CHECK(got.endpos == SampleOffset{0});
}

TEST_CASE("StreamFile: not played") {
    const std::string why = "the file cannot be played, or the channel hung up";
    check_failure(StreamFile{"nofile"}, "200 result=-1 endpos=0", "AGIAppError", why);
    check_failure(StreamFile{"hello"}, "200 result=-1 endpos=12000", "AGIAppError", why);
    check_unexpected(StreamFile{"a"}, "200 result=0");
    check_unexpected(StreamFile{"a"}, "200 result=0 endpos=");
    check_unexpected(StreamFile{"a"}, "200 result=0 endpos=abc");
    check_unexpected(StreamFile{"a"}, "200 result=0 endpos=99999999999999999999");
    check_unexpected(StreamFile{"a"}, "200 result=abc endpos=0");
    check_unexpected(StreamFile{"a"}, "200 result= endpos=0");
    check_unexpected(StreamFile{"a"}, "200 result=1 endpos=0");
}

TEST_CASE("ControlStreamFile: request") {
    CHECK(ControlStreamFile{"m"}.request() == R"(CONTROL STREAM FILE "m" "")");
    CHECK(ControlStreamFile{"m:end", "0"}.request() == R"(CONTROL STREAM FILE "m:end" "0")");
    CHECK(ControlStreamFile{"m", "", 5s}.request() == R"(CONTROL STREAM FILE "m" "" 5000)");
}

TEST_CASE("ControlStreamFile: words in front of one that is set have Asterisk's defaults") {
    ControlStreamFile play{"m", "0"};
    SECTION("forward") {
        play.forward = '6';
        CHECK(play.request() == R"(CONTROL STREAM FILE "m" "0" 3000 "6")");
    }
    SECTION("rewind") {
        play.rewind = '4';
        CHECK(play.request() == R"(CONTROL STREAM FILE "m" "0" 3000 "#" "4")");
    }
    SECTION("pause") {
        play.pause = '5';
        CHECK(play.request() == R"(CONTROL STREAM FILE "m" "0" 3000 "#" "*" "5")");
    }
    SECTION("offset") {
        play.offset = 1500ms;
        CHECK(play.request() == R"(CONTROL STREAM FILE "m" "0" 3000 "#" "*" "" 1500)");
    }
    SECTION("negative offset") {
        play.offset = -2s;
        CHECK(play.request() == R"(CONTROL STREAM FILE "m" "0" 3000 "#" "*" "" -2000)");
    }
    SECTION("all") {
        play = {"m", "0", 1s, '6', '4', '5', 0ms};
        CHECK(play.request() == R"(CONTROL STREAM FILE "m" "0" 1000 "6" "4" "5" 0)");
    }
}

TEST_CASE("ControlStreamFile: no_key switches a control off") {
    CHECK(ControlStreamFile{"m", "#*", {}, no_key, no_key}.request() ==
          R"(CONTROL STREAM FILE "m" "#*" 3000 "-" "-")");
    CHECK(ControlStreamFile{"m", "", {}, {}, {}, no_key}.request() ==
          R"(CONTROL STREAM FILE "m" "" 3000 "#" "*" "-")");
}

TEST_CASE("ControlStreamFile: a control key that is none is refused") {
    check_refused(ControlStreamFile{"m", "", {}, 'x'},
                  R"(CONTROL STREAM FILE: forward is no key: "x")");
    check_refused(ControlStreamFile{"m", "", {}, {}, ' '},
                  R"(CONTROL STREAM FILE: rewind is no key: " ")");
    check_refused(ControlStreamFile{"m", "", {}, {}, {}, '\n'},
                  R"(CONTROL STREAM FILE: pause is no key: "\n")");
}

TEST_CASE("ControlStreamFile: an escape digit that is a control key is refused") {
    const std::string head = "CONTROL STREAM FILE: escape_digits has ";
    const std::string tail = " key and so never stops the file";
    check_refused(ControlStreamFile{"m", "12#"}, head + "#, which is the forward" + tail);
    check_refused(ControlStreamFile{"m", "*"}, head + "*, which is the rewind" + tail);
    check_refused(ControlStreamFile{"m", "5", {}, {}, {}, '5'},
                  head + "5, which is the pause" + tail);
    check_refused(ControlStreamFile{"m", "6", {}, '6'}, head + "6, which is the forward" + tail);
    CHECK_NOTHROW(ControlStreamFile{"m", "#", {}, '6'}.request());
}

TEST_CASE("ControlStreamFile: an offset needs Asterisk 12") {
    ControlStreamFile play{"m"};
    CHECK_NOTHROW(play.check_server(ServerVersion{11}));
    play.offset = 1s;
    CHECK_NOTHROW(play.check_server(ServerVersion{12}));
    CHECK_NOTHROW(play.check_server(ServerVersion{}));
    const auto error = thrown_by([&] { play.check_server(ServerVersion{11, 25}); });
    CHECK(error.type == "AGIArgumentError");
    CHECK(error.what == "CONTROL STREAM FILE: offset needs Asterisk 12");
}

TEST_CASE("ControlStreamFile: reply") {
    using Time = std::optional<std::chrono::milliseconds>;
    auto [line, digit, end_of_file, endpos] =
        GENERATE(table<std::string, std::optional<char>, bool, Time>({
            {"200 result=0 endpos=-1", std::nullopt, true, std::nullopt},
            {"200 result=48 endpos=4200", '0', false, 4200ms},
            {"200 result=48 endpos=-1", '0', false, std::nullopt},
            {"200 result=0 endpos=4200", std::nullopt, false, 4200ms},
            {"200 result=0 endpos=0", std::nullopt, false, 0ms},
            {"200 result=0", std::nullopt, true, std::nullopt},
            {"200 result=48", '0', false, std::nullopt},
        }));
    CAPTURE(line);
    const auto got = result_of(ControlStreamFile{"m", "0"}, line);
    CHECK(got.digit == digit);
    CHECK(got.end_of_file == end_of_file);
    CHECK(got.endpos == endpos);
}

TEST_CASE("ControlStreamFile: not played") {
    const std::string why = "not played, or the channel hung up";
    check_failure(ControlStreamFile{"nofile"}, "200 result=-1 endpos=-1", "AGIAppError", why);
    check_failure(ControlStreamFile{"m"}, "200 result=-1 endpos=4200", "AGIAppError", why);
    check_failure(ControlStreamFile{"m"}, "200 result=-1", "AGIAppError", why);
    check_unexpected(ControlStreamFile{"m"}, "200 result=1 endpos=0");
    check_unexpected(ControlStreamFile{"m"}, "200 result=0 endpos=x");
    check_unexpected(ControlStreamFile{"m"}, "200 result=0 text");
}

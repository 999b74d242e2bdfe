// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/testing/dialogue.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace agi;
using testing::DialogueLine;
using testing::parse_dialogue;
using Kind = DialogueLine::Kind;

namespace {

/// The dialogue as text, with `...` where a line was cut.
std::string shown(std::string_view text) {
    std::string out;
    for (const DialogueLine& line : parse_dialogue(text)) {
        out += testing::mark(line.kind) + line.text + (line.complete ? "|" : "...|");
    }
    return out;
}

}  // namespace

TEST_CASE("parse_dialogue: the four kinds of lines") {
    const std::vector<DialogueLine> lines =
        parse_dialogue("# a remark\n<< agi_request: x\n<<\n>> NOOP\n!! SIGHUP\n");
    REQUIRE(lines.size() == 5);
    CHECK(lines[0].kind == Kind::remark);
    CHECK(lines[0].text == "a remark");
    CHECK(lines[1].kind == Kind::received);
    CHECK(lines[1].text == "agi_request: x");
    CHECK(lines[2].kind == Kind::received);
    CHECK(lines[2].text.empty());
    CHECK(lines[3].kind == Kind::sent);
    CHECK(lines[3].text == "NOOP");
    CHECK(lines[4].kind == Kind::event);
    CHECK(lines[4].text == "SIGHUP");
    for (const DialogueLine& line : lines) CHECK(line.complete);
}

TEST_CASE("parse_dialogue: how lines are written") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {"\n\n  \n\t\n", ""},
        {"   >> NOOP", ">> NOOP|"},
        {"\t<< 200 result=0", "<< 200 result=0|"},
        {">>NOOP", ">> NOOP|"},
        {">>  NOOP ", ">>  NOOP |"},
        {"<<", "<< |"},
        {"<< ", "<< |"},
        {"#", "# |"},
        {"#x", "# x|"},
        {R"(# not \an escape)", R"(# not \an escape|)"},
        {R"(<< \"a\\b\" \x41\t\r)", "<< \"a\\b\" A\t\r|"},
        {R"(<< 200 result=1 (a\nb))", "<< 200 result=1 (a\nb)|"},
        {">> a\r\n<< b", ">> a\r|<< b|"},
    }));
    CAPTURE(text);
    CHECK(shown(text) == expected);
}

TEST_CASE("parse_dialogue: a recording says where each line ends") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {R"(>> NOOP\n
            << 200 result=0\n)",
         ">> NOOP|<< 200 result=0|"},
        {R"(<< \n)", "<< |"},
        {R"(>> NOOP\n
            << 200 resu)",
         ">> NOOP|<< 200 resu...|"},
        {R"(>> NOOP\n
            << 200 resu
            << lt=0\n)",
         ">> NOOP|<< 200 result=0|"},
        {R"(<< 200
            >> NOOP\n)",
         "<< 200...|>> NOOP|"},
        {R"(<< a
            << b
            << c\n
            << d\n)",
         "<< abc|<< d|"},
        {R"(<< a\n
            << b
            !! the end)",
         "<< a|<< b...|!! the end|"},
        {R"(# remark
            << a\n)",
         "# remark|<< a|"},
        {R"(<< a
            # remark
            << b\n
            << c\n)",
         "<< ab|# remark|<< c|"},
    }));
    CAPTURE(text);
    CHECK(shown(text) == expected);
}

TEST_CASE("parse_dialogue: without a line feed in it, every line is whole") {
    CHECK(shown("<< a\n<< b\n>> c\n>> d\n") == "<< a|<< b|>> c|>> d|");
    CHECK(shown("!! event\\n\n<< a\n<< b") == "!! event|<< a|<< b|");
}

TEST_CASE("parse_dialogue: refuses what is not a dialogue, and says where") {
    const auto [text, message] = GENERATE(table<std::string, std::string>({
        {"NOOP", "dialogue, line 1: begins with none of >> << !! #: NOOP"},
        {"\n>> a\n\n  > b\n", "dialogue, line 4: begins with none of >> << !! #: > b"},
        {"<", "dialogue, line 1: begins with none of >> << !! #: <"},
        {"<> x", "dialogue, line 1: begins with none of >> << !! #: <> x"},
        {R"(<< \q)", R"(dialogue, line 1: unknown escape: << \q)"},
        {">> ok\n<< \\x4", R"(dialogue, line 2: unknown escape: << \x4)"},
        {R"(>> trailing \)", R"(dialogue, line 1: unknown escape: >> trailing \)"},
    }));
    CAPTURE(text);
    CHECK_THROWS_AS(parse_dialogue(text), std::invalid_argument);
    CHECK_THROWS_WITH(parse_dialogue(text), message);
}

TEST_CASE("mark: what stands in front of a line") {
    CHECK(std::string{testing::mark(Kind::sent)} == ">> ");
    CHECK(std::string{testing::mark(Kind::received)} == "<< ");
    CHECK(std::string{testing::mark(Kind::event)} == "!! ");
    CHECK(std::string{testing::mark(Kind::remark)} == "# ");
}

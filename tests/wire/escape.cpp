// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/unescape.hpp>

#include <optional>
#include <string>
#include <string_view>

using namespace agi;

TEST_CASE("escaped: shows each byte that a quoted string could not") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {"plain text 0-9 ~ '", "plain text 0-9 ~ '"},
        {"a\nb", R"(a\nb)"},
        {"a\rb", R"(a\rb)"},
        {"a\tb", R"(a\tb)"},
        {R"(say "hi")", R"(say \"hi\")"},
        {R"(a\b)", R"(a\\b)"},
        {std::string{"\0", 1}, R"(\x00)"},
        {"\x01\x1f", R"(\x01\x1f)"},
        {"\x7f", R"(\x7f)"},
        {"\xc3\xbc\xff", R"(\xc3\xbc\xff)"},
    }));
    CAPTURE(text);
    CHECK(wire::escaped(text) == expected);
}

TEST_CASE("escaped: is printable ASCII for every byte, and unescaped brings it back") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text(1, static_cast<char>(byte));
        const std::string shown = wire::escaped(text);
        CAPTURE(byte, shown);
        CHECK(shown.find_first_not_of(
                  " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
                  "abcdefghijklmnopqrstuvwxyz{|}~") == std::string::npos);
        CHECK(wire::unescaped(shown) == text);
    }
}

TEST_CASE("shown: quotes, and cuts long text with its size") {
    CHECK(wire::shown("") == R"("")");
    CHECK(wire::shown("a\n") == R"("a\n")");
    CHECK(wire::shown("12345", 5) == R"("12345")");
    CHECK(wire::shown("123456", 5) == R"("12345..." (6 bytes))");
    CHECK(wire::shown(std::string(200, 'x')) == '"' + std::string(200, 'x') + '"');
    CHECK(wire::shown(std::string(201, 'x')) == '"' + std::string(200, 'x') + "...\" (201 bytes)");
}

TEST_CASE("unescaped: refuses what escaped never writes") {
    const std::string text = GENERATE(R"(\)", R"(a\)", R"(\a)", R"(\0)", R"(\x)", R"(\x1)",
                                      R"(\xg0)", R"(\x0g)", R"(\N)");
    CAPTURE(text);
    CHECK(wire::unescaped(text) == std::nullopt);
}

TEST_CASE("unescaped: takes hexadecimal digits of both cases") {
    CHECK(wire::unescaped(R"(\xFf\xfF)") == "\xff\xff");
    CHECK(wire::unescaped(R"(\x414)") == "A4");
}

TEST_CASE("hex_digit: values and -1") {
    const auto [digit, value] = GENERATE(table<char, int>({
        {'0', 0},
        {'9', 9},
        {'a', 10},
        {'f', 15},
        {'A', 10},
        {'F', 15},
        {'g', -1},
        {'G', -1},
        {'/', -1},
        {':', -1},
        {'`', -1},
        {'@', -1},
        {'\0', -1},
    }));
    CAPTURE(digit);
    CHECK(wire::hex_digit(digit) == value);
}

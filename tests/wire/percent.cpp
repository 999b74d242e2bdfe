// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/percent.hpp>

#include <string>
#include <string_view>

using namespace agi;

TEST_CASE("percent_decoded: replaces what is an escape, and nothing else") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"", ""},
        {"plain", "plain"},
        {"%41", "A"},
        {"%2f%2F", "//"},
        {"a%20b", "a b"},
        {"%0a%0D", "\n\r"},
        {"%ff%C3%bc", "\xff\xc3\xbc"},
        {"%2541", "%41"},
        {"+43", "+43"},
        {"%", "%"},
        {"%4", "%4"},
        {"%%41", "%A"},
        {"%g1", "%g1"},
        {"%1g", "%1g"},
        {"%4%41", "%4A"},
        {"100%", "100%"},
    }));
    CAPTURE(text);
    CHECK(wire::percent_decoded(text) == expected);
}

TEST_CASE("percent_decoded: a NUL is a byte like others") {
    CHECK(wire::percent_decoded("a%00b") == std::string{"a\0b", 3});
}

TEST_CASE("percent_encoded: leaves letters, digits and -_.~") {
    const std::string plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    CHECK(wire::percent_encoded(plain) == plain);
    CHECK(wire::percent_encoded("a b\n\"%+/\xff") == "a%20b%0A%22%25%2B%2F%FF");
}

TEST_CASE("percent_encoded: decoding brings every byte back") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text(1, static_cast<char>(byte));
        const std::string encoded = wire::percent_encoded(text);
        CAPTURE(byte, encoded);
        CHECK(wire::percent_decoded(encoded) == text);
        CHECK((encoded == text || (encoded.size() == 3 && encoded.front() == '%')));
    }
}

// SPDX-License-Identifier: MIT
// The text that the softphone shows: what a program may have printed, in lines that fit.

#include "../../examples/softphone/text.hpp"
#include "catch.hpp"

#include <string>

TEST_CASE("softphone: nothing that a terminal would obey is shown") {
    struct Case {
        std::string text;
        std::string utf8;
        std::string ascii;
    };
    const auto [text, utf8, ascii] =
        GENERATE(Case{"plain \"text\" \\", "plain \"text\" \\", "plain \"text\" \\"},
                 Case{"\033[2J\a\r\t\x7f", "\\x1b[2J\\x07\\r\\t\\x7f", "\\x1b[2J\\x07\\r\\t\\x7f"},
                 Case{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\\xc3\\xbc\\xc3\\x9f"},
                 Case{"\xe2\x99\xaa \xf0\x9f\x93\x9e", "\xe2\x99\xaa \xf0\x9f\x93\x9e",
                      "\\xe2\\x99\\xaa \\xf0\\x9f\\x93\\x9e"},
                 Case{"\xc2\x9b"
                      "2J",
                      "\\xc2\\x9b"
                      "2J",
                      "\\xc2\\x9b"
                      "2J"},
                 Case{"\xff\xc3", "\\xff\\xc3", "\\xff\\xc3"});
    CHECK(printable(text, true) == utf8);
    CHECK(printable(text, false) == ascii);
}

TEST_CASE("softphone: lines are broken between words") {
    CHECK(wrapped("", 10, "  ").empty());
    CHECK(wrapped("one two", 10, "  ") == "one two");
    CHECK(wrapped("one two three four", 10, "  ") == "one two\n  three\n  four");
    CHECK(wrapped("0123456789abcdef", 10, "  ") == "0123456789\n  abcdef");
    CHECK(wrapped("\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", 4, "  ") ==
          "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc");
    CHECK(wrapped("abcdefgh", 4, "      ") == "abcd\n      efgh");
}

// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>

using namespace agi;

TEST_CASE("count_words: as Asterisk splits") {
    const auto [line, count] = GENERATE(table<std::string, std::size_t>({
        {"", 0},
        {"  \t ", 0},
        {"NOOP", 1},
        {"  NOOP  ", 1},
        {"GET DATA a 1 2", 5},
        {"GET\tDATA", 2},
        {"GET  \t DATA", 2},
        {R"(NOOP "")", 2},
        {R"(NOOP "" "")", 3},
        {R"("a b")", 1},
        {R"("a""b")", 1},
        {R"(a"b c"d)", 1},
        {R"(a\ b)", 1},
        {R"("a\" b")", 1},
        {R"("a\\" b)", 2},
        {R"("unterminated quote)", 1},
        {R"(trailing\)", 1},
        {R"(\)", 0},
        {"a\rb", 1},
        {"a \r", 2},
        {"'a b'", 2},
        {"a\vb\fc\xa0", 1},
    }));
    CAPTURE(line);
    CHECK(wire::count_words(line) == count);
}

TEST_CASE("is_command: the first words, in any case and quoting") {
    const auto [line, expected] = GENERATE(table<std::string, bool>({
        {"GET DATA", true},
        {"get data", true},
        {"Get\tData x", true},
        {"  GET   DATA x", true},
        {R"("GET" "DATA" x)", true},
        {R"(G"ET" DA\TA x)", true},
        {R"("GET DATA" x)", false},
        {"GET DATABASE", false},
        {"GETDATA", false},
        {"GET", false},
        {"GE", false},
        {"", false},
        {"GET DAT", false},
        {"GET FULL DATA", false},
        {"XGET DATA", false},
        {R"(GET "" DATA)", false},
        {R"("" GET DATA)", false},
        {R"(GET DATA"" x)", true},
        {R"(GET DATA "")", true},
        {"GET DATA\r", false},
    }));
    CAPTURE(line);
    CHECK(wire::is_command(line, "GET DATA") == expected);
}

TEST_CASE("is_command: a verb of one word") {
    CHECK(wire::is_command("exec Playback a", "EXEC"));
    CHECK(wire::is_command("EXEC", "EXEC"));
    CHECK_FALSE(wire::is_command("EXECUTE", "EXEC"));
    CHECK_FALSE(wire::is_command("EXE C", "EXEC"));
}

TEST_CASE("ascii_lower: ASCII letters only") {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        CAPTURE(byte);
        CHECK(wire::ascii_lower(c) ==
              (byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : c));
    }
}

TEST_CASE("ends_session: the first seven bytes are failure") {
    const auto [line, expected] = GENERATE(table<std::string, bool>({
        {"failure", true},
        {"FAILURE", true},
        {"FaIlUrE", true},
        {"failures are no command", true},
        {"failure 1", true},
        {" failure", false},
        {R"("failure")", false},
        {"failur", false},
        {"", false},
        {"NOOP failure", false},
    }));
    CAPTURE(line);
    CHECK(wire::ends_session(line) == expected);
}

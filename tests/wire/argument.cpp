// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/argument.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

using namespace agi;

namespace {

std::string in_quotes(std::string_view text, CarriageReturn cr = CarriageReturn::refuse) {
    wire::LineText line;
    const std::size_t bad = wire::append_quoted(line, text, cr);
    if (bad != std::string_view::npos) return "bad byte " + std::to_string(bad);
    return line.view().front() == ' ' ? std::string{line.view().substr(1)} : "no blank";
}

wire::LineText filled(std::size_t size, char c = 'x') {
    wire::LineText text;
    for (std::size_t i = 0; i < size; ++i) text.append(c);
    return text;
}

}  // namespace

TEST_CASE("LineText: holds what was appended, in the object and on the heap") {
    const std::size_t size = GENERATE(0U, 1U, 510U, 511U, 512U, 513U, 514U, 515U, 2000U);
    const bool at_once = GENERATE(true, false);
    CAPTURE(size, at_once);
    const std::string expected(size, 'x');
    wire::LineText text;
    if (at_once) {
        text.append(expected);
    } else {
        text = filled(size);
    }
    CHECK(text.view() == expected);
    text.append("end");
    CHECK(text.view() == expected + "end");
    text.append(std::string_view{});
    text.append('.');
    CHECK(text.view() == expected + "end.");
}

TEST_CASE("LineText: crosses to the heap at each byte of an append") {
    for (std::size_t head = 500; head <= 515; ++head) {
        wire::LineText text = filled(head);
        text.append("0123456789");
        CAPTURE(head);
        CHECK(text.view() == std::string(head, 'x') + "0123456789");
    }
}

TEST_CASE("LineText: room that is written to directly") {
    const std::size_t before = GENERATE(0U, 3U, 500U, 512U, 2000U);
    const std::size_t room = GENERATE(0U, 1U, 12U, 600U, 5000U);
    CAPTURE(before, room);
    wire::LineText text = filled(before);
    char* const end = text.prepare(room);
    CHECK(text.view().size() == before);
    std::fill(end, end + room, 'y');
    text.commit(end + room / 2);
    CHECK(text.view() == std::string(before, 'x') + std::string(room / 2, 'y'));
}

TEST_CASE("LineText: copies and assigns, short and long") {
    const std::size_t from = GENERATE(0U, 3U, 512U, 513U, 3000U);
    const std::size_t to = GENERATE(0U, 5U, 512U, 513U, 3000U);
    CAPTURE(from, to);
    const wire::LineText source = filled(from, 'a');
    wire::LineText target = filled(to, 'b');

    wire::LineText copy{source};
    CHECK(copy.view() == std::string(from, 'a'));
    copy.append('c');
    CHECK(source.view() == std::string(from, 'a'));

    target = source;
    CHECK(target.view() == std::string(from, 'a'));
    target.append("tail");
    CHECK(target.view() == std::string(from, 'a') + "tail");
    CHECK(source.view() == std::string(from, 'a'));

    const wire::LineText& itself = target;
    target = itself;
    CHECK(target.view() == std::string(from, 'a') + "tail");
}

TEST_CASE("LineText: clear begins anew") {
    wire::LineText text = filled(GENERATE(10U, 512U, 1000U));
    text.clear();
    CHECK(text.view().empty());
    text.append("new");
    CHECK(text.view() == "new");
}

TEST_CASE("append_quoted: escapes the quote and the backslash only") {
    const auto [text, expected] = GENERATE(table<std::string, std::string>({
        {"", R"("")"},
        {"plain", R"("plain")"},
        {"two words", R"("two words")"},
        {R"(")", R"("\"")"},
        {R"(\)", R"("\\")"},
        {R"(\")", R"("\\\"")"},
        {R"(a"b\c)", R"("a\"b\\c")"},
        {R"("a")", R"("\"a\"")"},
        {R"(C:\)", R"("C:\\")"},
        {"\t'${X}`$(y)|;,", "\"\t'${X}`$(y)|;,\""},
        {"\x01\x7f\xc3\xbc\xff", "\"\x01\x7f\xc3\xbc\xff\""},
    }));
    CAPTURE(text);
    CHECK(in_quotes(text) == expected);
}

TEST_CASE("append_quoted: says where the first byte is that cannot be sent") {
    CHECK(in_quotes("\n") == "bad byte 0");
    CHECK(in_quotes("ab\ncd\n") == "bad byte 2");
    CHECK(in_quotes(std::string_view{"ab\"\0", 4}) == "bad byte 3");
    CHECK(in_quotes("a\r") == "bad byte 1");
    CHECK(in_quotes("a\r", CarriageReturn::allow) == "\"a\r\"");
    CHECK(in_quotes("a\r\n", CarriageReturn::allow) == "bad byte 2");
}

TEST_CASE("append_quoted: each byte at each place of a text") {
    for (std::size_t size = 1; size <= 26; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                const char c = static_cast<char>(byte);
                std::string text(size, byte % 2 == 0 ? 'x' : '\x80');
                text[at] = c;
                std::string expected = text;
                if (c == '"' || c == '\\') expected.insert(at, 1, '\\');
                const bool sent = wire::can_be_sent(c);
                const std::string quoted = in_quotes(text, CarriageReturn::allow);
                if (quoted != (sent ? '"' + expected + '"' : "bad byte " + std::to_string(at))) {
                    CAPTURE(size, at, byte);
                    CHECK(quoted == expected);
                }
                if (byte == '\r') {
                    CHECK(in_quotes(text) == "bad byte " + std::to_string(at));
                }
            }
        }
    }
}

TEST_CASE("append_quoted: appends to what is there") {
    wire::LineText line;
    line.append("NOOP");
    wire::append_quoted(line, R"(a"b)", CarriageReturn::refuse);
    CHECK(line.view() == R"(NOOP "a\"b")");
}

TEST_CASE("can_be_sent: everything but LF and NUL") {
    for (int byte = 0; byte < 256; ++byte) {
        CAPTURE(byte);
        CHECK(wire::can_be_sent(static_cast<char>(byte)) == (byte != 0 && byte != '\n'));
    }
}

TEST_CASE("unsendable: names the byte and its place") {
    CHECK(wire::unsendable("a\nb", 1) == R"(has a line feed at byte 1: "a\nb")");
    CHECK(wire::unsendable("a\rb", 1) == R"(has a carriage return at byte 1: "a\rb")");
    CHECK(wire::unsendable(std::string_view{"\0", 1}, 0) == R"(has a NUL at byte 0: "\x00")");
}

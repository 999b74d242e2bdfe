// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/testing/words.hpp>
#include <agi/wire/request.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace agi;
using testing::words;

namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("words: as Asterisk splits") {
    const auto [line, expected] = GENERATE(table<std::string, Words>({
        {"", {}},
        {" \t ", {}},
        {"NOOP", {"NOOP"}},
        {R"(GET DATA "my file" 5)", {"GET", "DATA", "my file", "5"}},
        {"a  \t b", {"a", "b"}},
        {R"(a "" b)", {"a", "", "b"}},
        {R"("" "")", {"", ""}},
        {R"(a"b c"d)", {"ab cd"}},
        {R"("a""b")", {"ab"}},
        {R"("say \"hi\"")", {R"(say "hi")"}},
        {R"(C:\\x a\b)", {R"(C:\x)", "ab"}},
        {R"(a\ b)", {"a b"}},
        {R"("a\nb")", {"anb"}},
        {R"("open to the end)", {"open to the end"}},
        {R"(trailing\)", {"trailing"}},
        {"a\rb\xff", {"a\rb\xff"}},
        {"'a b'", {"'a", "b'"}},
    }));
    CAPTURE(line);
    CHECK(words(line) == expected);
    CHECK(wire::count_words(line) == expected.size());
}

TEST_CASE("words: what a Request quotes comes back, for every byte that can be sent") {
    for (int byte = 1; byte < 256; ++byte) {
        if (byte == '\n') continue;
        const char c = static_cast<char>(byte);
        CAPTURE(byte);
        for (const std::string& text :
             {std::string{c}, std::string{"a"} + c, c + std::string{"b"}, std::string(3, c)}) {
            const wire::Request request{"NOOP", wire::WithCarriageReturn{text}, "end"};
            CHECK(words(request) == Words{"NOOP", text, "end"});
        }
    }
}

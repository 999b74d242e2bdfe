// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/digit_set.hpp>

#include <string>
#include <string_view>

using namespace agi;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("is_dtmf: the sixteen keys and no other byte") {
    const std::string keys = "0123456789*#ABCD";
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        CAPTURE(byte);
        CHECK(is_dtmf(c) == (keys.find(c) != std::string::npos));
        CHECK(dtmf_from_code(byte).has_value() == is_dtmf(c));
    }
}

TEST_CASE("dtmf_from_code: ASCII codes of keys") {
    CHECK(dtmf_from_code(48) == '0');
    CHECK(dtmf_from_code(57) == '9');
    CHECK(dtmf_from_code(42) == '*');
    CHECK(dtmf_from_code(35) == '#');
    CHECK(dtmf_from_code(65) == 'A');
    CHECK(dtmf_from_code(68) == 'D');
    const int none = GENERATE(0, 1, -1, -48, 69, 97, 127, 128, 304, 1000, 1004, 65584);
    CAPTURE(none);
    CHECK_FALSE(dtmf_from_code(none));
}

TEST_CASE("DigitSet: keeps the keys in the order given") {
    CHECK(DigitSet{}.view().empty());
    CHECK(DigitSet{}.empty());
    CHECK(DigitSet{""}.empty());
    CHECK(DigitSet{"12#"}.view() == "12#");
    CHECK_FALSE(DigitSet{"12#"}.empty());
    CHECK(DigitSet{std::string{"*D0"}}.view() == "*D0");
    CHECK(DigitSet{std::string_view{"99"}}.view() == "99");
    CHECK(DigitSet{std::string(31, '5')}.view() == std::string(31, '5'));
    CHECK(DigitSet::all().view() == "0123456789*#ABCD");
    static_assert(DigitSet{"1#"}.contains('#'));
}

TEST_CASE("DigitSet: contains") {
    const DigitSet keys{"1#D"};
    CHECK(keys.contains('1'));
    CHECK(keys.contains('#'));
    CHECK(keys.contains('D'));
    CHECK_FALSE(keys.contains('2'));
    CHECK_FALSE(keys.contains('\0'));
    CHECK_FALSE(DigitSet{}.contains('1'));
}

TEST_CASE("DigitSet: refuses what is not a key") {
    const auto [keys, why] = GENERATE(table<std::string, std::string>({
        {"12a", R"("12a": a key is one of 0-9 * # A-D)"},
        {" ", R"(" ": a key is one of 0-9 * # A-D)"},
        {"1,2", R"("1,2": a key is one of 0-9 * # A-D)"},
        {"E", R"("E": a key is one of 0-9 * # A-D)"},
        {"1\n", R"("1\n": a key is one of 0-9 * # A-D)"},
        {std::string{"\0", 1}, R"("\x00": a key is one of 0-9 * # A-D)"},
        {std::string(32, '1'), "more than 31 keys"},
    }));
    CAPTURE(keys);
    CHECK_THROWS_AS(DigitSet{keys}, AGIArgumentError);
    CHECK_THROWS_WITH(DigitSet{keys}, ContainsSubstring("DigitSet") && ContainsSubstring(why));
}

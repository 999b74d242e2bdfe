// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/number.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

using namespace agi;

TEST_CASE("to_number: reads whole decimal numbers") {
    const auto [text, value] = GENERATE(table<std::string, int>({
        {"0", 0},
        {"-0", 0},
        {"7", 7},
        {"-1", -1},
        {"007", 7},
        {"2147483647", 2147483647},
        {"-2147483648", std::numeric_limits<int>::min()},
        {"00000000000000000001", 1},
    }));
    CAPTURE(text);
    CHECK(wire::to_number<int>(text) == value);
}

TEST_CASE("to_number: refuses everything else") {
    const std::string text =
        GENERATE("", "-", "--1", "+1", " 1", "1 ", "1x", "x", "1.0", "0x10", "1e3", "2147483648",
                 "-2147483649", "21474836470", "99999999999999999999", "-99999999999999999999");
    CAPTURE(text);
    CHECK(wire::to_number<int>(text) == std::nullopt);
    CHECK(wire::to_number<int>(std::string{"1\0", 2}) == std::nullopt);
}

TEST_CASE("to_number: knows the range of its type") {
    CHECK(wire::to_number<long long>("9223372036854775807") == 9223372036854775807LL);
    CHECK(wire::to_number<long long>("-9223372036854775808") ==
          std::numeric_limits<long long>::min());
    CHECK(wire::to_number<long long>("9223372036854775808") == std::nullopt);
    CHECK(wire::to_number<long long>("-9223372036854775809") == std::nullopt);
    CHECK(wire::to_number<std::int8_t>("127") == std::int8_t{127});
    CHECK(wire::to_number<std::int8_t>("-128") == std::int8_t{-128});
    CHECK(wire::to_number<std::int8_t>("128") == std::nullopt);
    CHECK(wire::to_number<std::int8_t>("-129") == std::nullopt);
    static_assert(wire::to_number<int>("42") == 42);
}

TEST_CASE("Decimal: writes numbers of every type") {
    CHECK(wire::Decimal{0}.view() == "0");
    CHECK(wire::Decimal{-1}.view() == "-1");
    CHECK(wire::Decimal{1000}.view() == "1000");
    CHECK(wire::Decimal{std::numeric_limits<int>::min()}.view() == "-2147483648");
    CHECK(wire::Decimal{std::numeric_limits<long long>::min()}.view() == "-9223372036854775808");
    CHECK(wire::Decimal{std::numeric_limits<long long>::max()}.view() == "9223372036854775807");
    CHECK(wire::Decimal{std::numeric_limits<unsigned long long>::max()}.view() ==
          "18446744073709551615");
    CHECK(wire::Decimal{4000000000U}.view() == "4000000000");
    CHECK(wire::Decimal{std::int8_t{-128}}.view() == "-128");
    CHECK(wire::Decimal{std::uint8_t{200}}.view() == "200");
    CHECK(wire::Decimal{std::int16_t{-32768}}.view() == "-32768");
}

TEST_CASE("Decimal: a copy has its own text") {
    const auto copy = [] {
        const wire::Decimal number{-42};
        return wire::Decimal{number};
    }();
    CHECK(copy.view() == "-42");
}

// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include <agi/command/variable.hpp>
#include <agi/fmt.hpp>

#include <fmt/format.h>

#include <limits>

namespace {

/// Has a formatter only.
struct Point {
    int x = 0;
    int y = 0;
};

}  // namespace

template <>
struct fmt::formatter<Point> {
    template <class Context>
    constexpr auto parse(Context& context) {
        return context.begin();
    }
    template <class Context>
    auto format(const Point& point, Context& context) const {
        return fmt::format_to(context.out(), "{}/{}", point.x, point.y);
    }
};

using agi::Formatted;
using agi::SetVariable;

TEST_CASE("Formatted: with agi/fmt.hpp, everything else as fmt shows it") {
    CHECK(Formatted{1.5}.text() == "1.5");
    CHECK(Formatted{Point{1, 2}}.text() == "1/2");
    CHECK(Formatted{"a {} b"}.text() == "a {} b");
    CHECK(Formatted{7}.text() == "7");
    CHECK(SetVariable{"P", Point{3, 4}}.request() == R"(SET VARIABLE "P" "3/4")");
}

TEST_CASE("Formatted: what needs no fmt is what fmt shows") {
    const auto check = [](const auto value) {
        CHECK(Formatted{value}.text() == fmt::format("{}", value));
    };
    check(true);
    check(false);
    check('c');
    check(static_cast<signed char>(-128));
    check(static_cast<unsigned char>(200));
    check(static_cast<short>(-32768));
    check(static_cast<unsigned short>(65535));
    check(std::numeric_limits<int>::min());
    check(std::numeric_limits<unsigned>::max());
    check(std::numeric_limits<long>::min());
    check(std::numeric_limits<unsigned long>::max());
    check(std::numeric_limits<long long>::min());
    check(std::numeric_limits<unsigned long long>::max());
}

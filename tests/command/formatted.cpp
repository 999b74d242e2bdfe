// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include <agi/command/formatted.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace {

/// Reads as text.
struct Name {
    operator std::string_view() const { return "text"; }  // NOLINT(google-explicit-constructor)
};

}  // namespace

using agi::Formatted;

TEST_CASE("Formatted: text stays as it is") {
    const std::string text{"a{}\0b", 5};
    CHECK(Formatted{"a {} b"}.text() == "a {} b");
    CHECK(Formatted{text}.text() == text);
    CHECK(Formatted{std::string_view{text}}.text() == text);
    CHECK(Formatted{std::string{text}}.text() == text);
    CHECK(Formatted{Name{}}.text() == "text");
}

TEST_CASE("Formatted: whole numbers, bool and char") {
    CHECK(Formatted{0}.text() == "0");
    CHECK(Formatted{-5L}.text() == "-5");
    CHECK(Formatted{18446744073709551615ULL}.text() == "18446744073709551615");
    CHECK(Formatted{true}.text() == "true");
    CHECK(Formatted{'c'}.text() == "c");
}

TEST_CASE("Formatted: an own string is moved, not copied") {
    std::string text(100, 'x');
    const char* const bytes = text.data();
    const Formatted formatted{std::move(text)};
    CHECK(formatted.text().data() == bytes);
}

TEST_CASE("Formatted: copies hold the same text") {
    const Formatted first{42};
    const Formatted copy{first};
    Formatted assigned{""};
    assigned = first;
    CHECK(copy.text() == "42");
    CHECK(assigned.text() == "42");
}

TEST_CASE("Formatted: a null pointer is refused, not read") {
    const char* const none = nullptr;
    char* const also_none = nullptr;
    CHECK_THROWS_AS(Formatted{none}, agi::AGIArgumentError);
    CHECK_THROWS_AS(Formatted{also_none}, agi::AGIArgumentError);
    char buffer[] = "text";
    char* const text = buffer;
    CHECK(Formatted{text}.text() == "text");
}

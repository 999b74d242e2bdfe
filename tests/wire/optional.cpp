// SPDX-License-Identifier: MIT
// What a member of a command takes that need not be given.

#include "catch.hpp"
#include <agi/agi.hpp>

#include <optional>

using namespace std::chrono_literals;

TEST_CASE("Optional: a value, or none") {
    constexpr agi::Optional<agi::Gender> none;
    constexpr agi::Optional<agi::Gender> given = agi::Gender::feminine;
    static_assert(!none && !none.has_value() && given && given.has_value());
    static_assert(*given == agi::Gender::feminine);
    static_assert(none.value_or(agi::Gender::masculine) == agi::Gender::masculine);
    static_assert(given.value_or(agi::Gender::masculine) == agi::Gender::feminine);

    agi::Optional<agi::SampleOffset> offset = agi::SampleOffset{800};
    CHECK(offset->time() == 100ms);
    offset = std::nullopt;
    CHECK_FALSE(offset);
    offset = agi::SampleOffset{1};
    offset = {};
    CHECK_FALSE(offset);
}

TEST_CASE("Optional: equal is what has the same value, or none") {
    using Gender = agi::Optional<agi::Gender>;
    const Gender none;
    const Gender given = agi::Gender::masculine;
    CHECK(none == std::nullopt);
    CHECK(none == Gender{});
    CHECK(given == agi::Gender::masculine);
    CHECK(given != agi::Gender::feminine);
    CHECK(given != std::nullopt);
    CHECK(given != none);
    const std::optional<agi::Gender> std_none;
    const std::optional<agi::Gender> std_given = agi::Gender::masculine;
    CHECK(none == std_none);
    CHECK(std_none == none);
    CHECK_FALSE(none != std_none);
    CHECK_FALSE(std_none != none);
    CHECK(given == std_given);
    CHECK(std_given == given);
    CHECK(given != std_none);
    CHECK(std_none != given);
    CHECK(none != std_given);
    CHECK(std_given != none);

    const agi::OptionalMilliseconds time = 3s;
    CHECK(time == 3000ms);
    CHECK(time == 3s);
    CHECK(time != 2s);
    CHECK(time != std::nullopt);
    CHECK(time == std::optional{3s});
    CHECK(std::optional{3000ms} == time);
    CHECK(agi::OptionalMilliseconds{} == std::optional<std::chrono::seconds>{});
    CHECK(std::optional<std::chrono::seconds>{} == agi::OptionalMilliseconds{});
}

TEST_CASE("Optional: what is given is sent, and nothing else") {
    CHECK(agi::SayNumber{5}.request() == "SAY NUMBER 5 \"\"");
    CHECK(agi::SayNumber{5, "", agi::Gender::feminine}.request() == "SAY NUMBER 5 \"\" \"f\"");
}

TEST_CASE("Optional: to and from std::optional") {
    const std::optional<agi::SayCase> upper = agi::SayCase::upper;
    const agi::SayAlpha say{"abc", "", upper};
    CHECK(say.request() == "SAY ALPHA \"abc\" \"\" \"u\"");
    CHECK(agi::SayAlpha{"abc", "", std::optional<agi::SayCase>{}}.request() ==
          "SAY ALPHA \"abc\" \"\"");
    const std::optional<agi::SayCase> back = say.say_case;
    CHECK(back == upper);

    const agi::OptionalSeconds none{std::optional<std::chrono::seconds>{}};
    CHECK_FALSE(none);
    const agi::OptionalMilliseconds from_seconds = 3s;
    const std::optional<std::chrono::milliseconds> time = from_seconds;
    CHECK(time == 3000ms);
}

// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/session/hook.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace agi;

namespace {

using TextHook = Hook<std::string_view>;

std::string last_text;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
void note_text(std::string_view text) { last_text = text; }

}  // namespace

TEST_CASE("Hook: none by default") {
    const TextHook hook;
    CHECK_FALSE(hook);
}

TEST_CASE("Hook: calls what it was made from") {
    std::string got;
    const TextHook lambda{[&](std::string_view text) { got += text; }};
    CHECK(lambda);
    lambda("a");
    lambda("b");
    CHECK(got == "ab");

    const TextHook function{&note_text};
    function("to a function");
    CHECK(last_text == "to a function");

    int sum = 0;
    const Hook<int, int> two{[&](int a, int b) { sum = a * 10 + b; }};
    two(4, 2);
    CHECK(sum == 42);

    const Hook<> none{[&] { ++sum; }};
    none();
    CHECK(sum == 43);
}

TEST_CASE("Hook: owns its callable, with its state") {
    const auto alive = std::make_shared<int>(0);
    {
        const TextHook hook{
            [alive](std::string_view text) mutable { *alive += text.empty() ? 0 : 1; }};
        CHECK(alive.use_count() == 2);
        hook("x");
        hook("y");
    }
    CHECK(*alive == 2);
    CHECK(alive.use_count() == 1);
}

TEST_CASE("Hook: takes callables that only move, and copies those that are named") {
    auto owner = std::make_unique<std::string>();
    std::string* const text = owner.get();
    const TextHook hook{[owner = std::move(owner)](std::string_view more) { *owner += more; }};
    hook("moved");
    CHECK(*text == "moved");

    int calls = 0;
    const auto named = [&calls](std::string_view /*text*/) { ++calls; };
    const TextHook first{named};
    const TextHook second{named};
    first("");
    second("");
    CHECK(calls == 2);
}

TEST_CASE("Hook: moves") {
    const auto alive = std::make_shared<int>(0);
    const auto make = [&] { return TextHook{[alive](std::string_view) { ++*alive; }}; };
    TextHook source = make();

    TextHook target{std::move(source)};
    CHECK_FALSE(source);  // NOLINT(bugprone-use-after-move)
    CHECK(target);
    target("");
    CHECK(*alive == 1);
    CHECK(alive.use_count() == 2);

    TextHook other;
    other = std::move(target);
    CHECK_FALSE(target);  // NOLINT(bugprone-use-after-move)
    other("");
    CHECK(*alive == 2);

    other = make();
    other("");
    CHECK(*alive == 3);
    CHECK(alive.use_count() == 2);

    other = TextHook{};
    CHECK_FALSE(other);
    CHECK(alive.use_count() == 1);
}

TEST_CASE("Hook: is not copied") {
    STATIC_REQUIRE_FALSE(std::is_constructible_v<TextHook, const TextHook&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<TextHook, TextHook&>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<TextHook&, const TextHook&>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<TextHook&, TextHook&>);
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<TextHook>);
    STATIC_REQUIRE(std::is_nothrow_move_assignable_v<TextHook>);
}

TEST_CASE("Hook: takes only what can be called") {
    STATIC_REQUIRE_FALSE(std::is_constructible_v<TextHook, int>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<TextHook, std::string>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<TextHook, void (*)(int)>);
    STATIC_REQUIRE(std::is_convertible_v<void (*)(std::string_view), TextHook>);
}

// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/script_url.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace agi;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs all(std::string_view text) {
    Pairs found;
    ScriptUrl{text}.for_each_query([&](std::string&& name, std::string&& value) {
        found.emplace_back(std::move(name), std::move(value));
    });
    return found;
}

}  // namespace

TEST_CASE("ScriptUrl: path and query") {
    const auto [text, path, query] = GENERATE(table<std::string, std::string, std::string>({
        {"", "", ""},
        {"pin", "pin", ""},
        {"some/path/x.agi", "some/path/x.agi", ""},
        {"pin?a=1", "pin", "a=1"},
        {"pin?", "pin", ""},
        {"?a=1", "", "a=1"},
        {"pin?a?b=c?", "pin", "a?b=c?"},
        {"p%20q?a=%31", "p%20q", "a=%31"},
        {"a&b=c", "a&b=c", ""},
    }));
    CAPTURE(text);
    CHECK(ScriptUrl{text}.path() == path);
    CHECK(ScriptUrl{text}.raw_query() == query);
}

TEST_CASE("ScriptUrl: parts of the query, in order and decoded") {
    const auto [text, pairs] = GENERATE(table<std::string, Pairs>({
        {"x", {}},
        {"x?", {}},
        {"x?a=1", {{"a", "1"}}},
        {"x?a=1&b=2", {{"a", "1"}, {"b", "2"}}},
        {"x?a=1&a=2", {{"a", "1"}, {"a", "2"}}},
        {"x?a", {{"a", ""}}},
        {"x?a=", {{"a", ""}}},
        {"x?=1", {{"", "1"}}},
        {"x?&&a=1&", {{"a", "1"}}},
        {"x?a=b=c", {{"a", "b=c"}}},
        {"x?a%3d=b%26c", {{"a=", "b&c"}}},
        {"x?to=+431", {{"to", "+431"}}},
        {"x?a=%", {{"a", "%"}}},
        {"x?a=%4&b=%zz", {{"a", "%4"}, {"b", "%zz"}}},
        {"x?a=%41%00", {{"a", std::string{"A\0", 2}}}},
    }));
    CAPTURE(text);
    CHECK(all(text) == pairs);
}

TEST_CASE("ScriptUrl: query finds the first value of a name") {
    const ScriptUrl script{"x?a=1&b=two%20words&a=3&flag&%63=4&empty="};
    CHECK(script.query("a") == "1");
    CHECK(script.query("b") == "two words");
    CHECK(script.query("flag") == "");
    CHECK(script.query("c") == "4");
    CHECK(script.query("empty") == "");
    CHECK(script.query("missing") == std::nullopt);
    CHECK(script.query("A") == std::nullopt);
    CHECK(ScriptUrl{"x"}.query("") == std::nullopt);
}

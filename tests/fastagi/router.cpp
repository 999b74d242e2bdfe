// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include <agi/fastagi/regex.hpp>
#include <agi/fastagi/router.hpp>

#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using namespace agi::fastagi;

using Routes = Router<std::string>;

std::string found(const Routes& routes, std::string_view path, Parameters& parameters) {
    const std::string* const target = routes.find(path, parameters);
    return target == nullptr ? "nothing" : *target;
}

TEST_CASE("Router: an exact path comes first, then patterns in the order of their adding") {
    Routes routes;
    routes.add("account/{id}", "account");
    routes.add("account/{id}/pin", "pin of account");
    routes.add("{any}/new", "anything new");
    routes.add("files/{path...}", "files");
    routes.add("account/new", "new account");
    routes.add("", "root");
    const auto [path, target] = GENERATE(table<std::string_view, std::string_view>({
        {"account/new", "new account"},
        {"/account/new", "new account"},
        {"account/42", "account"},
        {"account/42/pin", "pin of account"},
        {"account/", "nothing"},
        {"account", "nothing"},
        {"account/42/", "nothing"},
        {"other/new", "anything new"},
        {"files/a/b.txt", "files"},
        {"files/", "files"},
        {"files", "nothing"},
        {"", "root"},
        {"/", "root"},
        {"Account/42", "nothing"},
    }));
    CAPTURE(path);
    Parameters parameters;
    CHECK(found(routes, path, parameters) == target);
}

TEST_CASE("Router: named parts are percent-decoded parameters") {
    Routes routes;
    routes.add("{a}/x/{b...}", "both");
    Parameters parameters;
    CHECK(found(routes, "1%2F2/x/y%20z/w", parameters) == "both");
    CHECK(parameters.get("a") == "1/2");
    CHECK(parameters.get("b") == "y z/w");
    CHECK_FALSE(parameters.get("c").has_value());
}

TEST_CASE("Router: a pattern that does not fit leaves no parameters") {
    Routes routes;
    routes.add("{a}/x", "x");
    routes.add("{b}/y", "y");
    Parameters parameters;
    CHECK(found(routes, "1/y", parameters) == "y");
    CHECK(parameters.size() == 1);
    CHECK(found(routes, "1/z", parameters) == "nothing");
    CHECK(parameters.size() == 0);
}

TEST_CASE("Router: regular expressions match the whole path, their groups are parameters") {
    Routes routes;
    routes.add(matching(std::regex{"menu-([a-z]+)(/.*)?"}), "menu");
    Parameters parameters;
    CHECK(found(routes, "/menu-en", parameters) == "menu");
    CHECK(parameters.get("1") == "en");
    CHECK(parameters.get("2") == "");
    CHECK(found(routes, "menu-en1", parameters) == "nothing");
}

TEST_CASE("Router: what is no pattern, or is there already, is refused by name") {
    Routes routes;
    routes.add("pin", "pin");
    const auto [path, why] = GENERATE(table<std::string_view, std::string_view>({
        {"pin", "is there already"},
        {"/pin", "is there already"},
        {"a{b}", "{name} is a whole part"},
        {"{b}a", "{name} is a whole part"},
        {"{b", "{name} is a whole part"},
        {"{}", "a name has letters"},
        {"{...}", "a name has letters"},
        {"{a...}/b", "nothing can follow a part with ..."},
    }));
    CAPTURE(path);
    std::string message;
    try {
        routes.add(path, "again");
    } catch (const std::invalid_argument& error) {
        message = error.what();
    }
    CHECK_THAT(message, Catch::Matchers::ContainsSubstring(std::string{why}));
}

}  // namespace

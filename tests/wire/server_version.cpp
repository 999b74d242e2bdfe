// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/server_version.hpp>

#include <string>
#include <string_view>
#include <tuple>

using namespace agi;

TEST_CASE("ServerVersion: numbers from the text of agi_version") {
    using Numbers = std::tuple<int, int, int>;
    const auto [text, numbers, certified] = GENERATE(table<std::string, Numbers, bool>({
        {"22.10.1", {22, 10, 1}, false},
        {"23.0.0", {23, 0, 0}, false},
        {"23", {23, 0, 0}, false},
        {"22.6", {22, 6, 0}, false},
        {"22.", {22, 0, 0}, false},
        {"1.8.32.3", {1, 8, 32}, false},
        {"1.6.2.9", {1, 6, 2}, false},
        {"22.10.1+dfsg+~cs6.17.60671434-1", {22, 10, 1}, false},
        {"16.28.0~dfsg-0+deb11u4", {16, 28, 0}, false},
        {"18.26.4-rc1", {18, 26, 4}, false},
        {"20.7-cert3", {20, 7, 0}, true},
        {"certified/18.9-cert5", {18, 9, 0}, true},
        {"certified-20.7", {0, 0, 0}, false},
        {"certified/20.7.1", {20, 7, 1}, true},
        {"GIT-master-1a2b3c4", {0, 0, 0}, false},
        {"SVN-branch-1.8-r1234", {0, 0, 0}, false},
        {"", {0, 0, 0}, false},
        {".5", {0, 0, 0}, false},
        {"unknown", {0, 0, 0}, false},
        {"99999999999999999999.1", {999999999, 0, 0}, false},
    }));
    CAPTURE(text);
    const ServerVersion version{text};
    CHECK(version.major_number() == std::get<0>(numbers));
    CHECK(version.minor_number() == std::get<1>(numbers));
    CHECK(version.patch_number() == std::get<2>(numbers));
    CHECK(version.known() == (std::get<0>(numbers) != 0));
    CHECK(version.certified() == certified);
}

TEST_CASE("ServerVersion: made from numbers") {
    constexpr ServerVersion version{22, 6};
    static_assert(version.at_least(22, 6));
    CHECK(version.known());
    CHECK(version.major_number() == 22);
    CHECK(version.minor_number() == 6);
    CHECK(version.patch_number() == 0);
    CHECK_FALSE(version.certified());
    CHECK_FALSE(ServerVersion{}.known());
}

TEST_CASE("ServerVersion: at_least compares number by number") {
    const ServerVersion version{"16.28.4"};
    CHECK(version.at_least(16));
    CHECK(version.at_least(16, 28));
    CHECK(version.at_least(16, 28, 4));
    CHECK(version.at_least(15, 99, 99));
    CHECK(version.at_least(16, 27, 99));
    CHECK_FALSE(version.at_least(16, 28, 5));
    CHECK_FALSE(version.at_least(16, 29));
    CHECK_FALSE(version.at_least(17));
    CHECK_FALSE(ServerVersion{}.at_least(0));
    CHECK_FALSE(ServerVersion{"GIT-master-xyz"}.at_least(1));
    CHECK(ServerVersion{"22.10.1+dfsg-1"}.at_least(22, 9));
}

TEST_CASE("ServerVersion: the longest request line") {
    const auto [text, limit] = GENERATE(table<std::string, std::size_t>({
        {"20.15.2", 2046},
        {"20.16.0", 8190},
        {"20.20.1", 8190},
        {"21.10.2", 2046},
        {"21.11.0", 8190},
        {"22.5.2", 2046},
        {"22.6.0", 8190},
        {"22.10.1+dfsg+~cs6.17.60671434-1", 8190},
        {"23.0.0", 8190},
        {"23", 8190},
        {"24.1.0", 8190},
        {"19.9.0", 2046},
        {"18.26.4", 2046},
        {"16.28.0~dfsg-0+deb11u4", 2046},
        {"1.8.32.3", 2046},
        {"20.7-cert3", 2046},
        {"22.8-cert1", 2046},
        {"certified/18.9-cert5", 2046},
        {"certified/23.0", 2046},
        {"GIT-master-xyz", 2046},
        {"", 2046},
    }));
    CAPTURE(text);
    CHECK(ServerVersion{text}.line_limit() == limit);
}

TEST_CASE("ServerVersion: what changed in the commands") {
    const auto [text, offset, alpha_case, text_failure, glued] =
        GENERATE(table<std::string, bool, bool, bool, bool>({
            {"1.4.44", false, false, false, false},  {"1.6.1.25", false, false, false, false},
            {"1.6.2.24", false, false, false, true}, {"1.8.32.3", false, false, false, true},
            {"11.25.3", false, false, false, true},  {"12.0.0", true, true, false, true},
            {"13.16.0", true, true, false, true},    {"13.17.0", true, true, false, false},
            {"13.21.1", true, true, false, false},   {"13.22.0", true, true, true, false},
            {"14.5.0", true, true, false, true},     {"14.6.0", true, true, false, false},
            {"14.7.8", true, true, false, false},    {"15.4.1", true, true, false, false},
            {"15.5.0", true, true, true, false},     {"16.0.0", true, true, true, false},
            {"22.10.1", true, true, true, false},    {"GIT-master-xyz", false, false, false, false},
            {"", false, false, false, false},
        }));
    CAPTURE(text);
    const ServerVersion version{text};
    CHECK(version.has_control_stream_file_offset() == offset);
    CHECK(version.has_say_alpha_case() == alpha_case);
    CHECK(version.send_text_reports_failure() == text_failure);
    CHECK(version.glues_end_of_usage() == glued);
}

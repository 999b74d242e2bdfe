// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/session/conversation.hpp>
#include <agi/stream/line_stream.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace agi;

namespace {

struct Good {
    bool read_line(std::string& line);
    void write_line(std::string_view line);
};

struct Liberal {
    int read_line(std::string& line);
    int write_line(const std::string_view& line);
};

struct Complete : Good {
    bool wait_line(std::chrono::milliseconds time);
    [[nodiscard]] HangupSource hangup_source() const;
};

struct WaitSaysNothing : Good {
    void wait_line(std::chrono::milliseconds time);
};

struct NoRead {
    void write_line(std::string_view line);
};

struct ReadSaysNothing {
    void read_line(std::string& line);
    void write_line(std::string_view line);
};

struct NoWrite {
    bool read_line(std::string& line);
};

struct WritesStringsOnly {
    bool read_line(std::string& line);
    void write_line(const std::string& line);
};

struct Fixed : Good {
    Fixed() = default;
    Fixed(Fixed&&) = delete;
};

}  // namespace

TEST_CASE("is_line_stream_v: what a stream must have") {
    STATIC_REQUIRE(is_line_stream_v<Good>);
    STATIC_REQUIRE(is_line_stream_v<Liberal>);
    STATIC_REQUIRE_FALSE(is_line_stream_v<NoRead>);
    STATIC_REQUIRE_FALSE(is_line_stream_v<ReadSaysNothing>);
    STATIC_REQUIRE_FALSE(is_line_stream_v<NoWrite>);
    STATIC_REQUIRE_FALSE(is_line_stream_v<WritesStringsOnly>);
    STATIC_REQUIRE_FALSE(is_line_stream_v<Fixed>);
    STATIC_REQUIRE_FALSE(is_line_stream_v<int>);
}

TEST_CASE("is_line_stream_v: two members more may be there") {
    STATIC_REQUIRE(is_line_stream_v<Complete>);
    STATIC_REQUIRE(wire::has_wait_line<Complete>::value);
    STATIC_REQUIRE(wire::has_hangup_source<Complete>::value);
    STATIC_REQUIRE_FALSE(wire::has_wait_line<Good>::value);
    STATIC_REQUIRE_FALSE(wire::has_wait_line<WaitSaysNothing>::value);
    STATIC_REQUIRE_FALSE(wire::has_hangup_source<Good>::value);
}

// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/line_buffer.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace agi;
using wire::LineBuffer;

namespace {

using Lines = std::vector<std::string>;

/// Puts bytes into the buffer, as much at a time as it has room for.
class Feeder {
  public:
    explicit Feeder(LineBuffer& buffer) : buffer_{buffer} {}

    /// Adds bytes, at most `chunk` at a time, and takes the lines that come out. A line that is too
    /// long is noted as `!`.
    void feed(std::string_view bytes, std::size_t chunk) {
        while (!bytes.empty()) {
            char* const to = buffer_.prepare();
            largest_ = std::max(largest_, buffer_.rest().size() + buffer_.room());
            REQUIRE(buffer_.room() > 0);
            const std::size_t size = std::min({chunk, buffer_.room(), bytes.size()});
            std::memcpy(to, bytes.data(), size);
            buffer_.commit(size);
            bytes.remove_prefix(size);
            take();
        }
    }

    [[nodiscard]] const Lines& lines() const { return lines_; }
    /// The most that the buffer held, used or not.
    [[nodiscard]] std::size_t largest() const { return largest_; }

  private:
    void take() {
        std::string line;
        for (bool more = true; more;) {
            try {
                more = buffer_.next(line);
                if (more) lines_.push_back(line);
            } catch (const AGIUnknownError&) {
                lines_.emplace_back("!");
            }
        }
    }

    LineBuffer& buffer_;
    Lines lines_;
    std::size_t largest_ = 0;
};

}  // namespace

TEST_CASE("LineBuffer: lines do not depend on how the bytes come") {
    const std::string text = std::string{"first\n\nthird with blanks \r\n\0nul\n", 32} +
                             std::string(5000, 'x') + "\n" + std::string(9000, 'y') +
                             "\nlast\npart";
    const Lines expected{"first",
                         "",
                         "third with blanks \r",
                         std::string{"\0nul", 4},
                         std::string(5000, 'x'),
                         std::string(9000, 'y'),
                         "last"};
    const std::size_t chunk = GENERATE(1U, 2U, 3U, 7U, 64U, 4095U, 4096U, 4097U, 100000U);
    CAPTURE(chunk);
    LineBuffer buffer;
    Feeder feeder{buffer};
    feeder.feed(text, chunk);
    CHECK(feeder.lines() == expected);
    CHECK(buffer.rest() == "part");
}

TEST_CASE("LineBuffer: no line without its LF") {
    LineBuffer buffer;
    std::string line = "untouched";
    CHECK_FALSE(buffer.next(line));
    Feeder feeder{buffer};
    feeder.feed("abc", 1);
    CHECK(feeder.lines().empty());
    CHECK(buffer.rest() == "abc");
    feeder.feed("\n", 1);
    CHECK(feeder.lines() == Lines{"abc"});
    CHECK(buffer.rest().empty());
    CHECK_FALSE(buffer.next(line));
    CHECK(line == "untouched");
}

TEST_CASE("LineBuffer: ready when there is a whole line") {
    LineBuffer buffer;
    CHECK_FALSE(buffer.ready());
    const auto add = [&](std::string_view bytes) {
        std::memcpy(buffer.prepare(), bytes.data(), bytes.size());
        buffer.commit(bytes.size());
    };
    add("ab");
    CHECK_FALSE(buffer.ready());
    add("c\nd\ne");
    std::string line;
    CHECK(buffer.ready());
    CHECK(buffer.next(line));
    CHECK(buffer.ready());
    CHECK(buffer.next(line));
    CHECK_FALSE(buffer.ready());
}

TEST_CASE("LineBuffer: ready when a line is too long, but not while it is dropped") {
    LineBuffer buffer{4};
    std::string line;
    buffer.append("1234");
    CHECK_FALSE(buffer.ready());
    buffer.append("5");
    CHECK(buffer.ready());
    CHECK_THROWS_AS(buffer.next(line), AGIUnknownError);
    for (int i = 0; i < 1000; ++i) {
        buffer.append("67890");
        CHECK_FALSE(buffer.ready());
        CHECK(buffer.rest().empty());
    }
    buffer.append("x\na");
    CHECK_FALSE(buffer.ready());
    buffer.append("b\n");
    CHECK(buffer.ready());
    CHECK(buffer.next(line));
    CHECK(line == "ab");
}

TEST_CASE("LineBuffer: another limit") {
    LineBuffer buffer{4};
    std::string line;
    buffer.append("123\n12345\n");
    CHECK(buffer.next(line));
    buffer.limit(5);
    CHECK(buffer.next(line));
    CHECK(line == "12345");
}

TEST_CASE("LineBuffer: a line of exactly the limit is no error") {
    const std::size_t chunk = GENERATE(1U, 5U, 100U);
    LineBuffer buffer{10};
    Feeder feeder{buffer};
    feeder.feed("0123456789\n01234567890\n0123456789\n", chunk);
    CHECK(feeder.lines() == Lines{"0123456789", "!", "0123456789"});
}

TEST_CASE("LineBuffer: a line that is too long is one error, and then in step") {
    const std::size_t chunk = GENERATE(1U, 3U, 99U, 100U, 101U, 4096U, 1000000U);
    const std::size_t size = GENERATE(101U, 102U, 5000U, 20000U);
    CAPTURE(chunk, size);
    LineBuffer buffer{100};
    Feeder feeder{buffer};
    feeder.feed(
        "before\n" + std::string(size, 'x') + "\nafter\n" + std::string(size, 'y') + "\n\nend\n",
        chunk);
    CHECK(feeder.lines() == Lines{"before", "!", "after", "!", "", "end"});
    CHECK(buffer.rest().empty());
}

TEST_CASE("LineBuffer: the message says the limit") {
    LineBuffer buffer{3};
    std::memcpy(buffer.prepare(), "abcd\n", 5);
    buffer.commit(5);
    std::string line;
    CHECK_THROWS_WITH(buffer.next(line), "a line is longer than 3 bytes");
}

TEST_CASE("LineBuffer: memory is bounded while a line is skipped") {
    LineBuffer buffer{1000};
    Feeder feeder{buffer};
    for (int i = 0; i < 1000; ++i) feeder.feed(std::string(1000, 'x'), 4096);
    CHECK(feeder.lines() == Lines{"!"});
    CHECK(feeder.largest() <= 8192);
    CHECK(buffer.rest().size() <= 8192);
    feeder.feed("\nnext\n", 4096);
    CHECK(feeder.lines() == Lines{"!", "next"});
}

TEST_CASE("LineBuffer: memory does not grow with the number of lines") {
    LineBuffer buffer;
    Feeder feeder{buffer};
    std::string text;
    for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i) + '\n';
    for (int i = 0; i < 10; ++i) feeder.feed(text, 777);
    CHECK(feeder.lines().size() == 30000);
    CHECK(feeder.largest() <= 8192);
}

TEST_CASE("LineBuffer: a copy has bytes of its own, and what was moved from has none") {
    LineBuffer buffer{100, 4};
    buffer.append("one\ntw");
    LineBuffer copy{buffer};
    buffer.append("ice\n");
    copy.append("o\n");
    const auto lines = [](LineBuffer& from) {
        Lines all;
        for (std::string line; from.next(line);) all.push_back(line);
        return all;
    };
    LineBuffer moved{std::move(buffer)};
    CHECK(lines(moved) == Lines{"one", "twice"});
    CHECK(lines(copy) == Lines{"one", "two"});
    copy = LineBuffer{};
    copy.append("three\n");
    CHECK(lines(copy) == Lines{"three"});
}

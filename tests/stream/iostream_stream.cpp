// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/stream/iostream_stream.hpp>
#include <agi/stream/line_stream.hpp>

#include <sstream>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace agi;

namespace {

std::string next(IostreamStream& stream) {
    std::string line = "old";
    return stream.read_line(line) ? line : "(closed)" + line;
}

/// Notes what is written between two flushes.
class Flushes : public std::streambuf {
  public:
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

  protected:
    int_type overflow(int_type c) override {
        pending_ += traits_type::to_char_type(c);
        return c;
    }
    int sync() override {
        lines_.push_back(std::exchange(pending_, {}));
        return 0;
    }

  private:
    std::string pending_;
    std::vector<std::string> lines_;
};

}  // namespace

TEST_CASE("IostreamStream: is a LineStream") { STATIC_REQUIRE(is_line_stream_v<IostreamStream>); }

TEST_CASE("IostreamStream: reads lines") {
    std::istringstream in{std::string{"first\n\nthird\r\n\0nul\n", 19} + std::string(10000, 'x') +
                          "\nlast\n"};
    std::ostringstream out;
    IostreamStream stream{in, out};
    CHECK(next(stream) == "first");
    CHECK(next(stream).empty());
    CHECK(next(stream) == "third\r");
    CHECK(next(stream) == std::string{"\0nul", 4});
    CHECK(next(stream) == std::string(10000, 'x'));
    CHECK(next(stream) == "last");
    CHECK_FALSE(in.eof());
    CHECK(next(stream) == "(closed)");
    CHECK(in.eof());
    CHECK(next(stream) == "(closed)");
}

TEST_CASE("IostreamStream: reads no further than the line") {
    std::istringstream in{"first\nsecond\n"};
    std::ostringstream out;
    IostreamStream stream{in, out};
    CHECK(next(stream) == "first");
    std::string rest;
    std::getline(in, rest);
    CHECK(rest == "second");
}

TEST_CASE("IostreamStream: the end in a line") {
    std::istringstream in{"first\n200 resu"};
    std::ostringstream out;
    IostreamStream stream{in, out};
    CHECK(next(stream) == "first");
    CHECK(next(stream) == "(closed)200 resu");
}

TEST_CASE("IostreamStream: a line over the limit is an error, and the next one is whole") {
    std::istringstream in{"0123456789\n01234567890\nnext\n" + std::string(10000, 'x') + "\nlast\n"};
    std::ostringstream out;
    IostreamStream stream{in, out, 10};
    std::string line;
    CHECK(next(stream) == "0123456789");
    CHECK_THROWS_AS(stream.read_line(line), AGIUnknownError);
    CHECK(next(stream) == "next");
    CHECK_THROWS_AS(stream.read_line(line), AGIUnknownError);
    CHECK(next(stream) == "last");
}

TEST_CASE("IostreamStream: flushes each line with its LF") {
    std::istringstream in;
    Flushes buffer;
    std::ostream out{&buffer};
    IostreamStream stream{in, out};
    stream.write_line("NOOP");
    stream.write_line("");
    stream.write_line("HANGUP");
    CHECK(buffer.lines() == std::vector<std::string>{"NOOP\n", "\n", "HANGUP\n"});
}

TEST_CASE("IostreamStream: an output that has failed is a hang-up") {
    std::istringstream in;
    std::ostringstream out;
    IostreamStream stream{in, out};
    stream.write_line("NOOP");
    out.setstate(std::ios_base::badbit);
    CHECK_THROWS_AS(stream.write_line("NOOP"), AGISIGPIPEHangup);
    CHECK_THROWS_WITH(stream.write_line("NOOP"), "the output stream has failed");
}

TEST_CASE("IostreamStream: moves with what it has read") {
    std::istringstream in{"one\ntwo\n"};
    std::ostringstream out;
    IostreamStream stream{in, out};
    CHECK(next(stream) == "one");
    IostreamStream moved{std::move(stream)};
    CHECK(next(moved) == "two");
    moved.write_line("NOOP");
    CHECK(out.str() == "NOOP\n");
}

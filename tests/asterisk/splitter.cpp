// SPDX-License-Identifier: MIT
// How Asterisk splits lines into words, against how the library says that it does.

#include "catch.hpp"
#include "fast_agi.hpp"
#include <agi/testing/words.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace live;

namespace {

/// Random bytes, most of them such as mean something to the splitter. No LF, NUL or CR.
class Junk {
  public:
    std::string operator()(std::size_t longest) {
        std::string text(below(longest + 1), '\0');
        for (char& c : text) c = byte();
        return text;
    }
    /// `make` until Asterisk should see this many words, or now and then another number.
    template <class Make>
    std::string line(std::size_t words, Make make) {
        auto text = make();
        // A refused line costs 40 ms: its reply comes in three packets.
        const bool any = below(20) == 0;
        while (!any && agi::wire::count_words(text) != words) text = make();
        return text;
    }

    std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  private:
    char byte() {
        constexpr std::string_view special = "\"\"\"\\\\\\  \t()'ab";
        if (below(4) != 0) return special[below(special.size())];
        for (;;) {
            const auto c = static_cast<char>(1 + below(255));
            // A colon would ask for a part of a variable.
            if (c != '\n' && c != '\r' && c != ':') return c;
        }
    }

    std::mt19937 random_{20260314};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same lines always
};

}  // namespace

TEST_CASE("words: Asterisk reads the same words in random lines") {
    FastAgiCall fast;
    auto& session = fast.session();
    const WithoutEvents quiet;
    Junk junk;
    int read_back = 0;
    const auto same = [&](const agi::Reply& reply, std::string_view expected) {
        ++read_back;
        return reply.data() == expected;
    };
    for (int i = 0; i < 2000; ++i) {
        const auto line = junk.line(4, [&] { return "SET VARIABLE X" + junk(24); });
        const auto words = agi::testing::words(line);
        INFO(agi::wire::shown(line));
        const auto code = session.send(line).code();
        if (code != (words.size() == 4 ? 200 : 520))
            REQUIRE(code == (words.size() == 4 ? 200 : 520));
        // A name that ends so is a function.
        if (code == 520 || words[2].back() == ')') continue;
        if (!same(session.send(agi::GetVariable{words[2]}.request()), words[3])) {
            REQUIRE(agi::GetVariable{words[2]}(session) == words[3]);
        }
    }
    CHECK(read_back > 1000);

    read_back = 0;
    agi::DatabaseDeltree{"", {}, true}(session);
    for (int i = 0; i < 300; ++i) {
        const auto line = junk.line(
            5, [&] { return "DATABASE PUT f" + junk(4) + ' ' + junk(6) + "k " + junk(12); });
        const auto words = agi::testing::words(line);
        INFO(agi::wire::shown(line));
        const auto code = session.send(line).code();
        if (code != (words.size() == 5 ? 200 : 520))
            REQUIRE(code == (words.size() == 5 ? 200 : 520));
        if (code == 520) continue;
        if (!same(session.send(agi::DatabaseGet{words[2], words[3]}.request()), words[4])) {
            REQUIRE(agi::DatabaseGet{words[2], words[3]}(session) == words[4]);
        }
    }
    CHECK(read_back > 200);
    fast.close();
}

TEST_CASE("SetVariable: random values come back unchanged") {
    FastAgiCall fast;
    auto& session = fast.session();
    const WithoutEvents quiet;
    Junk junk;
    for (int i = 0; i < 2000; ++i) {
        auto value = junk(80);
        if (i % 8 == 0) value += '\r';
        agi::SetVariable{"X", value, agi::CarriageReturn::allow}(session);
        const auto read = agi::GetVariable{"X"}(session);
        INFO(agi::wire::shown(value));
        if (read != value) REQUIRE(read == value);
    }
    fast.close();
}

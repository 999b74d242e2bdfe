// SPDX-License-Identifier: MIT
#pragma once
// How AsyncAGI moves texts: through a pipe that is read once for each event, and a small buffer.

#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Asterisk reads 1,024 bytes at most: the rest is in front of what comes next. Encoded it has 2,047
/// bytes: what is over that is lost.
class AsyncPipe {
  public:
    void write(std::string_view text) { held_ += text; }

    /// The value of Env or Result.
    std::string read() {
        constexpr std::size_t most_read = 1024;
        const std::string text = held_.substr(0, most_read);
        held_.erase(0, text.size());
        return encoded(text);
    }

  private:
    static std::string encoded(std::string_view text) {
        constexpr std::size_t most = 2047;
        constexpr std::string_view plain = "-_.!~*'()";
        constexpr const char* hex = "0123456789ABCDEF";
        std::string out;
        for (const char c : text) {
            const bool as_it_is = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || plain.find(c) != std::string_view::npos;
            if (out.size() + (as_it_is ? 1 : 3) > most) break;
            if (as_it_is) {
                out += c;
                continue;
            }
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
        return out;
    }

    std::string held_;
};

}}}  // namespace agi::v0::testing::simulator

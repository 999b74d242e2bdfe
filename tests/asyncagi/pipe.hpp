// SPDX-License-Identifier: MIT
#pragma once
// How Asterisk takes replies to a header: a pipe, reads of 1,024 bytes, 2,047 encoded ones.

#include <algorithm>
#include <string>
#include <string_view>

namespace asyncagi_tests {

/// What Asterisk's encoder makes of a text: letters, digits and -_.!~*'() stay, and it stops where
/// there is no room.
inline std::string encoded(std::string_view text) {
    constexpr std::size_t room = 2047;
    constexpr std::string_view plain = "-_.!~*'()";
    std::string out;
    for (const char c : text) {
        const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || plain.find(c) != std::string_view::npos;
        if (out.size() + (stays ? 1 : 3) > room) break;
        if (stays) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += "0123456789ABCDEF"[byte >> 4U];
        out += "0123456789ABCDEF"[byte & 15U];
    }
    return out;
}

class Pipe {
  public:
    void write(std::string_view text) { held_ += text; }
    /// One read, as the value of a header.
    std::string read() {
        const std::size_t size = std::min<std::size_t>(held_.size(), 1024);
        const std::string text = held_.substr(0, size);
        held_.erase(0, size);
        return encoded(text);
    }
    [[nodiscard]] bool empty() const { return held_.empty(); }

  private:
    std::string held_;
};

}  // namespace asyncagi_tests

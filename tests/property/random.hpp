// SPDX-License-Identifier: MIT
#pragma once
// Random text for the property tests: the same in every run and with every standard library.

#include <random>
#include <string>
#include <string_view>

namespace property {

class Random {
  public:
    explicit Random(unsigned seed) : engine_{seed} {}

    /// 0 to `limit - 1`.
    std::size_t below(std::size_t limit) { return engine_() % limit; }

    char of(std::string_view bytes) { return bytes[below(bytes.size())]; }
    char byte() { return static_cast<char>(below(256)); }

    /// All bytes, those most often that mean something to Asterisk. One text in eight may have LF,
    /// CR and NUL, one in 256 is long.
    std::string text() {
        const std::size_t kind = below(256);
        if (kind == 0) return text(below(4000), false);
        return text(below(40), kind < 32);
    }

    /// Mostly letters and digits.
    std::string name() {
        std::string out;
        for (std::size_t i = below(12); i > 0; --i) {
            out += below(40) == 0 ? byte() : of("abcXYZ0189_-/. :");
        }
        return out;
    }

  private:
    std::string text(std::size_t size, bool unsendable) {
        std::string out;
        out.reserve(size);
        while (out.size() < size) {
            char c = below(2) == 0 ? of("\"\"\\\\  \t'${}()[],%<>=;|#*-") : byte();
            if (unsendable && below(16) == 0) c = of({"\n\r\0", 3});
            if (!unsendable && (c == '\n' || c == '\r' || c == '\0')) continue;
            out += c;
        }
        return out;
    }

    std::mt19937 engine_;
};

}  // namespace property

// SPDX-License-Identifier: MIT
#pragma once
// What the harnesses share: each is a function from bytes to "all properties hold".

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fuzz {

/// A property does not hold.
class Failure : public std::logic_error {
    using std::logic_error::logic_error;
};

inline void require(bool holds, const char* property) {
    if (!holds) throw Failure(property);
}

void ami(std::string_view bytes);
void asyncagi(std::string_view bytes);
void manager(std::string_view bytes);
void reply(std::string_view bytes);
void environment(std::string_view bytes);
void request(std::string_view bytes);
void session(std::string_view bytes);
void exchange(std::string_view bytes);

/// Takes an input apart. At its end there are only zeros and empty texts.
class Input {
  public:
    explicit Input(std::string_view bytes) noexcept : bytes_{bytes} {}

    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    unsigned char byte() noexcept {
        if (bytes_.empty()) return 0;
        const auto byte = static_cast<unsigned char>(bytes_.front());
        bytes_.remove_prefix(1);
        return byte;
    }
    std::size_t below(std::size_t limit) noexcept { return byte() % limit; }
    bool flag() noexcept { return byte() % 2 == 1; }
    long long number() noexcept {
        unsigned long long bits = 0;
        for (std::size_t size = below(9); size > 0; --size) bits = bits << 8U | byte();
        return static_cast<long long>(bits);
    }
    /// Up to 15 KiB; most sizes are small.
    std::string text() {
        std::size_t size = byte();
        if (size >= 0xc0) size = (size - 0xbf) * 240;
        const std::string text{bytes_.substr(0, size)};
        bytes_.remove_prefix(text.size());
        return text;
    }
    std::string_view rest() noexcept { return std::exchange(bytes_, {}); }

  private:
    std::string_view bytes_;
};

/// Sizes of the pieces in which bytes come from a peer. The seed 0 gives everything at once.
class Pieces {
  public:
    explicit Pieces(unsigned char seed) noexcept : state_{seed} {}

    /// From 1 to `most`, which is not 0.
    std::size_t next(std::size_t most) noexcept {
        if (state_ == 0) return most;
        state_ = state_ * 1103515245U + 12345U;
        const std::size_t size = 1 + (state_ >> 16U) % 40;
        return std::min(size, most);
    }

  private:
    unsigned state_;
};

inline bool is_inside(std::string_view part, std::string_view whole) noexcept {
    return part.empty() || (part.data() >= whole.data() &&
                            part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace fuzz

// SPDX-License-Identifier: MIT
#pragma once
// A set of bytes, as a table.

#include <agi/version.hpp>

#include <cstddef>

namespace agi { inline namespace v0 { namespace wire {

/// The bytes of a literal.
class ByteSet {
  public:
    template <std::size_t Size>
    explicit constexpr ByteSet(const char (&bytes)[Size]) noexcept {
        for (std::size_t i = 0; i + 1 < Size; ++i)
            has_[static_cast<unsigned char>(bytes[i])] = true;
    }
    constexpr bool operator[](char c) const noexcept { return has_[static_cast<unsigned char>(c)]; }

  private:
    bool has_[256] = {};
};

}}}  // namespace agi::v0::wire

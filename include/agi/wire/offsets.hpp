// SPDX-License-Identifier: MIT
#pragma once
// Places in a text, for an index of it.

#include <agi/version.hpp>

#include <cstring>
#include <string>

namespace agi { inline namespace v0 { namespace wire {

/// Offsets into a text of less than 4 GB, in a std::string: <vector> costs every file more.
class Offsets {
  public:
    static constexpr unsigned nowhere = 0xffffffff;

    Offsets() = default;
    /// That many, all of them nowhere.
    explicit Offsets(std::size_t size) : bytes_(size * width, '\xff') {}

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size() / width; }

    [[nodiscard]] std::size_t operator[](std::size_t index) const noexcept {
        unsigned offset = 0;
        std::memcpy(&offset, bytes_.data() + index * width, width);
        return offset;
    }
    void set(std::size_t index, std::size_t offset) noexcept {
        const auto number = static_cast<unsigned>(offset);
        std::memcpy(bytes_.data() + index * width, &number, width);
    }
    /// Two more, at the end: where a part of the text begins, and where it ends.
    void add(std::size_t begin, std::size_t end) {
        bytes_.append(2 * width, '\0');
        set(size() - 2, begin);
        set(size() - 1, end);
    }

    /// Drops what follows the first that is nowhere.
    void end_at_gap() {
        std::size_t count = 0;
        while (count < size() && (*this)[count] != nowhere) ++count;
        bytes_.resize(count * width);
        bytes_.shrink_to_fit();
    }

  private:
    static constexpr std::size_t width = sizeof(unsigned);

    std::string bytes_{};
};

}}}  // namespace agi::v0::wire

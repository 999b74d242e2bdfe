// SPDX-License-Identifier: MIT
#pragma once
// Counts durations so that quantiles can be asked for.

#include "clock.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace load {

/// Log-linear cells, 256 for each octave: a quantile is within 0.4 %.
class Histogram {
  public:
    void add(Nanoseconds duration) {
        duration = std::max<Nanoseconds>(duration, 0);
        ++cells_[cell(static_cast<std::uint64_t>(duration))];
        ++count_;
        sum_ += static_cast<double>(duration);
        max_ = std::max(max_, duration);
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] Nanoseconds max() const { return max_; }
    [[nodiscard]] double mean() const {
        return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
    }
    [[nodiscard]] double quantile(double part) const {
        if (count_ == 0) return 0;
        const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(count_ - 1)) + 1;
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            seen += cells_[i];
            if (seen >= wanted) return std::min(middle(i), static_cast<double>(max_));
        }
        return static_cast<double>(max_);
    }

  private:
    static constexpr std::size_t cell_bits = 8;
    static constexpr std::size_t cells_per_octave = std::size_t{1} << cell_bits;
    static constexpr std::size_t octaves = 40;

    static std::size_t cell(std::uint64_t value) {
        std::size_t octave = 0;
        while (value >= 2 * cells_per_octave) {
            value >>= 1U;
            ++octave;
        }
        const std::size_t index = octave * cells_per_octave + static_cast<std::size_t>(value);
        return std::min(index, cells_per_octave * (octaves + 1) - 1);
    }
    static double middle(std::size_t index) {
        if (index < 2 * cells_per_octave) return static_cast<double>(index);
        const std::size_t octave = index / cells_per_octave - 1;
        const std::uint64_t low = (index % cells_per_octave + cells_per_octave) << octave;
        return static_cast<double>(low) + static_cast<double>(std::uint64_t{1} << octave) / 2;
    }

    std::vector<std::uint32_t> cells_ =
        std::vector<std::uint32_t>(cells_per_octave * (octaves + 1));
    std::uint64_t count_ = 0;
    double sum_ = 0;
    Nanoseconds max_ = 0;
};

}  // namespace load

// SPDX-License-Identifier: MIT
#pragma once
// A position in a sound file, counted in samples.

#include <agi/version.hpp>

#include <chrono>

namespace agi { inline namespace v0 {

/// A position or a length in samples. Most commands count samples, CONTROL STREAM FILE counts
/// milliseconds: the types keep the two apart.
struct SampleOffset {
    long long samples = 0;

    /// The time at that many samples per second. Telephone sounds have 8000.
    [[nodiscard]] constexpr std::chrono::milliseconds time(int rate = 8000) const noexcept {
        return std::chrono::milliseconds{samples / rate * 1000 + samples % rate * 1000 / rate};
    }

    friend constexpr bool operator==(SampleOffset a, SampleOffset b) noexcept {
        return a.samples == b.samples;
    }
    friend constexpr bool operator!=(SampleOffset a, SampleOffset b) noexcept {
        return a.samples != b.samples;
    }
    friend constexpr bool operator<(SampleOffset a, SampleOffset b) noexcept {
        return a.samples < b.samples;
    }
};

}}  // namespace agi::v0

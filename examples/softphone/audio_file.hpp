// SPDX-License-Identifier: MIT
// What the caller says under EAGI, from a sound file.
#pragma once

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

// 16 bits, 8 kHz, one channel: a .wav or raw samples. Silence behind its end.
class AudioFile {
  public:
    explicit AudioFile(const std::string& name) {
        std::ifstream in{name, std::ios::binary};
        if (!in) throw std::runtime_error{"cannot read " + name};
        samples_.assign(std::istreambuf_iterator<char>{in}, {});
        constexpr std::size_t header = 44;
        if (samples_.compare(0, 4, "RIFF") == 0) samples_.erase(0, header);
    }

    // The 20 ms that begin there.
    std::string operator()(std::chrono::milliseconds from) const {
        constexpr std::size_t frame = 320;
        const auto at = static_cast<std::size_t>(from.count()) * 16;
        std::string bytes = at < samples_.size() ? samples_.substr(at, frame) : std::string{};
        bytes.resize(frame, '\0');
        return bytes;
    }

  private:
    std::string samples_;
};

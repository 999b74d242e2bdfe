// SPDX-License-Identifier: MIT
// What the caller says under EAGI, from a sound file.
#pragma once

#include <agi/testing/sounds.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

// 16 bits, 8 kHz, one channel: a .wav, or raw samples in a .sln or .raw. Silence behind its end.
class AudioFile {
  public:
    explicit AudioFile(const std::string& name) {
        std::ifstream in{name, std::ios::binary};
        if (!in) throw std::runtime_error{"cannot read " + name};
        samples_.assign(std::istreambuf_iterator<char>{in}, {});
        constexpr std::uint32_t rate = 8000;
        if (const auto size = agi::testing::simulator::wav_bytes(name, rate)) {
            constexpr std::size_t riff = 12;
            samples_ = samples_.substr(samples_.find("data", riff) + 8, *size);
            return;
        }
        const std::string extension = std::filesystem::path{name}.extension().string();
        if (extension == ".sln" || extension == ".raw") return;
        throw std::runtime_error{name +
                                 " is no audio: --eagi takes a .wav of 16 bits, 8 kHz and one "
                                 "channel, or its samples in a .sln or .raw"};
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

// SPDX-License-Identifier: MIT
#pragma once
// A call in EAGI for the tests of examples: a written dialogue, and a pipe with the caller's audio.
// The reply to a command that listens comes when all of the audio has been heard.

#include "catch.hpp"
#include "stream/descriptors.hpp"
#include <agi/testing/scripted_stream.hpp>

#include <sys/ioctl.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

/// A dialogue that has `read_fd`, as a listener polls. The descriptor is always readable.
class EagiStream : public agi::testing::ScriptedStream {
  public:
    EagiStream(const std::string& dialogue, int audio)
        : ScriptedStream{"<< agi_request: x\n<< agi_enhanced: 1.0\n<<\n"
                         ">> GET VARIABLE EAGI_AUDIO_FORMAT\n<< 200 result=0\n" +
                         dialogue},
          audio_{audio} {}

    /// A line comes when the audio has been heard.
    [[nodiscard]] bool wait_line(std::chrono::milliseconds time) const {
        int waiting = 0;
        return ::ioctl(audio_, FIONREAD, &waiting) == 0 && waiting == 0 &&
               ScriptedStream::wait_line(time);
    }
    [[nodiscard]] int read_fd() const noexcept { return audio_; }

  private:
    int audio_;
};

/// A sine of 400 Hz as `slin`, that many frames of 20 ms.
inline std::string tone(int amplitude, int frames) {
    std::string bytes;
    for (int i = 0; i < frames * 160; ++i) {
        const auto sample =
            static_cast<std::int16_t>(std::lround(amplitude * std::sin(i * 0.314159265)));
        char raw[2];
        std::memcpy(raw, &sample, sizeof raw);
        bytes.append(raw, sizeof raw);
    }
    return bytes;
}

// SPDX-License-Identifier: MIT
#pragma once
// The caller's audio in a simulated call, for programs that listen: EagiAudio reads it.

#include <agi/process/eagi_audio.hpp>
#include <agi/testing/asterisk.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <system_error>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// A pipe into which Asterisk writes what the caller says, 20 ms for every 20 ms of the call, while
/// it sends audio on (see EagiAudio). As in Asterisk, what is not read in time is lost.
///
///     asterisk.entry("agi_enhanced") = "1.0";
///     asterisk.channel.caller.at(3s).fall_silent();
///     Session session{SimulatedStream{asterisk}};
///     const SimulatedAudio caller{asterisk};
///     EagiAudio audio{session, caller.fd()};
///
/// One at a time for each Asterisk, which must outlive it.
class SimulatedAudio {
  public:
    using Time = std::chrono::milliseconds;
    /// The bytes of the 20 ms that begin at that time of the call.
    using Voice = std::function<std::string(Time)>;

    /// Without a voice the caller is a loud tone while he speaks, and silence while he does not.
    ///
    /// @throws AGIError  EAGI_AUDIO_FORMAT is not `slin...`, and there is no voice; no descriptor
    ///                   is free
    explicit SimulatedAudio(Asterisk& asterisk, Voice voice = {})
        : asterisk_{asterisk}, voice_{std::move(voice)} {
        const std::string name = asterisk.value("EAGI_AUDIO_FORMAT");
        const AudioFormat format = AudioFormat::of(name.empty() ? "slin" : name);
        if (!voice_ && !format.linear()) throw AGIError("audio as " + name + " needs a voice");
        if (!voice_) {
            voice_ = [this, format](Time /*time*/) {
                return tone(format, asterisk_.channel.silent_since() ? 0 : loud);
            };
        }
        if (::pipe(pipe_) != 0) {
            throw AGIError("no audio: " + std::generic_category().message(errno));
        }
        for (const int fd : pipe_) {
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
            ::fcntl(fd, F_SETFL, O_NONBLOCK);
        }
        asterisk_.channel.audio = [this](Time from, Time to) { send(from, to); };
    }
    SimulatedAudio(const SimulatedAudio&) = delete;
    SimulatedAudio& operator=(const SimulatedAudio&) = delete;
    ~SimulatedAudio() {
        asterisk_.channel.audio = nullptr;
        for (const int fd : pipe_) ::close(fd);
    }

    /// Where the program reads.
    [[nodiscard]] int fd() const noexcept { return pipe_[0]; }

    /// 20 ms of a rectangular wave of 400 Hz, as signed 16-bit samples.
    static std::string tone(const AudioFormat& format, std::int16_t amplitude) {
        constexpr int half_waves = 800;
        std::string bytes(format.frame_bytes, '\0');
        for (std::size_t at = 0; at + sizeof amplitude <= bytes.size(); at += sizeof amplitude) {
            const auto half =
                at / sizeof amplitude * half_waves / static_cast<std::size_t>(format.rate);
            const auto sample = static_cast<std::int16_t>(half % 2 == 0 ? amplitude : -amplitude);
            std::memcpy(&bytes[at], &sample, sizeof sample);
        }
        return bytes;
    }

  private:
    static constexpr Time frame{20};
    static constexpr std::int16_t loud = 8000;

    /// The frames that are complete by `to`. The rest of them is lost when the pipe is full.
    void send(Time from, Time to) const {
        for (Time end = from - from % frame + frame; end <= to; end += frame) {
            const std::string bytes = voice_(end - frame);
            if (::write(pipe_[1], bytes.data(), bytes.size()) < 0) return;
        }
    }

    Asterisk& asterisk_;
    Voice voice_;
    int pipe_[2] = {-1, -1};
};

}}}  // namespace agi::v0::testing

// SPDX-License-Identifier: MIT
#pragma once
// A LineStream that leads to a simulated Asterisk.

#include <agi/stream/hangup_source.hpp>
#include <agi/stream/line_stream.hpp>
#include <agi/testing/asterisk.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// The program waits for a line that would never come: it would hang. Not an AGIException, so that
/// call logic which handles those does not swallow it.
class WouldHang : public std::logic_error {
    using std::logic_error::logic_error;
};

/// What a program that Asterisk has started does with SIGHUP.
enum class Sighup : unsigned char {
    noted,    ///< It watches for it, as under agi::run.
    ignored,  ///< It does not care.
};

/// Connects a session with an Asterisk, which must outlive it. The call begins when it is made.
class SimulatedStream {
  public:
    explicit SimulatedStream(Asterisk& asterisk, Sighup sighup = Sighup::noted)
        : asterisk_{&asterisk}, notes_sighup_{sighup == Sighup::noted} {
        asterisk.begin();
    }

    /// @throws WouldHang  the line would never come: Asterisk waits for the program or for the
    ///                    caller, whose plan has nothing more
    bool read_line(std::string& line) {
        line.clear();
        for (;;) {
            auto next = asterisk_->next_line();
            if (asterisk_->channel.waited_for_ever()) hang("waits for the caller without end");
            if (next) {
                line = std::move(*next);
                return true;
            }
            if (asterisk_->closed()) return false;
            if (!asterisk_->channel.wait_for_anything()) {
                hang(asterisk_->has_stuck_lines()
                         ? "waits for the reply to a line that lies unread in Asterisk's buffer"
                         : "waits for Asterisk, and Asterisk for the program");
            }
        }
    }

    /// What Asterisk has said, and nobody has read. No time passes.
    Arrived read_arrived(std::string& line, bool /*ask_system*/) {
        auto said = asterisk_->said_line();
        if (!said) return asterisk_->closed() ? Arrived::end : Arrived::nothing;
        line = std::move(*said);
        return Arrived::line;
    }

    void write_line(std::string_view line) {
        if (!asterisk_->receive(line))
            throw AGISIGPIPEHangup({}, "the simulated Asterisk has ended the session");
        if (asterisk_->channel.waited_for_ever()) hang("waits for the caller without end");
    }

    /// In virtual time, which passes here; a negative time is without end.
    ///
    /// @throws WouldHang  a day passes in which nothing can happen: the program waits for ever
    bool wait_line(std::chrono::milliseconds time) {
        constexpr std::chrono::hours longest{24};
        constexpr std::chrono::milliseconds audio_frame{20};
        if (time.count() < 0) time = longest;
        // Whoever listens has to hear something before the next look.
        if (asterisk_->channel.audio) time = std::max(time, audio_frame);
        if (asterisk_->wait(time)) return true;
        waited_ =
            asterisk_->channel.expects_anything() ? std::chrono::milliseconds{0} : waited_ + time;
        if (waited_ >= longest) hang("waits, and nothing can happen any more");
        return false;
    }

    /// Virtual time.
    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept {
        return std::chrono::steady_clock::time_point{asterisk_->program_time()};
    }

    /// No descriptor: what polls this and the caller's audio waits for the audio.
    [[nodiscard]] static int read_fd() noexcept { return -1; }

    [[nodiscard]] Asterisk& asterisk() noexcept { return *asterisk_; }

    [[nodiscard]] HangupSource hangup_source() const noexcept {
        return notes_sighup_ && asterisk_->signalled() ? HangupSource::signal : HangupSource::none;
    }

  private:
    [[noreturn]] void hang(const char* what) {
        asterisk_->note_stuck();
        throw WouldHang{std::string{"the program "} + what};
    }

    Asterisk* asterisk_;
    bool notes_sighup_;
    std::chrono::milliseconds waited_{0};  ///< While nothing could happen.
};

}}}  // namespace agi::v0::testing

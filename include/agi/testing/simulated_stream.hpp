// SPDX-License-Identifier: MIT
#pragma once
// A LineStream that leads to a simulated Asterisk.

#include <agi/session/conversation.hpp>
#include <agi/testing/asterisk.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

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

    /// @throws WouldHang  Asterisk waits for the program, and the caller's plan has nothing more
    bool read_line(std::string& line) {
        line.clear();
        for (;;) {
            if (auto next = asterisk_->next_line()) {
                line = std::move(*next);
                return true;
            }
            if (asterisk_->closed()) return false;
            if (!asterisk_->channel.wait_for_anything()) {
                asterisk_->note_stuck();
                throw WouldHang{"the program waits for Asterisk, and Asterisk for the program"};
            }
        }
    }

    void write_line(std::string_view line) {
        if (!asterisk_->receive(line))
            throw AGISIGPIPEHangup({}, "the simulated Asterisk has ended the session");
    }

    /// Asterisk answers at once.
    [[nodiscard]] static bool wait_line(std::chrono::milliseconds /*time*/) noexcept {
        return true;
    }

    [[nodiscard]] HangupSource hangup_source() const noexcept {
        return notes_sighup_ && asterisk_->signalled() ? HangupSource::signal : HangupSource::none;
    }

  private:
    Asterisk* asterisk_;
    bool notes_sighup_;
};

}}}  // namespace agi::v0::testing

// SPDX-License-Identifier: MIT
#pragma once
// The stream of a program that Asterisk has started, with what such a program wants.

#include <agi/process/hangup_signal.hpp>
#include <agi/process/stdout_guard.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/stream/hangup_source.hpp>
#include <agi/version.hpp>

#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// What a ProcessStream does.
struct ProcessOptions {
    bool guard_stdout = true;              ///< Keeps all else off standard output: StdoutGuard.
    const HangupSignal* hangup = nullptr;  ///< Tells the session of SIGHUP; outlives the stream.
};

/// Standard input and output of a program that AGI() or EAGI() has started.
class ProcessStream {
  public:
    /// @throws AGIError  standard input or output is not open
    explicit ProcessStream(ProcessOptions options = {})
        : guard_{options.guard_stdout ? std::optional<StdoutGuard>{std::in_place} : std::nullopt},
          stream_{guard_ ? guard_->read_fd() : STDIN_FILENO,
                  guard_ ? guard_->write_fd() : STDOUT_FILENO},
          hangup_{options.hangup} {}

    bool read_line(std::string& line) { return stream_.read_line(line); }
    void write_line(std::string_view line) { stream_.write_line(line); }
    bool wait_line(std::chrono::milliseconds time) { return stream_.wait_line(time); }
    Arrived read_arrived(std::string& line, bool ask_system) {
        return stream_.read_arrived(line, ask_system);
    }

    [[nodiscard]] HangupSource hangup_source() const noexcept {
        return hangup_ != nullptr && hangup_->received() ? HangupSource::signal
                                                         : HangupSource::none;
    }

    /// The descriptor that Asterisk's lines come from, for poll.
    [[nodiscard]] int read_fd() const noexcept { return stream_.read_fd(); }

  private:
    std::optional<StdoutGuard> guard_;
    FdStream stream_;
    const HangupSignal* hangup_;
};

}}  // namespace agi::v0

// SPDX-License-Identifier: MIT
#pragma once
// The stream of a program that Asterisk has started, with what such a program wants.

#include <agi/process/early_output.hpp>
#include <agi/process/hangup_signal.hpp>
#include <agi/process/stdout_guard.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/stream/hangup_source.hpp>
#include <agi/version.hpp>

#include <fcntl.h>
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
    bool for_good = false;  ///< What the guard has moved is not put back: see StdoutGuard.
};

/// Standard input and output of a program that AGI() or EAGI() has started.
///
/// With the guard, a child that the program forks does not have them: it may go on when the program
/// has ended, and the call is not held.
class ProcessStream {
  public:
    /// @throws AGIError  standard input or output is not open
    explicit ProcessStream(ProcessOptions options = {})
        : written_before_{wire::may_have_written()},
          guard_{options.guard_stdout ? std::optional<StdoutGuard>{std::in_place} : std::nullopt},
          stream_{guard_ ? guard_->read_fd() : open(STDIN_FILENO),
                  guard_ ? guard_->write_fd() : open(STDOUT_FILENO)},
          options_{options} {
        if (guard_ && options.for_good) guard_->keep_for_good();
    }

    bool read_line(std::string& line) { return stream_.read_line(line); }
    bool read_line(std::string_view& line) { return stream_.read_line(line); }
    void write_line(std::string_view line) { stream_.write_line(line); }
    bool wait_line(std::chrono::milliseconds time) { return stream_.wait_line(time); }
    bool wait_room(std::chrono::milliseconds time) const { return stream_.wait_room(time); }
    Arrived read_arrived(std::string& line, bool ask_system) {
        return stream_.read_arrived(line, ask_system);
    }

    [[nodiscard]] HangupSource hangup_source() const noexcept {
        return options_.hangup != nullptr && options_.hangup->received() ? HangupSource::signal
                                                                         : HangupSource::none;
    }

    /// The descriptor that Asterisk's lines come from, for poll.
    [[nodiscard]] int read_fd() const noexcept { return stream_.read_fd(); }

    /// The descriptor that becomes readable when SIGHUP comes; -1 where nothing watches for it.
    [[nodiscard]] int hangup_fd() const noexcept {
        return options_.hangup != nullptr ? options_.hangup->fd() : -1;
    }

    /// Whether the process may have written something before this stream was made:
    /// `find_early_output` tells whether it went to Asterisk.
    [[nodiscard]] bool written_before() const noexcept { return written_before_; }

    /// Gives the call up, in this process only: reads end, and what is written goes nowhere. For a
    /// child that was forked without the guard, or after `keep_in_children`, and goes on while its
    /// parent has the call; the call is held for as long as any process has it.
    void let_go() noexcept {
        if (wire::stderr_is_protocol(stream_.read_fd(), stream_.write_fd()))
            wire::point_nowhere(STDERR_FILENO);
        wire::point_nowhere(stream_.read_fd());
        wire::point_nowhere(stream_.write_fd());
    }

    /// Leaves children that are forked from now on the call, too: see StdoutGuard. Asterisk sends SIGHUP
    /// to this process only: a child that is to know of the hang-up is told by `kill(child, SIGHUP)`.
    void keep_in_children() noexcept {
        if (guard_) guard_->keep_in_children();
    }

  private:
    static int open(int fd) {
        if (::fcntl(fd, F_GETFD) >= 0) return fd;
        throw AGIError("descriptor " + std::to_string(fd) + " is not open");
    }

    bool written_before_;
    std::optional<StdoutGuard> guard_;
    FdStream stream_;
    ProcessOptions options_;
};

}}  // namespace agi::v0

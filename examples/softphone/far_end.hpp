// SPDX-License-Identifier: MIT
// What the softphone talks to: a program, a server, or a client of its manager interface.
#pragma once

#include <agi/testing/caller.hpp>

#include <optional>
#include <string>

class FarEnd {
  public:
    FarEnd() = default;
    FarEnd(const FarEnd&) = delete;
    FarEnd& operator=(const FarEnd&) = delete;
    virtual ~FarEnd() = default;

    // Whether somebody is there, and the call may begin.
    [[nodiscard]] virtual bool is_there() { return true; }

    // What it has written: lines that came together, without their last LF. Nothing: none is whole yet,
    // or it has closed, which `ended` says.
    virtual std::optional<std::string> receive() = 0;
    [[nodiscard]] virtual bool ended() const = 0;
    // A line, with its LF.
    virtual void send_line(const std::string& line) = 0;
    // Asterisk has read lines, and said what it says of them.
    virtual void said_all() {}

    // What comes in on the line from there: the manager interface can stop, press keys and hang up.
    virtual std::optional<agi::testing::Caller::Action> take_frame() { return std::nullopt; }
    // Where that is to be seen; -1: nowhere.
    [[nodiscard]] virtual int frame_fd() const { return -1; }

    [[nodiscard]] virtual int read_fd() const = 0;
    [[nodiscard]] virtual int error_fd() const { return -1; }
    // Whether it has said something, or has closed.
    [[nodiscard]] virtual bool is_readable() = 0;
    // What it has printed to standard error since the last time.
    virtual std::string errors() { return {}; }

    virtual void signal_hangup() const {}
    virtual void terminate_all() const {}
    virtual void kill_all() const {}
    virtual void shut() = 0;
    // As waitpid has it, if it has ended; 0 for what is no process.
    virtual std::optional<int> exit_status() { return 0; }
};

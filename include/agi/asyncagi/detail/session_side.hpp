// SPDX-License-Identifier: MIT
#pragma once
// A tunnel's end towards the session: lines that wait for their turn, bytes that are given out.

#include <agi/asyncagi/detail/dead_channel.hpp>
#include <agi/version.hpp>

#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi {

class SessionSide {
  public:
    void add_line(std::string_view line) { lines_.emplace_back(line); }
    [[nodiscard]] bool has_line() const noexcept { return !lines_.empty(); }
    [[nodiscard]] const std::string& next_line() const noexcept { return lines_.front(); }
    std::string take_line() {
        std::string line = std::move(lines_.front());
        lines_.pop_front();
        return line;
    }
    void drop_lines() noexcept { lines_.clear(); }

    /// It has closed, or has said its last line.
    void close() noexcept { closed_ = true; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    /// Whether anything follows what is under way.
    [[nodiscard]] bool goes_on() const noexcept { return closed_ || has_line(); }

    void give(std::string_view bytes) { bytes_ += bytes; }
    /// Once.
    void tell_hangup() {
        if (!std::exchange(told_hangup_, true)) give(hangup_line);
    }
    /// All lines that wait, as a dead channel does.
    void answer_dead() {
        while (has_line()) give(answer_of_dead_channel(take_line()));
    }
    [[nodiscard]] std::string take_bytes() { return std::exchange(bytes_, {}); }

  private:
    std::deque<std::string> lines_;
    std::string bytes_;
    bool closed_ = false;
    bool told_hangup_ = false;
};

}}}  // namespace agi::v0::asyncagi

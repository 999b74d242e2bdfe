// SPDX-License-Identifier: MIT
#pragma once
// What a program has written and Asterisk has not looked at: on the descriptor, and in its stdio buffer.

#include <agi/version.hpp>

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Asterisk waits for the descriptor, but reads through a buffer that takes all that is there. A line in the
/// buffer is taken only when the descriptor wakes it again, by one more byte or by the end.
class Inbox {
  public:
    using Time = std::chrono::milliseconds;

    void add(std::string_view line, Time time) { arrived_.push_back({std::string{line}, time}); }

    /// Whether the descriptor would wake a poll.
    [[nodiscard]] bool readable() const noexcept { return !arrived_.empty() || ended_; }
    /// When what is there has come.
    [[nodiscard]] Time since() const { return arrived_.empty() ? end_ : arrived_.front().time; }
    [[nodiscard]] bool empty() const noexcept { return arrived_.empty() && buffered_.empty(); }
    /// Lines that nothing wakes.
    [[nodiscard]] bool has_stuck_lines() const noexcept {
        return !buffered_.empty() && !readable();
    }

    /// The program writes nothing more.
    void end(Time time) noexcept {
        ended_ = true;
        end_ = time;
    }

    /// The next line at that time: from the buffer, or from all that has come by then. An empty inbox has
    /// none.
    std::string take(Time now) {
        constexpr std::size_t buffer = 4096;
        if (buffered_.empty()) {
            std::size_t size = 0;
            while (!arrived_.empty() && arrived_.front().time <= now &&
                   (buffered_.empty() || size + arrived_.front().text.size() < buffer)) {
                size += arrived_.front().text.size() + 1;
                buffered_.push_back(std::move(arrived_.front().text));
                arrived_.pop_front();
            }
        }
        std::string line = std::move(buffered_.front());
        buffered_.pop_front();
        return line;
    }

  private:
    struct Line {
        std::string text;
        Time time;
    };
    std::deque<Line> arrived_;
    std::deque<std::string> buffered_;
    bool ended_ = false;
    Time end_{0};
};

}}}  // namespace agi::v0::testing::simulator

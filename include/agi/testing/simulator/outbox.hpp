// SPDX-License-Identifier: MIT
#pragma once
// What a simulated Asterisk has said and the program has not read.

#include <agi/version.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

class Outbox {
  public:
    using Time = std::chrono::milliseconds;

    /// One line or more.
    void add(std::string_view lines, Time now) {
        (text_ += lines) += '\n';
        time_ = now;
    }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    /// When the last of it was said.
    [[nodiscard]] Time time() const noexcept { return time_; }

    std::optional<std::string> take() {
        const std::size_t end = text_.find('\n', read_);
        if (end == std::string::npos) return std::nullopt;
        std::string line = text_.substr(read_, end - read_);
        read_ = end + 1;
        if (read_ == text_.size()) {
            text_.clear();
            read_ = 0;
        }
        return line;
    }

  private:
    std::string text_;
    std::size_t read_ = 0;  ///< What of it was taken.
    Time time_{0};
};

}}}  // namespace agi::v0::testing::simulator

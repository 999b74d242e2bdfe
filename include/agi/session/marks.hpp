// SPDX-License-Identifier: MIT
#pragma once
// Lines that Asterisk echoes, by which a session finds out which replies are its own.

#include <agi/version.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// The marks of one session. What Asterisk echoes of one is known to nobody before it is sent: a caller's
/// name, or a value with line feeds, cannot forge it.
class Marks {
  public:
    /// Makes a new mark: the request line that has Asterisk echo it, also on a dead channel.
    const std::string& next() {
        if (session_.empty()) session_ = "agi-mark-" + random_text() + '-';
        const std::string text = session_ + std::to_string(++count_);
        echo_.assign(head).append(text).append(1, ')');
        request_.assign("GET FULL VARIABLE \"").append(text).append("\"\n");
        pending_ = true;
        return request_;
    }

    /// Whether the latest echo has not come yet.
    [[nodiscard]] bool pending() const noexcept { return pending_; }

    static constexpr std::string_view head = "200 result=1 (";

    /// Whether the line is, or ends with, the echo of a mark. Asterisk drops the end of what is not
    /// read in time: then the echo is glued to what is left of that.
    [[nodiscard]] bool is_echo(std::string_view line) const noexcept {
        if (session_.empty() || line.empty() || line.back() != ')') return false;
        const std::size_t at = line.rfind(head);
        return at != std::string_view::npos &&
               line.substr(at + head.size(), session_.size()) == session_;
    }

    /// The echo of the latest mark, if that is what the line ends with, else of an earlier one.
    [[nodiscard]] bool is_latest(std::string_view line) const noexcept {
        return line.size() >= echo_.size() && line.substr(line.size() - echo_.size()) == echo_;
    }
    [[nodiscard]] const std::string& echo() const noexcept { return echo_; }

    /// The latest echo has come.
    void clear() noexcept { pending_ = false; }

  private:
    /// Mixes what no caller can know: the time to the nanosecond, and where the system has put this
    /// process's code and data.
    std::string random_text() const {
        constexpr const char* hex = "0123456789abcdef";
        const auto time = std::chrono::steady_clock::now().time_since_epoch().count();
        const auto date = std::chrono::system_clock::now().time_since_epoch().count();
        const std::string heap(64, ' ');
        std::uint64_t state = 0;
        std::string text;
        const std::uint64_t parts[] = {
            static_cast<std::uint64_t>(time), static_cast<std::uint64_t>(date),
            reinterpret_cast<std::uintptr_t>(this), reinterpret_cast<std::uintptr_t>(heap.data()),
            reinterpret_cast<std::uintptr_t>(hex)};
        for (const std::uint64_t part : parts) {
            state = mixed(state ^ part);
        }
        for (int i = 0; i < 32; ++i) {
            if (i == 16) state = mixed(state);
            text += hex[(state >> (4U * (static_cast<unsigned>(i) % 16U))) & 15U];
        }
        return text;
    }

    /// The finalizer of SplitMix64: every bit of the result depends on every bit given.
    static constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
        x += 0x9e3779b97f4a7c15U;
        x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
        x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
        return x ^ (x >> 31U);
    }

    std::string session_{};  ///< What the marks of this session begin with.
    std::string request_{};  ///< With its LF.
    std::string echo_{};
    unsigned count_ = 0;
    bool pending_ = false;
};

}}}  // namespace agi::v0::wire

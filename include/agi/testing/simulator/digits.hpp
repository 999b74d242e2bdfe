// SPDX-License-Identifier: MIT
#pragma once
// GET DATA and WAIT FOR DIGIT on a simulated channel.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/version.hpp>

#include <optional>
#include <string>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// One GET DATA. What was pressed and what plays is kept from one wait to the next.
class DataEntry {
  public:
    DataEntry(Call& call, const Words& words)
        : timeout_{number_or_zero(words, 3)},
          most_{words.size() > 4 ? number_or_zero(words, 4) : 1024} {
        const auto length = call.channel.length_of(words[2]);
        if (most_ == 0 || (!words[2].empty() && !length)) {
            done_ = result(-1);
        } else if (!words[2].empty()) {
            prompt_ = call.channel.start(words[2], *length);
        } else {
            wait_for_next(call);
        }
    }

    std::optional<Answer> operator()(Call& call) {
        while (!done_) {
            const Wake wake = prompt_ ? call.channel.go_on(*prompt_, every_key).wake
                                      : call.channel.wait_until_stopped(end_);
            if (wake == Wake::later) return std::nullopt;
            take(call, wake);
        }
        return done_;
    }

  private:
    void take(Call& call, Wake wake) {
        const bool prompt_is_over = prompt_.has_value();
        prompt_.reset();
        switch (wake) {
            case Wake::command: done_ = no_reply(); return;
            case Wake::hangup: done_ = result(-1); return;
            case Wake::key: press(call.channel.key()); break;
            case Wake::stop:
                if (!prompt_is_over) press(stop_as_key);
                break;
            default:
                if (!prompt_is_over) {
                    done_ = result(digits_, "(timeout)");
                    return;
                }
        }
        if (!done_) wait_for_next(call);
    }

    /// What is left of the number of a stop, 1000, when it is taken for a key.
    static constexpr char stop_as_key = '\xe8';

    void press(char key) {
        if (key != '#') digits_ += key;
        if (key == '#' || static_cast<long>(digits_.size()) >= most_) done_ = result(digits_);
    }

    void wait_for_next(const Call& call) {
        constexpr long first_timeout = 6000;
        constexpr long next_timeout = 2000;
        const long usual = digits_.empty() ? first_timeout : next_timeout;
        end_ = after(call.channel, timeout_ != 0 ? timeout_ : usual);
    }

    long timeout_;
    long most_;
    std::string digits_;
    std::optional<Channel::Playing> prompt_;
    Time end_{0};
    std::optional<Answer> done_;
};

inline Answer get_data(Call& call, const Words& words) { return busy(DataEntry{call, words}); }

inline Answer wait_for_digit(Call& call, const Words& words) {
    const auto timeout = number(words, 3);
    if (!timeout) return usage();
    return busy([end = after(call.channel, *timeout)](Call& now) -> std::optional<Answer> {
        constexpr long stopped = 1000;
        switch (now.channel.wait_until_stopped(end)) {
            case Wake::key: return result(now.channel.key());
            case Wake::stop: return result(stopped);
            case Wake::hangup: return failed(-1);
            case Wake::command: return result(1);
            case Wake::later: return std::nullopt;
            default: return result(0);
        }
    });
}

}}}  // namespace agi::v0::testing::simulator

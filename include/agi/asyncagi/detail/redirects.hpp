// SPDX-License-Identifier: MIT
#pragma once
// Redirects of one call, from the wish to Asterisk's answer.

#include <agi/ami/action.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

/// Asterisk refuses a redirect while the channel has yet to follow the one before.
class Redirects {
  public:
    void want(ami::Action action) { wanted_.push_back(std::move(action)); }
    [[nodiscard]] bool any_wanted() const noexcept { return !wanted_.empty(); }
    /// They are sent.
    [[nodiscard]] std::vector<ami::Action> take_wanted() {
        unanswered_ += wanted_.size();
        return std::exchange(wanted_, {});
    }
    /// An answer to one. True: none will be followed, so that all is as before.
    bool answered(bool success) noexcept {
        if (unanswered_ == 0) return false;
        --unanswered_;
        followed_ = followed_ || success;
        return !leaves();
    }
    /// The answers to those that were sent do not come any more.
    void forget_sent() noexcept {
        unanswered_ = 0;
        followed_ = false;
    }

    /// Whether one was sent, and not refused.
    [[nodiscard]] bool sent() const noexcept { return unanswered_ > 0 || followed_; }
    /// Whether the call is to leave AsyncAGI.
    [[nodiscard]] bool leaves() const noexcept { return sent() || any_wanted(); }

  private:
    std::vector<ami::Action> wanted_;
    std::size_t unanswered_ = 0;
    bool followed_ = false;
};

}}}  // namespace agi::v0::asyncagi

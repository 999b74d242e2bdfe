// SPDX-License-Identifier: MIT
#pragma once
// The reply of a command from the Result headers in which AsyncAGI sends it.

#include <agi/version.hpp>
#include <agi/wire/percent.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

/// A text that AsyncAGI has sent in a header, decoded.
struct Part {
    /// Asterisk reads that many bytes of a reply at most: the rest comes with the next Result.
    static constexpr std::size_t full = 1024;

    /// `encoded`: the value of Result or Env.
    explicit Part(std::string_view encoded) : text{wire::percent_decoded(encoded)} {
        // Asterisk encodes into 2,047 bytes, and stops where the next `%XX` has no room. What
        // comes so near to that may lack something, unless all that was read is there.
        constexpr std::size_t last_sure = 2044;
        lost = encoded.size() > last_sure && text.size() != full;
        more = lost || text.size() >= full;
    }

    std::string text;
    bool lost = false;  ///< Something is missing at its end, for ever.
    bool more = false;  ///< Asterisk may hold more.
};

/// Puts a reply of any length together: the parts that come with its own Result and with those of
/// the NOOPs that are sent to fetch the rest.
///
/// What Asterisk holds is a pipe: after `n` NOOPs it has held the reply and `n` times theirs, in
/// this order. A part that is not full has emptied it.
class JoinedResult {
  public:
    static constexpr std::string_view reply_to_noop = "200 result=0\n";

    /// Takes the next Result. True when the reply is complete; otherwise a NOOP must be sent.
    bool push(const Part& part) {
        append(part);
        if (part.more) {
            ++noops_;
            return false;
        }
        for (; noops_ > 0; --noops_) {
            if (text_.size() < reply_to_noop.size() ||
                text_.compare(text_.size() - reply_to_noop.size(), reply_to_noop.size(),
                              reply_to_noop) != 0) {
                lost_at_.push_back(text_.size());
                break;
            }
            text_.erase(text_.size() - reply_to_noop.size());
        }
        return true;
    }

    /// Takes a Result behind which others come anyway.
    void append(const Part& part) {
        text_ += part.text;
        if (part.lost) lost_at_.push_back(text_.size());
    }

    /// Whether something is missing between two places of the text.
    [[nodiscard]] bool lost_in(std::size_t begin, std::size_t end) const noexcept {
        return std::any_of(lost_at_.begin(), lost_at_.end(),
                           [=](std::size_t at) { return at >= begin && at <= end; });
    }

    /// Whether bytes of it are lost: over 2,047 in one part when encoded.
    [[nodiscard]] bool lost() const noexcept { return !lost_at_.empty(); }
    /// The reply with its LF.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
    std::size_t noops_ = 0;
    std::vector<std::size_t> lost_at_;  ///< Behind which bytes of the text.
};

}}}  // namespace agi::v0::asyncagi

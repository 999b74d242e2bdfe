// SPDX-License-Identifier: MIT
#pragma once
// Whose call it is: a channel variable that is set, and read, in the channel's own thread.

#include <agi/version.hpp>
#include <agi/wire/request.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi {

/// Of several programs that claim a call, all read the same winner.
class Claim {
  public:
    /// How the reply of any claim begins.
    static constexpr std::string_view reply_head = "200 result=1 (agi-claim:";

    /// `from`: who has lost the call; empty: nobody has it.
    Claim(std::string owner, std::string from) : owner_{std::move(owner)}, from_{std::move(from)} {}

    /// The line to send. `nonce` marks its reply.
    [[nodiscard]] std::string line(const std::string& nonce) {
        nonce_ = nonce;
        const std::string has_one =
            from_.empty() ? "${LEN(${AGI_OWNER})}" : R"("${AGI_OWNER}"!=")" + from_ + '"';
        const std::string owner =
            "${SET(AGI_OWNER=${IF($[" + has_one + "]?${AGI_OWNER}:" + owner_ + ")})}";
        const wire::Request request{"GET FULL VARIABLE", "agi-claim:" + nonce_ + ':' + owner};
        return std::string{request.view()};
    }
    /// Whether the call is ours.
    bool take(const std::string& reply) {
        const std::string head = std::string{reply_head} + nonce_ + ':';
        const std::size_t at = reply.rfind(head);
        if (at != std::string::npos) {
            winner_ = reply.substr(at + head.size());
            winner_.erase(std::min(winner_.rfind(')'), winner_.size()));
        }
        return winner_ == owner_;
    }
    /// Who has it, once that is known.
    [[nodiscard]] const std::string& winner() const noexcept { return winner_; }

  private:
    std::string owner_;
    std::string from_;
    std::string nonce_;
    std::string winner_;
};

}}}  // namespace agi::v0::asyncagi

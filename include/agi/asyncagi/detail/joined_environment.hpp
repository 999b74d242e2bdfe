// SPDX-License-Identifier: MIT
#pragma once
// The environment of AsyncAGI from the header Env and, where it is long, the first Results.

#include <agi/asyncagi/result.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi {

/// Puts an environment together.
class JoinedEnvironment {
  public:
    /// `env`: the value of Env; empty where the event was not seen.
    void begin(std::string_view env) {
        if (env.empty()) return;
        const Part part{env};
        text_ = part.text;
        // What is left of a line whose end is lost would be a wrong value.
        if (part.lost) text_.erase(text_.rfind('\n') + 1);
        open_ = part.more;
    }
    /// One that is known from elsewhere.
    void set(std::string text) { text_ = std::move(text); }

    /// Takes the rest of it off the next Result. `reply_head`: what the reply begins with if it is
    /// that of our claim.
    void close(Part& part, std::string_view reply_head) {
        if (!open_) return;
        // In front of a reply that is not ours there is an empty line.
        std::size_t end = part.text.rfind(reply_head);
        if (end == std::string::npos && !part.text.empty() && part.text.front() == '\n') end = 1;
        if (end == std::string::npos) {
            end = part.text.find("\n\n");
            if (end != std::string::npos) end += 2;
        }
        text_ += part.text.substr(0, end);
        open_ = end == std::string::npos && part.more;
        part.text.erase(0, end);
        part.lost = part.lost && !open_;
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    std::string text_;
    bool open_ = false;  ///< A part of it is still in Asterisk.
};

}}}  // namespace agi::v0::asyncagi

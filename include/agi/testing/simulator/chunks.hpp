// SPDX-License-Identifier: MIT
#pragma once
// What a simulated Asterisk reads at a time.

#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Cuts lines as Asterisk's buffer does, and C strings: a NUL ends one, and takes its line feed.
class Chunks {
  public:
    /// `buffer`: the bytes of one read. Calls `take(chunk)`, which says whether it takes more.
    template <class Take>
    void cut(std::string_view line, std::size_t buffer, bool network, const Take& take) {
        const std::size_t nul = line.find('\0');
        if (nul != std::string_view::npos) {
            kept_ += line.substr(0, nul);
            if (!network) take(std::exchange(kept_, {}));
            return;
        }
        std::string whole;
        if (!kept_.empty()) line = whole = std::exchange(kept_, {}).append(line);
        while (line.size() >= buffer) {
            if (!take(line.substr(0, buffer))) return;
            line.remove_prefix(buffer);
        }
        take(line);
    }

  private:
    std::string kept_{};  ///< A line that a NUL has cut.
};

}}}  // namespace agi::v0::testing::simulator

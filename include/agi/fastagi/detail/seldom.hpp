// SPDX-License-Identifier: MIT
#pragma once
// For what would fill a log.

#include <agi/version.hpp>

#include <chrono>
#include <optional>

namespace agi { inline namespace v0 { namespace fastagi {

/// True once a minute at most.
class Seldom {
  public:
    bool operator()() noexcept {
        const auto now = std::chrono::steady_clock::now();
        if (last_ && now - *last_ < std::chrono::minutes{1}) return false;
        last_ = now;
        return true;
    }

  private:
    std::optional<std::chrono::steady_clock::time_point> last_;
};

}}}  // namespace agi::v0::fastagi

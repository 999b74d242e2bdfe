// SPDX-License-Identifier: MIT
#pragma once
// One client of a simulated manager interface: who it is, what it may do and wants to hear.

#include <agi/testing/simulator/action_reader.hpp>
#include <agi/version.hpp>

#include <set>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Classes of events or actions: `agi,call`, `all`, `off`.
class Privileges {
  public:
    Privileges() = default;
    explicit Privileges(std::string_view text) {
        while (!text.empty()) {
            const std::string_view one = text.substr(0, text.find(','));
            text.remove_prefix(one.size() < text.size() ? one.size() + 1 : one.size());
            const auto is = [&](std::string_view name) { return ami::same_name(one, name); };
            if (is("off") || is("no") || is("none")) continue;
            all_ = all_ || is("all") || is("on") || is("yes");
            names_.emplace(one);
        }
    }
    [[nodiscard]] bool has(std::string_view name) const {
        return all_ || names_.count(std::string{name}) != 0;
    }
    /// One of several, as in `system,call`.
    [[nodiscard]] bool has_one_of(std::string_view wanted) const {
        if (wanted.empty()) return true;
        while (!wanted.empty()) {
            const std::string_view one = wanted.substr(0, wanted.find(','));
            if (has(one)) return true;
            wanted.remove_prefix(one.size() < wanted.size() ? one.size() + 1 : one.size());
        }
        return false;
    }
    [[nodiscard]] bool empty() const noexcept { return !all_ && names_.empty(); }

  private:
    bool all_ = false;
    std::set<std::string> names_;
};

struct ManagerConnection {
    ActionReader reader;
    std::string out;  ///< What is to be sent.
    std::string challenge;
    bool logged_in = false;
    bool closing = false;  ///< It ends once `out` is sent.
    bool cut = false;      ///< It ends at once.
    Privileges events{"all"};
};

}}}  // namespace agi::v0::testing::simulator

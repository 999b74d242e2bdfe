// SPDX-License-Identifier: MIT
#pragma once
// What may be set for one AsyncAGI channel.

#include <agi/ami/action.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi {

/// The longest line that fits into the action AGI.
inline constexpr std::size_t line_limit =
    ami::Action::max_line - std::string_view{"Command: "}.size();

struct TunnelOptions {
    std::string owner{};  ///< Ours: letters, digits and `-._`.
    /// Whose call is taken over; empty: one that nobody has.
    std::string from{};
    /// In front of the ids of commands: no other program's begins so.
    std::string id{};
    /// After so long without a sign of us, Asterisk takes the call away: it goes to the extension
    /// T, or is hung up.
    std::chrono::milliseconds dead_man{60'000};
    /// How long the dialplan may take to come back into AsyncAGI after a command that has failed.
    std::chrono::milliseconds comes_back{1'000};
};

}}}  // namespace agi::v0::asyncagi

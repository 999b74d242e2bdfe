// SPDX-License-Identifier: MIT
#pragma once
// Texts put together.

#include <agi/version.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// The pieces as one text. In a header that every program includes, this costs less than `+`: the
/// compiler weighs all operators of all types for each of those.
inline std::string joined(std::initializer_list<std::string_view> pieces) {
    std::string text;
    for (const std::string_view piece : pieces) text.append(piece.data(), piece.size());
    return text;
}

}}}  // namespace agi::v0::wire

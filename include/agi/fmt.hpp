// SPDX-License-Identifier: MIT
#pragma once
// Opt-in. SetVariable, DatabasePut and the other commands that send a value then take whatever fmt
// can format:
//
//     SetVariable{"SCORE", 0.87}(session);
//
// Needs fmt 8 or later. Include it in every file that sends such a value.

#include <agi/command/formatted.hpp>

#if __has_include(<fmt/base.h>)
#include <fmt/base.h>
#else
#include <fmt/core.h>
#endif

#include <iterator>
#include <string>

namespace agi { inline namespace v0 { namespace wire {

template <class T>
struct TextFrom<T, void> {
    static constexpr bool is_known = true;
    static std::string text(const T& value) {
#if FMT_VERSION >= 110000
        std::string text;
        fmt::format_to(std::back_inserter(text), "{}", value);
        return text;
#else
        return fmt::format("{}", value);
#endif
    }
};

}}}  // namespace agi::v0::wire

// SPDX-License-Identifier: MIT
#pragma once
// SPRINTF() of the dialplan.

#include <agi/testing/simulator/arguments.hpp>
#include <agi/version.hpp>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// SPRINTF(format,...). Nothing when a number is missing, or none.
inline MaybeText sprintf_function(std::string_view argument) {
    auto all = arguments_of(argument);
    if (!argument.empty() && argument.back() == ',') all.emplace_back();
    const std::string format = all.front();
    std::string out;
    std::size_t next = 1;
    for (std::size_t at = 0; at < format.size(); ++at) {
        if (format[at] != '%') {
            out += format[at];
            continue;
        }
        const std::size_t end = format.find_first_not_of("0123456789.-+ #", at + 1);
        if (end == std::string::npos) return out;
        std::string piece = format.substr(at, end - at);
        const char kind = format[end];
        at = end;
        if (kind == '%') {
            out += '%';
            continue;
        }
        if (next >= all.size() && kind != 's') return std::nullopt;
        const std::string value = next < all.size() ? all[next] : "(null)";
        ++next;
        char text[512];
        char* number_end = nullptr;
        const auto whole = static_cast<int>(std::strtol(value.c_str(), &number_end, 10));
        const bool is_whole = number_end != value.c_str();
        const std::string_view integers{"cdiouxX"};
        const std::string_view floats{"eEfFgGaA"};
        if (kind == 's') {
            std::snprintf(text, sizeof text, (piece + 's').c_str(), value.c_str());
        } else if (integers.find(kind) != std::string_view::npos && is_whole) {
            std::snprintf(text, sizeof text, (piece + kind).c_str(), whole);
        } else if (floats.find(kind) != std::string_view::npos) {
            const double number = std::strtod(value.c_str(), &number_end);
            if (number_end == value.c_str()) return std::nullopt;
            std::snprintf(text, sizeof text, (piece + kind).c_str(), number);
        } else {
            return std::nullopt;
        }
        out += text;
    }
    return out;
}

}}}  // namespace agi::v0::testing::simulator

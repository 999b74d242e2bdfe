// SPDX-License-Identifier: MIT
#pragma once
// The caller's number and name, as the dialplan and SET CALLERID write them.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/expression.hpp>
#include <agi/version.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The environment says `unknown` for what is not there.
inline std::string known(const std::string& text) { return text == "unknown" ? "" : text; }
inline std::string caller_number(const Call& call) { return known(call.entry("agi_callerid")); }
inline std::string caller_name(const Call& call) { return known(call.entry("agi_calleridname")); }

inline std::string caller_id(const Call& call) {
    return '"' + caller_name(call) + "\" <" + caller_number(call) + '>';
}

/// The text without the quotes around it and the backslashes in it.
inline std::string unquoted(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') return text;
    std::string out;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size()) ++i;
        out += text[i];
    }
    return out;
}

/// `1234`, `Name <1234>` or `"Name" <1234>`. The part that is not given is emptied.
inline void set_caller_id(Call& call, std::string_view text) {
    const std::size_t open = text.rfind('<');
    const std::size_t close = text.rfind('>');
    std::string number;
    std::string name;
    if (open != std::string_view::npos && close != std::string_view::npos && open < close) {
        number = text.substr(open + 1, close - open - 1);
        name = unquoted(std::string{text.substr(0, open)});
    } else if (text.find_first_not_of("0123456789*#+-() .") == std::string_view::npos) {
        number = text;
    } else {
        name = unquoted(std::string{text});
    }
    call.entry("agi_callerid") = number;
    call.entry("agi_calleridname") = name;
}

}}}  // namespace agi::v0::testing::simulator

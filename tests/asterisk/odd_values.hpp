// SPDX-License-Identifier: MIT
#pragma once
// Values that a wrong quoting, splitting or reading would change.

#include <string>
#include <string_view>
#include <vector>

namespace live {

/// One line each.
inline std::vector<std::string> odd_values() {
    return {
        R"(say "hello")",
        R"(back\slash\\ and \)",
        R"(")",
        R"(\")",
        "(a) (timeout) endpos=5)",
        ")",
        "200 result=1 (hangup)",
        "HANGUP",
        "a, b; c: 'd' [e] {f} ${EXTEN} $[1+1] %25 %",
        "  blanks  ",
        "tab\there\t",
        "Gr\xc3\xbc\xc3\x9f\x65 \xe6\x97\xa5\xe6\x9c\xac",  // UTF-8
        "\xe9\xff Latin-1",
        "\x01\x1b[1m\x7f",
        std::string(1000, 'x') + "(end)",
        "",
    };
}

/// Those, and what a line cannot carry as it is.
inline std::vector<std::string> exact_values() {
    auto values = odd_values();
    std::string bytes;
    for (int byte = 1; byte < 256; ++byte) bytes += static_cast<char>(byte);
    for (const char* value :
         {"line 1\nline 2", "\n", "a)\nb", "a)\n200 result=1 (b)", "HANGUP\nHANGUP\n",
          "CR\r\nLF\r\n", "\r", "\n\n)", "${EXTEN}\n${SHELL(id)}"}) {
        values.emplace_back(value);
    }
    values.push_back(bytes);
    return values;
}

inline std::string from_base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = digits.find(c);
        if (digit == std::string_view::npos) continue;
        bits = bits << 6U | static_cast<unsigned>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
    }
    return bytes;
}

}  // namespace live

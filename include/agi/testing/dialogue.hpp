// SPDX-License-Identifier: MIT
#pragma once
// A call as text: what each side says, line by line.

#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// One line of a dialogue.
struct DialogueLine {
    enum class Kind : unsigned char {
        sent,      ///< `>> ` the program says it.
        received,  ///< `<< ` Asterisk says it.
        event,     ///< `!! ` something that is not a line: a signal, a stream that ends.
        remark,    ///< `# ` for the reader.
    };
    Kind kind = Kind::remark;
    std::string text;      ///< Without escapes and without its LF.
    bool complete = true;  ///< Whether the LF was there.
};

/// The mark in front of a line of this kind.
inline const char* mark(DialogueLine::Kind kind) noexcept {
    switch (kind) {
        case DialogueLine::Kind::sent: return ">> ";
        case DialogueLine::Kind::received: return "<< ";
        case DialogueLine::Kind::event: return "!! ";
        default: return "# ";
    }
}

/// Reads a dialogue, such as
///
///     << agi_request: pin
///     <<
///     >> ANSWER
///     << 200 result=0
///
/// C escapes are decoded (`\n \r \t \" \\ \xHH`). A recording writes the LF of each line as `\n`:
/// when any line of the text ends in it, one that does not was cut, or goes on in the next line of
/// that side. Empty lines and blanks in front of a line do not count.
///
/// @throws std::invalid_argument  a line without a mark, or with an unknown escape
inline std::vector<DialogueLine> parse_dialogue(std::string_view text) {
    using Kind = DialogueLine::Kind;
    std::vector<DialogueLine> lines;
    bool recording = false;
    std::size_t number = 0;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
        ++number;
        line.remove_prefix(line.find_first_not_of(" \t") < line.size()
                               ? line.find_first_not_of(" \t")
                               : line.size());
        if (line.empty()) continue;
        if (line.front() == '#') {
            line.remove_prefix(line.size() > 1 && line[1] == ' ' ? 2 : 1);
            lines.push_back({Kind::remark, std::string{line}, true});
            continue;
        }
        const std::string_view head = line.substr(0, 2);
        const auto refuse = [&](const char* why) {
            throw std::invalid_argument{"dialogue, line " + std::to_string(number) + ": " + why +
                                        ": " + std::string{line}};
        };
        if (head != ">>" && head != "<<" && head != "!!") refuse("begins with none of >> << !! #");
        const Kind kind = head == ">>" ? Kind::sent : head == "<<" ? Kind::received : Kind::event;
        const auto decoded =
            wire::unescaped(line.substr(line.size() > 2 && line[2] == ' ' ? 3 : 2));
        if (!decoded) refuse("unknown escape");
        const bool complete = !decoded->empty() && decoded->back() == '\n';
        recording = recording || (complete && kind != Kind::event);
        lines.push_back(
            {kind, complete ? decoded->substr(0, decoded->size() - 1) : *decoded, complete});
    }
    std::vector<DialogueLine> joined;
    constexpr std::size_t none = std::string_view::npos;
    std::size_t open = none;  // the line that goes on, if the next one is of the same side
    for (DialogueLine& line : lines) {
        if (!recording || line.kind == Kind::event || line.kind == Kind::remark)
            line.complete = true;
        if (open != none && joined[open].kind == line.kind) {
            joined[open].text += line.text;
            joined[open].complete = line.complete;
        } else {
            joined.push_back(line);
            if (line.kind != Kind::remark) open = joined.size() - 1;
        }
        if (open != none && joined[open].complete) open = none;
    }
    return joined;
}

}}}  // namespace agi::v0::testing

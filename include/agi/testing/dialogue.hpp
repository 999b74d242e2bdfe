// SPDX-License-Identifier: MIT
#pragma once
// A call as text: what each side says, line by line.

#include <agi/version.hpp>
#include <agi/wire/unescape.hpp>

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

/// Reads one line of a dialogue that is not blank. `complete`: whether the escape of its LF was
/// there.
inline DialogueLine parse_dialogue_line(std::string_view line, std::size_t number) {
    using Kind = DialogueLine::Kind;
    if (line.front() == '#') {
        return {Kind::remark, std::string{line.substr(line.size() > 1 && line[1] == ' ' ? 2 : 1)},
                true};
    }
    const auto refuse = [&](const char* why) {
        throw std::invalid_argument{"dialogue, line " + std::to_string(number) + ": " + why + ": " +
                                    std::string{line}};
    };
    const std::string_view head = line.substr(0, 2);
    if (head != ">>" && head != "<<" && head != "!!") refuse("begins with none of >> << !! #");
    const Kind kind = head == ">>" ? Kind::sent : head == "<<" ? Kind::received : Kind::event;
    auto decoded = wire::unescaped(line.substr(line.size() > 2 && line[2] == ' ' ? 3 : 2));
    if (!decoded) refuse("unknown escape");
    const bool complete = !decoded->empty() && decoded->back() == '\n';
    if (complete) decoded->pop_back();
    return {kind, *decoded, complete};
}

/// Puts the parts of lines together that were sent in parts.
inline std::vector<DialogueLine> join_parts(const std::vector<DialogueLine>& lines) {
    using Kind = DialogueLine::Kind;
    std::vector<DialogueLine> joined;
    constexpr std::size_t none = std::string_view::npos;
    std::size_t open = none;  // the line that goes on, if the next one is of the same side
    for (const DialogueLine& line : lines) {
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
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
        const std::size_t begin = line.find_first_not_of(" \t");
        if (begin == std::string_view::npos) continue;
        lines.push_back(parse_dialogue_line(line.substr(begin), number));
        const bool said = lines.back().kind == Kind::sent || lines.back().kind == Kind::received;
        recording = recording || (said && lines.back().complete);
    }
    for (DialogueLine& line : lines) {
        const bool said = line.kind == Kind::sent || line.kind == Kind::received;
        if (!recording || !said) line.complete = true;
    }
    return join_parts(lines);
}

}}}  // namespace agi::v0::testing

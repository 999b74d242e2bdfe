// SPDX-License-Identifier: MIT
#pragma once
// An action for Asterisk's manager interface: the only place where its text is made.

#include <agi/ami/message.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/escape.hpp>
#include <agi/wire/joined.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ami {

/// Whether nobody may see what is behind this name of a header.
inline bool is_secret(std::string_view header) noexcept {
    return same_name(header, "Secret") || same_name(header, "Key");
}

/// Any action, by name and headers:
///
///     Action{"QueueAdd"}.set("Queue", "sales").set("Interface", "PJSIP/42")
///
/// A value cannot end its line, nor begin another header or action: CR, LF and NUL are refused,
/// and so is what Asterisk would cut.
class Action {
  public:
    /// Asterisk cuts a longer line: a header and its value, without CRLF.
    static constexpr std::size_t max_line = 1022;
    /// Asterisk drops what is over it; two of them are for the name and the ActionID.
    static constexpr std::size_t max_headers = 128;

    /// @throws AGIArgumentError  the name cannot be sent
    explicit Action(std::string_view name) : name_{name} { add("Action", name); }

    /// One more header; a name may be there several times.
    ///
    /// @throws AGIArgumentError  CR, LF or NUL in it; a line of more than 1,022 bytes; more than
    ///                           126 headers; a name that is not one
    Action& set(std::string_view name, std::string_view value) {
        add(name, value);
        return *this;
    }

    /// A channel variable for Originate. A comma would begin the next one, so it is escaped.
    ///
    /// @throws AGIArgumentError  as `set`; or the variable's name has `=` or a comma
    Action& set_variable(std::string_view variable, std::string_view value) {
        if (variable.empty() || variable.find_first_of("=,\"\\") != std::string_view::npos) {
            refuse("the name of the variable", variable, "is empty, or has one of  = , \" \\");
        }
        std::string text{variable};
        text += '=';
        for (const char c : value) {
            if (c == ',' || c == '"' || c == '\\') text += '\\';
            text += c;
        }
        return set("Variable", text);
    }

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// The bytes to send. The id is the program's own: letters, digits and the like.
    [[nodiscard]] std::string text(std::string_view action_id) const {
        return wire::joined({text_, "ActionID: ", action_id, "\r\n\r\n"});
    }

  private:
    void add(std::string_view name, std::string_view value) {
        constexpr std::size_t max_shown = 60;
        if (name.empty() || name.find_first_of(": \t") != std::string_view::npos ||
            !is_one_line(name)) {
            refuse("the header", name.substr(0, max_shown), "is no name of one");
        }
        if (!is_one_line(value)) {
            refuse(name, value.substr(0, max_shown), "has CR, LF or NUL, which cannot be sent");
        }
        if (name.size() + 2 + value.size() > max_line) {
            refuse(name, value.substr(0, max_shown), "makes a line of more than 1022 bytes");
        }
        if (++headers_ >= max_headers) refuse(name, {}, "is one header too many: over 126");
        text_.append(name).append(": ").append(value).append("\r\n");
    }
    static bool is_one_line(std::string_view text) noexcept {
        return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
    }
    [[noreturn]] void refuse(std::string_view what, std::string_view value,
                             std::string_view why) const {
        if (is_secret(what)) value = "***";
        throw AGIArgumentError(name_, wire::joined({what, " ", wire::shown(value), " ", why}));
    }

    std::string name_;
    std::string text_;
    std::size_t headers_ = 0;
};

}}}  // namespace agi::v0::ami

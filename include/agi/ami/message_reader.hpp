// SPDX-License-Identifier: MIT
#pragma once
// Push parser of the manager interface: bytes in, messages out.

#include <agi/ami/message.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ami {

/// What a message may hold. What is over it is dropped, and Message::truncated says so: an event
/// that is too large must not end the connection of a thousand calls.
struct MessageLimits {
    std::size_t line = std::size_t{64} << 10U;  ///< Bytes of one line.
    std::size_t headers = 20'000;
    std::size_t total = std::size_t{4} << 20U;  ///< Bytes of all headers.
};

/// Puts bytes together to messages.
///
/// Only CRLF ends a line: a bare LF is a part of a value that a caller may have chosen. A console
/// command's output comes as `Output` headers; before Asterisk 14 it was raw text, which is put
/// into such headers here.
class MessageReader {
  public:
    explicit MessageReader(MessageLimits limits = {}) noexcept : limits_{limits} {}

    /// Takes bytes, and calls `line(text)` for the banner and `message(Message)` for the rest.
    template <class OnBanner, class OnMessage>
    void push(std::string_view bytes, OnBanner&& on_banner, OnMessage&& on_message) {
        while (!bytes.empty()) {
            const std::optional<bool> crlf = take_line(bytes);
            if (!crlf) return;
            if (banner_expected_) {
                banner_expected_ = false;
                on_banner(std::string_view{line_});
            } else if (take(line_, *crlf)) {
                Message message = std::exchange(message_, {});
                total_ = 0;
                if (!message.empty()) on_message(std::move(message));
            }
            line_.clear();
        }
    }

  private:
    static constexpr std::string_view end_of_output = "--END COMMAND--";

    /// Takes bytes up to the end of the line, which is in `line_` then, or all of them. Whether it was CRLF:
    /// the lines of raw output end with LF.
    std::optional<bool> take_line(std::string_view& bytes) {
        for (;;) {
            const std::size_t end = bytes.find('\n');
            append(bytes.substr(0, end));
            if (end == std::string_view::npos) {
                bytes = {};
                return std::nullopt;
            }
            bytes.remove_prefix(end + 1);
            if (last_ == '\r') {
                if (!line_.empty() && line_.back() == '\r') line_.pop_back();
                last_ = '\0';
                return true;
            }
            if (follows_) return false;
            append("\n");
        }
    }

    void append(std::string_view text) {
        if (text.empty()) return;
        last_ = text.back();
        const std::size_t room = limits_.line - std::min(limits_.line, line_.size());
        if (text.size() > room) {
            // The CR at the end of a line of just that size is no part of it.
            if (text.size() > room + 1 || text.back() != '\r' || cut_) message_.truncated(true);
            cut_ = true;
            text = text.substr(0, room);
        }
        line_.append(text);
    }

    /// True when the message is complete.
    bool take(std::string_view line, bool crlf) {
        const bool cut = std::exchange(cut_, false);
        if (in_output_ || !crlf) {
            in_output_ = true;
            return take_output(line, crlf, cut);
        }
        if (line.empty()) {
            follows_ = false;
            return true;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) {
            if (!follows_) return false;  // no header
            in_output_ = true;
            return take_output(line, crlf, cut);
        }
        const std::string_view name = line.substr(0, colon);
        std::string_view value = line.substr(colon + 1);
        if (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        if (follows_ && !same_name(name, "Privilege") && !same_name(name, "ActionID")) {
            in_output_ = true;
            return take_output(line, crlf, cut);
        }
        // Since 14 the answer says Success, and has headers only.
        if (message_.empty() && !follows_)
            follows_ = same_name(name, "Response") && value == "Follows";
        add(name, value);
        return false;
    }

    /// Raw output. Only its last line, which ends with CRLF, ends it; one that was cut may be that.
    bool take_output(std::string_view text, bool crlf, bool cut) {
        const bool marked = text.size() >= end_of_output.size() &&
                            text.substr(text.size() - end_of_output.size()) == end_of_output;
        const bool last = crlf && (marked || cut);
        if (ended_ && text.empty()) {
            in_output_ = follows_ = ended_ = false;
            return true;
        }
        if (crlf && marked) text.remove_suffix(end_of_output.size());
        if (!text.empty() || !crlf) add("Output", text);
        ended_ = last;
        return false;
    }

    void add(std::string_view name, std::string_view value) {
        const std::size_t size = name.size() + value.size();
        if (message_.size() >= limits_.headers || total_ + size > limits_.total) {
            message_.truncated(true);
            return;
        }
        total_ += size;
        message_.add(name, value);
    }

    MessageLimits limits_;
    bool banner_expected_ = true;
    bool follows_ = false;    ///< The response says that raw output follows.
    bool in_output_ = false;  ///< It has begun.
    bool ended_ = false;      ///< Its last line has come.
    bool cut_ = false;        ///< The line is over its limit.
    char last_ = '\0';
    std::string line_;
    std::size_t total_ = 0;
    Message message_;
};

}}}  // namespace agi::v0::ami

// SPDX-License-Identifier: MIT
#pragma once
// Push parser of replies: lines in, one Reply out for each request.

#include <agi/version.hpp>
#include <agi/wire/reply.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// The line without the CR of a peer that ends its lines with CRLF.
inline std::string_view without_cr(std::string_view line) noexcept {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

/// Puts lines together to replies. No I/O: whoever has a line pushes it, without its LF.
///
/// Swallows provisional 1xx replies and blank lines, notes HANGUP lines (also one glued to a
/// reply, as Asterisk 1.6 sent it), reads 520 in its three shapes, and values over several lines.
class ReplyReader {
  public:
    /// What a reply may hold, and what may be skipped in front of it, in bytes.
    static constexpr std::size_t default_limit = std::size_t{4} << 20U;

    /// What a larger limit becomes.
    static constexpr std::size_t largest_limit = 0xffff'ffff;

    explicit ReplyReader(std::size_t limit = default_limit)
        : limit_{limit < largest_limit ? limit : largest_limit} {}

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

    /// A request is about to be sent: the next reply answers it, and is read in this form.
    void expect(ReplyForm form) {
        form_ = form;
        state_ = State::waiting;
        skipped_ = 0;
    }

    /// Takes the next line. True when the reply is complete.
    bool push(std::string_view line) {
        if (state_ == State::waiting) return push_first(line);
        return push_next(line);
    }

    /// The next line was too long for the stream, and is lost. True when the reply ends with it.
    bool lose_line() {
        if (state_ == State::waiting) start(0);
        reply_.truncated_ = true;
        return state_ != State::usage && finish();
    }

    [[nodiscard]] const Reply& reply() const noexcept { return reply_; }

    /// The peer has closed after this part of a line. True when a reply was cut; it then holds what
    /// came of it.
    bool cut(std::string_view partial) {
        if (partial.empty() && state_ == State::waiting) return false;
        if (state_ == State::waiting) start(0);
        const bool complete = !partial.empty() && push(partial);
        if (!complete) {
            if (state_ == State::waiting) return false;  // a HANGUP, or the like
            state_ == State::value ? split() : end_usage();
        }
        state_ = State::waiting;
        return true;
    }

    /// Takes a line that nobody has asked for. Whether it is one by which Asterisk tells of the hang-up.
    bool skim(std::string_view line) noexcept {
        return starts_with(line, hangup) && without_cr(without_hangup(line)).empty();
    }

    /// Whether a HANGUP line came, ever.
    [[nodiscard]] bool hung_up() const noexcept { return hung_up_; }

    /// The code of a line of the form `200`, `200 ...` or `520-...`; otherwise 0.
    static int code_of(std::string_view line) noexcept {
        if (starts_with(line, "200 ")) return 200;  // the usual one, at the price of one comparison
        if (line.size() < 3) return 0;
        const auto digit = [line](std::size_t at) { return static_cast<unsigned>(line[at] - '0'); };
        const unsigned hundreds = digit(0);
        const unsigned tens = digit(1);
        const unsigned ones = digit(2);
        if (hundreds - 1 > 8 || tens > 9 || ones > 9) return 0;
        const auto code = static_cast<int>(hundreds * 100 + tens * 10 + ones);
        if (line.size() > 3 && line[3] != ' ' && (line[3] != '-' || code != 520)) return 0;
        return code;
    }

  private:
    enum class State : unsigned char { waiting, usage, value };

    static constexpr std::string_view hangup = "HANGUP";
    static constexpr std::string_view end_of_usage = "520 End of proper usage.";

    static bool starts_with(std::string_view text, std::string_view head) noexcept {
        return text.size() >= head.size() &&
               std::char_traits<char>::compare(text.data(), head.data(), head.size()) == 0;
    }
    static bool ends_with(std::string_view text, std::string_view tail) noexcept {
        return text.size() >= tail.size() &&
               starts_with({text.data() + text.size() - tail.size(), tail.size()}, tail);
    }

    // What is rare is not inline from here on: the path of a one-line reply stays short.

    bool push_first(std::string_view line) {
        if (starts_with(line, hangup)) line = without_hangup(line);
        const std::string_view trimmed = without_cr(line);
        if (trimmed.empty()) return skip(line);
        const int code = code_of(trimmed);
        if (code >= 100 && code < 200) return skip(line);
        start(code);
        if (code == 520 && trimmed.size() > 3 && trimmed[3] == '-' &&
            !ends_with(trimmed, end_of_usage)) {
            return begin_lines(State::usage, line);
        }
        // A value ends at a line that ends in `)`. The CR of a CRLF peer may follow.
        if (form_ == ReplyForm::value && !ends_with(trimmed, ")") && value_begins(line, code)) {
            return begin_lines(State::value, line);
        }
        append(trimmed);
        return finish();
    }

    /// The first of several lines.
    [[gnu::noinline]] bool begin_lines(State state, std::string_view line) {
        append(line);
        state_ = state;
        if (state == State::usage) reply_.usage_ = {reply_.raw_.size() + 1, 0};
        return false;
    }

    /// The line without HANGUP at its front, of which there may be several, if it was one.
    [[gnu::noinline]] std::string_view without_hangup(std::string_view line) noexcept {
        while (starts_with(line, hangup)) {
            const std::string_view rest = without_cr(line.substr(hangup.size()));
            if (!rest.empty() && code_of(rest) == 0 && !starts_with(rest, hangup)) break;
            hung_up_ = true;
            line = line.substr(hangup.size());
        }
        return line;
    }

    /// Whether the line begins with `200 result=TOKEN (`.
    static bool value_begins(std::string_view line, int code) noexcept {
        if (code != 200 || !starts_with(line.substr(3), " result=")) return false;
        const std::size_t blank = line.find(' ', 11);
        return blank != std::string_view::npos && line.substr(blank + 1, 1) == "(";
    }

    [[gnu::noinline]] bool push_next(std::string_view line) {
        return state_ == State::usage ? push_usage(line) : push_value(line);
    }

    bool push_usage(std::string_view line) {
        const std::string_view trimmed = without_cr(line);
        const bool last = ends_with(trimmed, end_of_usage);
        if (last) {
            // Asterisk 1.6.2 to 14.5 glues the terminator to the last line of the text.
            const auto text = trimmed.substr(0, trimmed.size() - end_of_usage.size());
            if (!text.empty()) append_line(text);
            end_usage();
            text.empty() ? append_line(trimmed) : append(end_of_usage);
            return finish();
        }
        append_line(trimmed);
        return false;
    }

    void end_usage() {
        const std::size_t begin = reply_.usage_.begin;
        const std::size_t end = reply_.raw_.size();
        reply_.usage_ = {begin, end > begin ? end - begin : 0};
    }

    bool push_value(std::string_view line) {
        const std::string_view trimmed = without_cr(line);
        const bool last = ends_with(trimmed, ")");
        append_line(last ? trimmed : line);
        return last && finish();
    }

    [[gnu::noinline]] bool skip(std::string_view line) {
        skipped_ += line.size() + 1;
        if (skipped_ <= limit_) return false;
        start(0);
        append(line);
        reply_.truncated_ = true;
        return finish();
    }

    void start(int code) {
        reply_.raw_.clear();
        reply_.code_ = code;
        reply_.has_result_ = reply_.has_data_ = reply_.truncated_ = false;
        reply_.result_ = reply_.data_ = reply_.attributes_ = reply_.text_ = reply_.usage_ = {};
    }

    void append(std::string_view text) {
        const std::size_t room = limit_ - reply_.raw_.size();
        if (text.size() > room) {
            text = text.substr(0, room);
            reply_.truncated_ = true;
        }
        reply_.raw_ += text;
    }
    void append_line(std::string_view text) {
        append("\n");
        append(text);
    }

    bool finish() {
        if (state_ != State::usage) split();
        state_ = State::waiting;
        return true;
    }

    /// Finds the parts of a complete single-line reply or value.
    void split() {
        const std::string_view raw = reply_.raw_;
        constexpr std::size_t after_code = 4;
        constexpr std::string_view key = "result=";
        if (reply_.code_ == 0 || raw.size() <= after_code) return;
        const bool may_have_result = reply_.code_ < 300 || reply_.code_ == 503;
        if (!may_have_result ||
            !starts_with({raw.data() + after_code, raw.size() - after_code}, key)) {
            reply_.text_ = {after_code, raw.size() - after_code};
            return;
        }
        const std::size_t token = after_code + key.size();
        std::size_t end = token;
        while (end < raw.size() && raw[end] != ' ') ++end;
        reply_.has_result_ = true;
        reply_.result_ = {token, end - token};
        const std::size_t tail = end < raw.size() ? end + 1 : end;
        reply_.text_ = {tail, raw.size() - tail};
        if (tail < raw.size()) split_tail(raw, tail);
    }

    void split_tail(std::string_view raw, std::size_t tail) {
        const std::string_view text{raw.data() + tail, raw.size() - tail};
        std::size_t open = text.find('(');
        std::size_t close = text.size() - 1;
        switch (form_) {
            case ReplyForm::tags:
                if (open != 0) {
                    reply_.attributes_ = {tail, text.size()};
                    return;
                }
                close = text.find(')');
                if (close == std::string_view::npos) return;
                if (close + 1 < text.size()) {
                    if (text[close + 1] != ' ') return;
                    reply_.attributes_ = {tail + close + 2, text.size() - close - 2};
                }
                break;
            case ReplyForm::value:
                if (open != 0 || close == 0 || text[close] != ')') return;
                break;
            case ReplyForm::text:
            case ReplyForm::application:
            case ReplyForm::none:
                if (open == std::string_view::npos || text[close] != ')') return;
        }
        reply_.has_data_ = true;
        reply_.data_ = {tail + open + 1, close - open - 1};
    }

    std::size_t limit_;
    std::size_t skipped_ = 0;
    State state_ = State::waiting;
    ReplyForm form_ = ReplyForm::tags;
    bool hung_up_ = false;
    Reply reply_{};
};

/// Reads one reply from text, lines ended by LF (the last one need not be).
/// Its code is 0 when the text holds no complete reply.
inline Reply parse_reply(std::string_view text, ReplyForm form = ReplyForm::tags) {
    ReplyReader reader;
    reader.expect(form);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (reader.push(text.substr(0, end))) return reader.reply();
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return {};
}

}}}  // namespace agi::v0::wire

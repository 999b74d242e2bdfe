// SPDX-License-Identifier: MIT
#pragma once
// Quoting of one argument: the only place that escapes.

#include <agi/version.hpp>
#include <agi/wire/byte_set.hpp>
#include <agi/wire/error.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// Whether text may hold a CR. Asterisk takes it as data, but it usually is an injected CRLF.
enum class CarriageReturn : bool { refuse, allow };

namespace wire {

/// Text that grows: its first 512 bytes are in the object, all of them on the heap beyond that.
class LineText {
  public:
    static constexpr std::size_t inline_size = 512;

    LineText() noexcept {}  // NOLINT(modernize-use-equals-default): `{}` leaves inline_ raw
    /// Begins with a literal.
    template <std::size_t Size>
    explicit LineText(const char (&literal)[Size]) noexcept {
        static_assert(Size <= inline_size, "agi: this literal is too long for a line");
        std::memcpy(begin_, literal, Size - 1);
        end_ += Size - 1;
    }
    LineText(const LineText& other) { append(other.view()); }
    LineText& operator=(const LineText& other) {
        if (this != &other) {
            clear();
            append(other.view());
        }
        return *this;
    }
    ~LineText() = default;

    void append(std::string_view text) {
        char* const end = prepare(text.size());
        if (!text.empty()) std::memcpy(end, text.data(), text.size());
        commit(end + text.size());
    }
    void append(char c) {
        char* const end = prepare(1);
        *end = c;
        commit(end + 1);
    }

    /// The end of the text, with room for that many bytes more.
    char* prepare(std::size_t size) {
        if (size > static_cast<std::size_t>(limit_ - end_)) grow(size);
        return end_;
    }
    /// The text now ends there.
    void commit(char* end) noexcept { end_ = end; }

    void clear() noexcept { end_ = begin_; }

    [[nodiscard]] std::string_view view() const noexcept {
        return {begin_, static_cast<std::size_t>(end_ - begin_)};
    }

  private:
    [[gnu::noinline]] void grow(std::size_t more) {  // rare: what calls it stays short
        const std::string_view text = view();
        std::string larger(2 * (text.size() + more), '\0');
        std::memcpy(larger.data(), text.data(), text.size());
        heap_.swap(larger);
        begin_ = heap_.data();
        end_ = begin_ + text.size();
        limit_ = begin_ + heap_.size();
    }

    char inline_[inline_size];
    std::string heap_{};
    char* begin_ = inline_;
    char* end_ = begin_;
    char* limit_ = inline_ + inline_size;
};

/// Whether a line can carry this byte at all: LF ends it, NUL cuts it.
constexpr bool can_be_sent(char c) noexcept { return c != '\n' && c != '\0'; }

/// The bytes of a text that cannot be copied without a look: they are escaped or refused.
inline constexpr ByteSet special_bytes{"\"\\\r\n\0"};

/// Whether one of eight bytes may be special: it is one, or another one below 14.
constexpr bool may_be_special(std::uint64_t bytes) noexcept {
    // A byte below n, for an n up to 128, is the only one that borrows into its highest bit.
    constexpr std::uint64_t ones = 0x0101010101010101;
    constexpr std::uint64_t highest_bits = ones * 0x80;
    const std::uint64_t quotes = bytes ^ (ones * '"');
    const std::uint64_t backslashes = bytes ^ (ones * '\\');
    const std::uint64_t low = (bytes - ones * ('\r' + 1)) & ~bytes;
    return ((low | ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes)) &
            highest_bits) != 0;
}

/// Copies the front of a text up to its first special byte. Returns how many bytes that are.
inline std::size_t copy_plain(char* to, std::string_view text) noexcept {
    std::uint64_t eight = 0;
    std::size_t size = 0;
    const auto copy_eight = [&](std::size_t at) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if (may_be_special(eight)) return false;
        std::memcpy(to + at, &eight, sizeof eight);
        return true;
    };
    if (text.size() >= sizeof eight) {
        const std::size_t last = text.size() - sizeof eight;
        while (size < last && copy_eight(size)) size += sizeof eight;
        if (size >= last && copy_eight(last)) return text.size();
    }
    for (; size < text.size() && !special_bytes[text[size]]; ++size) to[size] = text[size];
    return size;
}

/// The rest of append_quoted, from the first special byte on. Not inline: most texts have none.
[[gnu::noinline]] inline std::size_t append_escaped(LineText& line, std::string_view text,
                                                    std::size_t from, CarriageReturn cr) {
    constexpr std::size_t escape_and_quote = 2;
    for (std::size_t at = from; at < text.size();) {
        char* to = line.prepare(text.size() - at + escape_and_quote);
        const char c = text[at];
        if (c == '"' || c == '\\') {
            *to++ = '\\';
        } else if (!can_be_sent(c) || (c == '\r' && cr == CarriageReturn::refuse)) {
            return at;
        }
        *to++ = c;
        const std::size_t plain = copy_plain(to, text.substr(++at));
        line.commit(to + plain);
        at += plain;
    }
    line.append('"');
    return std::string_view::npos;
}

/// Appends a blank and the text in double quotes, `\` and `"` escaped: the two escapes that Asterisk knows.
/// Returns the offset of the first byte that cannot be sent, or npos when all is well.
inline std::size_t append_quoted(LineText& line, std::string_view text, CarriageReturn cr) {
    constexpr std::size_t blank_and_quotes = 3;
    char* to = line.prepare(text.size() + blank_and_quotes);
    *to++ = ' ';
    *to++ = '"';
    const std::size_t plain = copy_plain(to, text);
    to += plain;
    if (plain == text.size()) *to++ = '"';
    line.commit(to);
    return plain == text.size() ? std::string_view::npos : append_escaped(line, text, plain, cr);
}

/// What is wrong with the byte at `offset` of a text that cannot be sent.
inline std::string unsendable(std::string_view text, std::size_t offset) {
    const char* name = text[offset] == '\n'   ? "a line feed"
                       : text[offset] == '\0' ? "a NUL"
                                              : "a carriage return";
    return joined({"has ", name, " at byte ", std::to_string(offset), ": ", shown(text)});
}

}  // namespace wire
}}  // namespace agi::v0

// SPDX-License-Identifier: MIT
#pragma once
// Quoting of one argument: the only place that escapes.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>

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

    LineText() noexcept = default;  // NOLINT(modernize-use-equals-default): inline_ stays raw
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
        if (!on_heap_) {
            if (text.size() <= inline_size - size_) {
                if (!text.empty()) std::memcpy(inline_ + size_, text.data(), text.size());
                size_ += text.size();
                return;
            }
            heap_.reserve(size_ + text.size());
            heap_.assign(inline_, size_);
            on_heap_ = true;
        }
        heap_ += text;
    }
    void append(char c) { append(std::string_view{&c, 1}); }

    void clear() noexcept {
        size_ = 0;
        heap_.clear();
        on_heap_ = false;
    }

    [[nodiscard]] std::string_view view() const noexcept {
        return on_heap_ ? std::string_view{heap_} : std::string_view{inline_, size_};
    }

  private:
    char inline_[inline_size];
    std::size_t size_ = 0;
    std::string heap_;
    bool on_heap_ = false;
};

/// Whether a line can carry this byte at all: LF ends it, NUL cuts it.
constexpr bool can_be_sent(char c) noexcept { return c != '\n' && c != '\0'; }

/// Appends the text in double quotes, `\` and `"` escaped: the two escapes that Asterisk knows.
/// Returns the offset of the first byte that cannot be sent, or npos when all is well.
inline std::size_t append_quoted(LineText& line, std::string_view text, CarriageReturn cr) {
    line.append('"');
    std::size_t run = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c > '\\' || (c >= '#' && c < '\\')) continue;
        if (c == '"' || c == '\\') {
            line.append(text.substr(run, i - run));
            line.append('\\');
            run = i;
        } else if (!can_be_sent(c) || (c == '\r' && cr == CarriageReturn::refuse)) {
            return i;
        }
    }
    line.append(text.substr(run));
    line.append('"');
    return std::string_view::npos;
}

/// What is wrong with the byte at `offset` of a text that cannot be sent.
inline std::string unsendable(std::string_view text, std::size_t offset) {
    const char* name = text[offset] == '\n'   ? "a line feed"
                       : text[offset] == '\0' ? "a NUL"
                                              : "a carriage return";
    return std::string{"has "} + name + " at byte " + std::to_string(offset) + ": " + shown(text);
}

}  // namespace wire
}}  // namespace agi::v0

// SPDX-License-Identifier: MIT
#pragma once
// One reply of Asterisk: code, result token, and what follows it.

#include <agi/version.hpp>
#include <agi/wire/number.hpp>
#include <agi/wire/reply_form.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {
class ReplyReader;
}

/// A reply. Filled by wire::ReplyReader; the views live as long as the Reply is not changed.
class Reply {
  public:
    /// 200, 503, 510, 511, 520 or another number of three digits; 0: the line was no reply.
    [[nodiscard]] int code() const noexcept { return code_; }

    /// Whether there was a `result=`.
    [[nodiscard]] bool has_result() const noexcept { return has_result_; }

    /// What follows `result=`, up to a blank. May be empty, and need not be a number.
    [[nodiscard]] std::string_view result() const noexcept { return part(result_); }

    /// The result, if it is a whole number.
    [[nodiscard]] std::optional<int> number() const noexcept {
        return wire::to_number<int>(result());
    }

    /// The value, or the tag, between the parentheses.
    [[nodiscard]] std::optional<std::string_view> data() const noexcept {
        if (!has_data_) return std::nullopt;
        return part(data_);
    }

    /// The value of `name=value` after the tag (ReplyForm::tags only).
    [[nodiscard]] std::optional<std::string_view> attribute(std::string_view name) const noexcept {
        for (std::string_view rest = part(attributes_); !rest.empty();) {
            const std::string_view word = rest.substr(0, rest.find(' '));
            if (word.size() > name.size() && word[name.size()] == '=' &&
                word.substr(0, name.size()) == name) {
                return word.substr(name.size() + 1);
            }
            rest.remove_prefix(word.size() < rest.size() ? word.size() + 1 : rest.size());
        }
        return std::nullopt;
    }

    /// `endpos=`, if it is there and a number. May be negative. The unit depends on the command.
    [[nodiscard]] std::optional<long long> endpos() const noexcept {
        const auto text = attribute("endpos");
        return text ? wire::to_number<long long>(*text) : std::nullopt;
    }

    /// Everything after the result and one blank.
    [[nodiscard]] std::string_view text() const noexcept { return part(text_); }

    /// The usage text of a 520; may be empty.
    [[nodiscard]] std::string_view usage() const noexcept { return part(usage_); }

    /// The reply as it came: its lines with LF between them, without the last LF, without
    /// provisional replies and HANGUP lines before it.
    [[nodiscard]] std::string_view raw() const noexcept { return raw_; }

    /// Whether the reply was larger than the reader's limit, so that part of it is missing.
    [[nodiscard]] bool truncated() const noexcept { return truncated_; }

  private:
    friend class wire::ReplyReader;
    /// A reader takes less than 4 GB.
    struct Part {
        Part() noexcept = default;
        Part(std::size_t from, std::size_t length) noexcept
            : begin{static_cast<unsigned>(from)}, size{static_cast<unsigned>(length)} {}

        unsigned begin = 0;
        unsigned size = 0;
    };
    [[nodiscard]] std::string_view part(Part p) const noexcept {
        return p.size == 0 ? std::string_view{} : std::string_view{raw_.data() + p.begin, p.size};
    }

    std::string raw_{};
    int code_ = 0;
    bool has_result_ = false;
    bool has_data_ = false;
    bool truncated_ = false;
    Part result_{};
    Part data_{};
    Part attributes_{};
    Part text_{};
    Part usage_{};
};

}}  // namespace agi::v0

// SPDX-License-Identifier: MIT
#pragma once
// One request line: a verb and its arguments, quoted and counted.

#include <agi/version.hpp>
#include <agi/wire/argument.hpp>
#include <agi/wire/digit_set.hpp>
#include <agi/wire/number.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/sample_offset.hpp>
#include <agi/wire/words.hpp>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace agi { inline namespace v0 { namespace wire {

/// Text in which a CR is meant.
struct WithCarriageReturn {
    std::string_view text;
    CarriageReturn carriage_return = CarriageReturn::allow;
};

/// One request line, without its LF. Reads as a std::string_view.
///
///     Request{"GET DATA", file, timeout, max_digits}     GET DATA "enter-pin" 2000 4
///
/// The verb is a literal. Text is always quoted, `\` and `"` escaped. Numbers stand bare, as they
/// are digits and a sign; a duration is the number of its own unit; an absent optional is not sent.
/// Costs no heap call for a line of up to 512 bytes.
class Request {
  public:
    /// Asterisk has room for 127, and until August 2026 more quoted ones overran its stack.
    static constexpr std::size_t max_words = 64;

    /// @throws AGIArgumentError  an argument that cannot be sent, or more than 64 words
    template <std::size_t Size, class... Arguments>
    explicit Request(const char (&verb)[Size], const Arguments&... arguments)
        : line_{verb}, verb_{verb} {
        (add(arguments), ...);
        // Each argument is a word at most, and a verb has a blank between its words.
        if constexpr (sizeof...(Arguments) + Size / 2 > max_words) {
            if (arguments_ + count_words(verb_) > max_words) refuse_words();
        }
    }
    template <class Verb, class... Arguments, class = std::enable_if_t<!std::is_array_v<Verb>>>
    explicit Request(const Verb& /*verb*/, const Arguments&... /*arguments*/) {
        static_assert(std::is_array_v<Verb>, "wire::Request: the verb is a string literal");
    }

    /// A line that was written elsewhere, taken as it is.
    ///
    /// @throws AGIArgumentError  LF, NUL or CR in it, more than 64 words, or it begins with
    ///                           `failure`, which would end the session without a reply
    static Request raw(std::string_view line) {
        Request request;
        request.verb_ = "raw line";
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (!can_be_sent(line[i]) || line[i] == '\r') request.refuse(unsendable(line, i));
        }
        if (ends_session(line))
            request.refuse(
                joined({"begins with `failure`, which ends the session: ", shown(line)}));
        if (count_words(line) > max_words) request.refuse_words();
        request.line_.append(line);
        return request;
    }

    [[nodiscard]] std::string_view view() const noexcept { return line_.view(); }
    operator std::string_view() const noexcept {
        return view();
    }  // NOLINT(google-explicit-constructor)

    friend bool operator==(const Request& a, std::string_view b) noexcept { return a.view() == b; }
    friend bool operator!=(const Request& a, std::string_view b) noexcept { return a.view() != b; }

  private:
    Request() = default;

    void add(std::string_view text) { quote(text, CarriageReturn::refuse); }
    void add(const std::string& text) { add(std::string_view{text}); }
    void add(const char* text) {
        if (text == nullptr) refuse_next("is a null pointer");
        add(std::string_view{text});
    }
    void add(const WithCarriageReturn& argument) { quote(argument.text, argument.carriage_return); }
    void add(const DigitSet& keys) { add(keys.view()); }
    void add(SampleOffset offset) { add(offset.samples); }

    template <class T>
    void add(const std::optional<T>& argument) {
        if (argument) add(*argument);
    }
    template <class Derived, class T>
    void add(const OptionalValue<Derived, T>& argument) {
        if (argument) add(*argument);
    }

    /// Asterisk reads times into an int.
    template <class Rep, class Period>
    void add(std::chrono::duration<Rep, Period> time) {
        static_assert(std::is_same_v<Period, std::milli> || std::is_same_v<Period, std::ratio<1>>,
                      "wire::Request: a duration is in milliseconds or seconds");
        static_assert(std::is_integral_v<Rep>, "wire::Request: a duration is a whole number");
        const auto count = static_cast<long long>(time.count());
        if (count > std::numeric_limits<int>::max() || count < std::numeric_limits<int>::min()) {
            refuse_next(joined({"does not fit Asterisk's 32 bits: ", std::to_string(count)}));
        }
        add(count);
    }

    template <class T>
    std::enable_if_t<std::is_arithmetic_v<T>> add(T number) {
        static_assert(!std::is_same_v<T, bool>, "wire::Request: a bool is not an argument");
        static_assert(!std::is_same_v<T, char>, "wire::Request: a char is not an argument");
        static_assert(std::is_integral_v<T>,
                      "wire::Request: a floating-point number is not an argument");
        ++arguments_;
        line_.append(' ');
        line_.append(Decimal{number}.view());
    }

    void quote(std::string_view text, CarriageReturn carriage_return) {
        ++arguments_;
        const std::size_t bad = append_quoted(line_, text, carriage_return);
        if (bad != std::string_view::npos) refuse_argument(unsendable(text, bad));
    }

    [[noreturn]] void refuse(const std::string& why) const { throw AGIArgumentError(verb_, why); }
    [[noreturn]] void refuse_argument(const std::string& why) const {
        refuse(joined({"argument ", std::to_string(arguments_), " ", why}));
    }
    [[noreturn]] void refuse_next(const std::string& why) {
        ++arguments_;
        refuse_argument(why);
    }
    [[noreturn]] void refuse_words() const { refuse("has more than 64 words"); }

    LineText line_{};
    std::string_view verb_{};
    std::size_t arguments_ = 0;
};

}}}  // namespace agi::v0::wire

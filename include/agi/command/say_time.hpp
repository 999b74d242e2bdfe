// SPDX-License-Identifier: MIT
#pragma once
// Commands that speak dates and times from recorded sounds. What holds for all SAY commands is in say.hpp.

#include <agi/command/parse.hpp>
#include <agi/command/say.hpp>

#include <chrono>
#include <limits>
#include <optional>
#include <string>

namespace agi { inline namespace v0 {

namespace wire {

/// Seconds since 1970, before and after it.
inline long long unix_seconds(std::chrono::system_clock::time_point time) noexcept {
    constexpr long long ticks = std::chrono::system_clock::period::den;
    const long long count = time.time_since_epoch().count();
    return count / ticks - (count % ticks < 0 ? 1 : 0);
}

/// SAY DATE and SAY TIME read 32 bits. @throws AGIArgumentError  outside 1901 to 2038
inline int unix_seconds_32(const char* verb, std::chrono::system_clock::time_point time) {
    const long long seconds = unix_seconds(time);
    require_range(verb, "time", seconds, std::numeric_limits<int>::min(),
                  std::numeric_limits<int>::max());
    return static_cast<int>(seconds);
}

}  // namespace wire

/// Says a date, in Asterisk's time zone.
///
///     SAY DATE <seconds since 1970> <escape digits>
/// Since Asterisk 1.2.
struct [[nodiscard]] SayDate {
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  time is outside 1901 to 2038
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SAY DATE", wire::unix_seconds_32("SAY DATE", time), escape_digits};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Says a time of day, in Asterisk's time zone.
///
///     SAY TIME <seconds since 1970> <escape digits>
/// Since Asterisk 1.0.
struct [[nodiscard]] SayTime {
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  time is outside 1901 to 2038
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SAY TIME", wire::unix_seconds_32("SAY TIME", time), escape_digits};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Says a date and time in a format.
///
///     SAY DATETIME <seconds since 1970> <escape digits> [format] [time zone]
///
/// Letters of the format, in English: A weekday, B b h month, m its number, d e day, Y year, I l
/// hour (12), H k hour (24), M minute, P p am or pm, S seconds, R = HM, T = HMS, Q date, with
/// "today" and the like, q the same but nothing for today; `'file'` a sound file.
/// Since Asterisk 1.2.
struct [[nodiscard]] SayDatetime {
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.
    OptionalText format{};     ///< By default the language's own.
    OptionalText zone{};       ///< Such as `Europe/Berlin`; by default Asterisk's. With it, and
                               ///< no format, the format is `ABdY 'digits/at' IMp`.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  a quote or a blank in the zone: a format that came too late
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        if (zone && zone->find_first_of("' ") != std::string::npos) {
            wire::refuse("SAY DATETIME", "zone is no time zone", *zone);
        }
        OptionalText sent = format;
        if (zone && !format) sent = "ABdY 'digits/at' IMp";
        return Request{"SAY DATETIME", wire::unix_seconds(time), escape_digits, sent, zone};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0

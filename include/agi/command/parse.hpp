// SPDX-License-Identifier: MIT
#pragma once
// What the commands share: reading a result, and saying what is wrong with it.

#include <agi/version.hpp>
#include <agi/wire/digit_set.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/refuse.hpp>
#include <agi/wire/request.hpp>
#include <agi/wire/text.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// A timeout without an end.
inline constexpr std::chrono::milliseconds forever{-1};

namespace wire {

/// Any command, for an error to quote its request. A view: made where one is passed.
///
/// With it, what reads a result is no template: one for each command costs more to compile than the
/// rest of the command.
class AnyCommand {
  public:
    template <class Command>
    AnyCommand(const Command& command) noexcept  // NOLINT(google-explicit-constructor)
        : command_{&command}, request_{request_of<Command>} {}

    [[nodiscard]] Request request() const { return request_(command_); }

  private:
    template <class Command>
    static Request request_of(const void* command) {
        return static_cast<const Command*>(command)->request();
    }

    const void* command_;
    Request (*request_)(const void*);
};

/// Throws that the command failed.
template <class Error = AGIAppError>
[[noreturn]] void fail(AnyCommand command, const Reply& reply, std::string_view why) {
    throw Error(command.request(), reply, why);
}

/// Throws that this command never gets such a reply.
[[noreturn]] inline void unexpected(AnyCommand command, const Reply& reply) {
    fail<AGIUnknownError>(command, reply, "not a reply to this command");
}

/// The result as a whole number. @throws AGIUnknownError  it is none
inline int number_of(AnyCommand command, const Reply& reply) {
    const auto number = reply.number();
    if (!number) unexpected(command, reply);
    return *number;
}

/// The result of a command that says just one number when it worked, and -1 when not.
inline void expect_number(AnyCommand command, const Reply& reply, int good, std::string_view why) {
    const int number = number_of(command, reply);
    if (number == -1) fail(command, reply, why);
    if (number != good) unexpected(command, reply);
}

/// The key in a result: 0 is none, -1 a failure. @throws AGIAppError, AGIUnknownError
inline std::optional<char> key_of(AnyCommand command, const Reply& reply, std::string_view why) {
    const int number = number_of(command, reply);
    if (number == 0) return std::nullopt;
    if (number == -1) fail(command, reply, why);
    const auto key = dtmf_from_code(number);
    if (!key) unexpected(command, reply);
    return key;
}

/// In milliseconds, no more than Asterisk's int: a longer time is refused when it is sent.
constexpr long long at_most_int(std::chrono::milliseconds time) noexcept {
    constexpr long long most = 2147483647;
    return time.count() < most ? time.count() : most;
}

/// Throws that a member's value is wrong. `why` ends in front of the value.
[[noreturn]] inline void refuse(const char* verb, const char* why, std::string_view value) {
    throw AGIArgumentError(verb, joined({why, ": ", shown(value)}));
}

/// @throws AGIArgumentError  the member is empty, and the command is nothing without it
inline void require_text(const char* verb, const char* member, std::string_view value) {
    if (value.empty()) throw AGIArgumentError(verb, joined({member, " is empty"}));
}

/// @throws AGIArgumentError  the member's value is out of its range
inline void require_range(const char* verb, const char* member, long long value, long long low,
                          long long high) {
    if (value >= low && value <= high) return;
    throw AGIArgumentError(verb, joined({member, " is ", std::to_string(value), ", not ",
                                         std::to_string(low), " to ", std::to_string(high)}));
}

}  // namespace wire
}}  // namespace agi::v0

// SPDX-License-Identifier: MIT
#pragma once
// What an operation is to do, and what its reply means: where commands and sessions meet.

#include <agi/version.hpp>
#include <agi/wire/command_traits.hpp>
#include <agi/wire/environment.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/redact.hpp>
#include <agi/wire/refuse.hpp>
#include <agi/wire/reply.hpp>
#include <agi/wire/request.hpp>
#include <agi/wire/server_version.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#define AGI_NO_COMMAND                                                          \
    "agi: a command has  wire::Request request() const  and  parse(const agi::" \
    "Reply&) const"
#define AGI_NOT_AFTER_HANGUP "agi: this command does not work after a hang-up"
#define AGI_NOT_STOPPABLE \
    "agi: this command cannot be stopped: Asterisk does not look for a new one in it"

namespace agi { inline namespace v0 {

/// Whether a command is sent when the policy says that it should throw.
enum class Urgency : bool { normal, after_hangup };

/// When, in the middle of an operation, its caller wants it stopped: asked every `interval`.
struct StopCheck {
    bool (*ask)(void*) = nullptr;
    void* context = nullptr;
    std::chrono::milliseconds interval{20};
};

inline constexpr std::chrono::steady_clock::time_point no_deadline =
    std::chrono::steady_clock::time_point::max();

/// One operation. `request` is a view: it must live until the operation ends.
struct Order {
    enum class Kind : unsigned char {
        start,    ///< Reads the environment.
        look,     ///< Takes what has come, and does not wait.
        command,  ///< Sends a request and waits for its reply.
        resync,   ///< Makes sure that the next reply is the next command's.
    };

    Order() noexcept = default;
    /// That of a command.
    Order(std::string_view line, ReplyForm form_of_reply, Urgency urgency_of_it,
          bool for_channel) noexcept
        : form{form_of_reply}, urgency{urgency_of_it}, needs_channel{for_channel}, request{line} {}

    Kind kind = Kind::command;
    ReplyForm form = ReplyForm::tags;
    wire::Redaction redaction{};
    Urgency urgency = Urgency::normal;
    bool needs_channel = false;  ///< Its -1 may mean that the call is over.
    bool (*says_hangup)(const Reply&) = nullptr;
    std::string_view request{};
    std::chrono::steady_clock::time_point deadline = no_deadline;
    StopCheck stop{};

    /// What errors and the trace call it.
    [[nodiscard]] std::string subject() const {
        if (kind != Kind::command) return kind == Kind::start ? "environment" : "resync";
        return redaction.request ? wire::redacted_request(request) : std::string{request};
    }
};

namespace wire {

template <class Command>
inline constexpr bool is_command_v = has_request<Command>::value&& has_parse<Command>::value;

// Which function a command is for: the other one refuses it.

template <class Command>
using if_command = std::enable_if_t<is_command_v<Command>>;
template <class Command>
using if_no_command = std::enable_if_t<!is_command_v<Command>>;
template <class Command>
using if_after_hangup = std::enable_if_t<works_after_hangup<Command>::value>;
template <class Command>
using if_not_after_hangup = std::enable_if_t<!works_after_hangup<Command>::value>;
template <class Command>
using if_stoppable = std::enable_if_t<has_when_stopped<Command>::value>;
template <class Command>
using if_not_stoppable = std::enable_if_t<!has_when_stopped<Command>::value>;

/// @throws AGIArgumentError  an argument cannot be sent, or this Asterisk does not know it
template <class Command>
[[nodiscard]] Request request_of(const Command& command, const ServerVersion& server) {
    if constexpr (has_check_server<Command>::value) command.check_server(server);
    return command.request();
}

/// The same for execute_until.
///
/// @throws AGIArgumentError  under this kind of AGI it cannot be stopped
template <class Command>
[[nodiscard]] Request stoppable_request_of(const Command& command, const ServerVersion& server,
                                           const Environment& environment) {
    Request request = request_of(command, server);
    if (stops_in_eagi_only<Command>::value && !environment.enhanced()) {
        throw AGIArgumentError(request.view(), "can be stopped in EAGI only");
    }
    return request;
}

/// Asks `condition`, which must live until the operation ends.
template <class Condition>
StopCheck stop_check(Condition& condition, std::chrono::milliseconds interval) {
    return {[](void* asked) { return (*static_cast<Condition*>(asked))(); }, &condition, interval};
}

/// The order that sends a command's request.
template <class Command>
[[nodiscard]] Order order_of(const Command& command, std::string_view request, Urgency urgency) {
    Order order{request, reply_form(command), urgency, !works_after_hangup<Command>::value};
    if constexpr (has_redaction<Command>::value) order.redaction = command.redaction();
    if constexpr (has_says_hangup<Command>::value) {
        order.says_hangup = [](const Reply& reply) { return Command::says_hangup(reply); };
    }
    return order;
}

/// A time from now on, as far as the clock can count.
inline std::chrono::steady_clock::time_point time_after(std::chrono::steady_clock::time_point now,
                                                        std::chrono::milliseconds time) noexcept {
    using Clock = std::chrono::steady_clock;
    if (time.count() <= 0) return now;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now);
    return time < left ? now + time : no_deadline;
}

/// When a command with this margin must have its reply.
template <class Command>
std::chrono::steady_clock::time_point deadline_of(const Command& command,
                                                  std::chrono::milliseconds margin,
                                                  std::chrono::steady_clock::time_point now) {
    const auto end = time_after(now, margin);
    if constexpr (has_longest<Command>::value) {
        const auto longest = command.longest();
        return longest ? time_after(end, *longest) : no_deadline;
    } else {
        return end;
    }
}

}  // namespace wire
}}  // namespace agi::v0

// SPDX-License-Identifier: MIT
#pragma once
// What a session asks of a command: its request, how its reply is read, what the reply means.

#include <agi/version.hpp>
#include <agi/wire/redact.hpp>
#include <agi/wire/reply.hpp>
#include <agi/wire/request.hpp>
#include <agi/wire/server_version.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace wire {

template <class Command, class = void>
struct has_request : std::false_type {};
template <class Command>
struct has_request<
    Command,
    std::enable_if_t<std::is_same_v<decltype(std::declval<const Command&>().request()), Request>>>
    : std::true_type {};

template <class Command, class = void>
struct has_parse : std::false_type {};
template <class Command>
struct has_parse<Command, std::void_t<decltype(std::declval<const Command&>().parse(
                              std::declval<const Reply&>()))>> : std::true_type {};

template <class Command, class = void>
struct has_reply_form : std::false_type {};
template <class Command>
struct has_reply_form<Command, std::void_t<decltype(&Command::reply_form)>> : std::true_type {};

template <class Command, class = void>
struct has_check_server : std::false_type {};
template <class Command>
struct has_check_server<Command, std::void_t<decltype(std::declval<const Command&>().check_server(
                                     std::declval<const ServerVersion&>()))>> : std::true_type {};

template <class Command, class = void>
struct has_when_stopped : std::false_type {};
template <class Command>
struct has_when_stopped<Command, std::void_t<decltype(Command::when_stopped())>> : std::true_type {
};

template <class Command, class = void>
struct stops_in_eagi_only : std::false_type {};
template <class Command>
struct stops_in_eagi_only<Command, std::enable_if_t<Command::stops_in_eagi_only>> : std::true_type {
};

template <class Result, class = void>
struct has_stopped : std::false_type {};
template <class Result>
struct has_stopped<Result, std::void_t<decltype(std::declval<Result&>().stopped)>>
    : std::true_type {};

template <class Command, class = void>
struct has_longest : std::false_type {};
template <class Command>
struct has_longest<Command, std::void_t<decltype(std::declval<const Command&>().longest())>>
    : std::true_type {};

template <class Command, class = void>
struct has_redaction : std::false_type {};
template <class Command>
struct has_redaction<Command, std::void_t<decltype(std::declval<const Command&>().redaction())>>
    : std::true_type {};

/// Whether it says that it needs no channel; a command that does not say needs one.
template <class Command, class = void>
struct works_after_hangup : std::false_type {};
template <class Command>
struct works_after_hangup<Command, std::enable_if_t<Command::works_after_hangup>> : std::true_type {
};

template <class Command, class = void>
struct has_says_hangup : std::false_type {};
template <class Command>
struct has_says_hangup<Command,
                       std::void_t<decltype(Command::says_hangup(std::declval<const Reply&>()))>>
    : std::true_type {};

/// How the command's reply is read: its `reply_form`, or tags when it does not say.
template <class Command>
constexpr ReplyForm reply_form([[maybe_unused]] const Command& command) noexcept {
    if constexpr (!has_reply_form<Command>::value) {
        return ReplyForm::tags;
    } else if constexpr (std::is_member_function_pointer_v<decltype(&Command::reply_form)>) {
        return command.reply_form();
    } else {
        return Command::reply_form;
    }
}

}}}  // namespace agi::v0::wire

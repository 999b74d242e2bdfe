// SPDX-License-Identifier: MIT
#pragma once
// Several commands in one write.

#include <agi/asyncagi/control.hpp>
#include <agi/asyncagi/detail/batch.hpp>
#include <agi/asyncagi/tunnel_options.hpp>
#include <agi/fastagi/call.hpp>
#include <agi/session/order.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/reply_reader.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// What a command comes to; std::monostate where it has no result.
template <class Command>
using ResultOf = std::conditional_t<
    std::is_void_v<decltype(std::declval<const Command&>().parse(std::declval<const Reply&>()))>,
    std::monostate,
    std::decay_t<decltype(std::declval<const Command&>().parse(std::declval<const Reply&>()))>>;

/// The line of a command that can be sent together with others.
///
/// @throws AGIArgumentError  it cannot
template <class Command>
std::string line_for_together(const Command& command, const ServerVersion& server) {
    const wire::Request request = wire::request_of(command, server);
    const std::string_view line = request.view();
    if (!can_be_sent_together(line)) {
        throw AGIArgumentError(line, "may take time, or end AsyncAGI: it goes alone");
    }
    if (line.size() > line_limit) {
        throw AGIArgumentError(line, "over 1013 bytes, which is what AMI takes");
    }
    return std::string{line};
}

/// What a reply to a command means.
///
/// @throws AGIException  as the session does
template <class Command>
ResultOf<Command> result_of_text(const Command& command, std::string_view text) {
    wire::ReplyReader reader;
    reader.expect(wire::reply_form(command));
    bool complete = false;
    while (!complete && !text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        complete = reader.push(line);
    }
    if (!complete) static_cast<void>(reader.cut({}));
    const Reply& reply = reader.reply();
    const wire::Request request = command.request();
    if (!wire::is_readable(reply)) wire::throw_error(request.view(), reply);
    if constexpr (std::is_same_v<ResultOf<Command>, std::monostate>) {
        command.parse(reply);
        return {};
    } else {
        return command.parse(reply);
    }
}

/// What the commands of a line that was offered have come to.
template <class... Commands>
std::tuple<ResultOf<Commands>...> results_together(Control& control, const Reply& reply,
                                                   const Commands&... commands) {
    std::vector<std::string> replies = control.collect().value_or(
        std::vector<std::string>(sizeof...(commands), std::string{reply.raw()} + '\n'));
    auto text = replies.begin();
    return std::tuple<ResultOf<Commands>...>{result_of_text(commands, *text++)...};
}

template <class AnyCall>
using if_blocking = std::enable_if_t<!std::is_same_v<AnyCall, fastagi::AsyncCall>>;
template <class... Commands>
using if_some_temporary = std::enable_if_t<!std::conjunction_v<
    std::disjunction<std::bool_constant<wire::command_may_be_temporary<Commands>>,
                     std::is_lvalue_reference<Commands>>...>>;

/// Sends commands that take no time, and cannot fail, in one write, and gives their results in order:
///
///     const auto [language, account, done] = together(
///         call, GetVariable{"CHANNEL(language)"}, GetVariable{"ACCOUNT"}, SetVariable{"A", "1"});
///
/// Over AMI they wait for Asterisk once: for its idle loop, and for the way there and back. On a call that
/// came by FastAGI each is executed alone.
/// Commands of the families GET and SET VARIABLE, SET CALLERID, CONTEXT, EXTENSION, PRIORITY and MUSIC,
/// DATABASE, VERBOSE, NOOP and CHANNEL STATUS. Their replies may have 50 KB together.
///
/// All are sent whatever comes of one. A hang-up: AGIDeadChannelError.
///
/// @throws AGIArgumentError  before anything is sent: one of them goes alone
/// @throws AGIException      what came of the first that has failed
template <class BlockingCall, class... Commands, class = if_blocking<BlockingCall>>
std::tuple<ResultOf<Commands>...> together(BlockingCall& call, const Commands&... commands) {
    static_assert(sizeof...(Commands) > 0, "agi: together(call, command...): a command is missing");
    const auto control = find_control(call);
    if (!control) {
        const auto alone = [&call](const auto& command) {
            using Result = ResultOf<std::decay_t<decltype(command)>>;
            if constexpr (std::is_same_v<Result, std::monostate>) {
                call.execute(command);
                return Result{};
            } else {
                return Result{call.execute(command)};
            }
        };
        return std::tuple<ResultOf<Commands>...>{alone(commands)...};
    }
    std::vector<std::string> lines{line_for_together(commands, call.server())...};
    const Reply reply = call.send(control->offer(std::move(lines)));
    return results_together(*control, reply, commands...);
}

#ifdef AGI_HAS_COROUTINES

template <class Command>
Task<ResultOf<Command>> execute_alone(fastagi::AsyncCall& call, Command command) {
    if constexpr (std::is_same_v<ResultOf<Command>, std::monostate>) {
        co_await call(command);
        co_return std::monostate{};
    } else {
        co_return co_await call(command);
    }
}

template <class Command, class... More>
Task<std::tuple<ResultOf<Command>, ResultOf<More>...>> one_by_one(fastagi::AsyncCall& call,
                                                                  Command command, More... more) {
    auto first = execute_alone(call, std::move(command));
    std::tuple<ResultOf<Command>> result{co_await std::move(first)};
    if constexpr (sizeof...(More) == 0) {
        co_return result;
    } else {
        auto others = one_by_one(call, std::move(more)...);
        co_return std::tuple_cat(std::move(result), co_await std::move(others));
    }
}

template <class... Commands>
Task<std::tuple<ResultOf<Commands>...>> together_by_value(fastagi::AsyncCall& call,
                                                          Commands... commands) {
    const auto control = find_control(call);
    if (!control) {
        auto all = one_by_one(call, std::move(commands)...);
        co_return co_await std::move(all);
    }
    std::vector<std::string> lines{line_for_together(commands, call.server())...};
    std::string line = control->offer(std::move(lines));
    const Reply reply = co_await call.send(std::move(line));
    co_return results_together(*control, reply, commands...);
}

/// Sends commands in one write in a coroutine, which owns copies of them:
///
///     const GetVariable language{"CHANNEL(language)"};
///     const GetVariable account{"ACCOUNT"};
///     const auto [spoken, number] = co_await together(call, language, account);
template <class... Commands, class = std::void_t<wire::if_lasting<Commands>...>>
auto together(fastagi::AsyncCall& call, Commands&&... commands) {
    static_assert(sizeof...(Commands) > 0, "agi: together(call, command...): a command is missing");
    return together_by_value(call, std::decay_t<Commands>(std::forward<Commands>(commands))...);
}
template <class... Commands, class = if_some_temporary<Commands...>, class = void>
AGI_REFUSE(AGI_TEMPORARY)
Task<> together(fastagi::AsyncCall& /*call*/, Commands&&... /*commands*/) {
    AGI_REFUSE_IN_BODY(std::tuple<Commands...>, AGI_TEMPORARY);
    return Task<>{};
}

#endif

}}}}  // namespace agi::v0::asyncagi::AGI_NET

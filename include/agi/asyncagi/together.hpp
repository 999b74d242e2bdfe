// SPDX-License-Identifier: MIT
#pragma once
// Several commands in the time of one.

#include <agi/asyncagi/control.hpp>
#include <agi/asyncagi/detail/batch.hpp>
#include <agi/asyncagi/tunnel_options.hpp>
#include <agi/session/order.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/reply_reader.hpp>

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

/// Sends commands that take no time, and cannot fail, in one write, and gives their results in order:
///
///     const auto [language, account, done] = together(
///         call, GetVariable{"CHANNEL(language)"}, GetVariable{"ACCOUNT"}, SetVariable{"A", "1"});
///
/// Over AMI they take as long as one of them. On a call that came by FastAGI each is executed alone.
/// Commands of the families GET and SET VARIABLE, SET CALLERID, CONTEXT, EXTENSION, PRIORITY and MUSIC,
/// DATABASE, VERBOSE, NOOP and CHANNEL STATUS. Their replies may have 50 KB together.
///
/// All are sent whatever comes of one. A hang-up: AGIDeadChannelError.
///
/// @throws AGIArgumentError  before anything is sent: one of them goes alone
/// @throws AGIException      what came of the first that has failed
template <class BlockingCall, class... Commands>
std::tuple<ResultOf<Commands>...> together(BlockingCall& call, const Commands&... commands) {
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
    const std::size_t count = lines.size();
    const Reply reply = call.send(control->offer(std::move(lines)));
    std::vector<std::string> replies = control->collect().value_or(
        std::vector<std::string>(count, std::string{reply.raw()} + '\n'));
    auto text = replies.begin();
    return std::tuple<ResultOf<Commands>...>{result_of_text(commands, *text++)...};
}

}}}}  // namespace agi::v0::asyncagi::AGI_NET

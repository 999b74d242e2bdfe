// SPDX-License-Identifier: MIT
#pragma once
// What each operation of an AsyncSession does at its begin and at its end.

#include <agi/asio/async_operation.hpp>
#include <agi/session/exchange.hpp>
#include <agi/session/order.hpp>
#include <agi/version.hpp>
#include <agi/wire/request.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

/// One that has nothing to send of the caller's.
struct AsyncSimple {
    using Result = void;
    Order::Kind kind;
    Exchange::Time deadline;
    template <class Channel>
    [[nodiscard]] Wait begin(Channel& channel) const {
        Order order;
        order.kind = kind;
        order.urgency = Urgency::after_hangup;
        order.deadline = deadline;
        return channel.begin(order);
    }
    template <class Channel>
    static void finish(Channel& /*channel*/) noexcept {}
};

/// Sends a command.
template <class Command>
struct AsyncExecute {
    using Result = ResultOf<Command>;
    Command command;
    Urgency urgency;
    Exchange::Time deadline;
    template <class Channel>
    Wait begin(Channel& channel) const {
        const Conversation& talk = channel.exchange().conversation();
        const Request request = request_of(command, talk.server());
        Order order = order_of(command, request, urgency);
        order.deadline = deadline;
        return channel.begin(order, request);
    }
    template <class Channel>
    Result finish(Channel& channel) const {
        return channel.exchange().result_of(command);
    }
};

/// Sends a command, and stops it when `stop()` says so.
template <class Command, class Condition>
struct AsyncUntil {
    using Result = ResultOf<Command>;
    Command command;
    std::unique_ptr<Condition> stop;  // stays where it is
    std::chrono::milliseconds interval;
    template <class Channel>
    Wait begin(Channel& channel) const {
        const Conversation& talk = channel.exchange().conversation();
        const Request request = stoppable_request_of(command, talk.server(), talk.environment());
        Order order = order_of(command, request, Urgency::normal);
        order.stop = stop_check(*stop, interval);
        return channel.begin(order, request);
    }
    template <class Channel>
    Result finish(Channel& channel) const {
        return channel.exchange().result_of(command);
    }
};

/// Sends a line as it is.
struct AsyncSend {
    using Result = Reply;
    std::string line;
    template <class Channel>
    [[nodiscard]] Wait begin(Channel& channel) const {
        const Request request = Request::raw(line);
        Order order;
        order.form = form_of(line);
        return channel.begin(order, request);
    }
    template <class Channel>
    static Reply finish(Channel& channel) {
        return channel.exchange().reply();
    }
};

}}}}  // namespace agi::v0::wire::AGI_NET

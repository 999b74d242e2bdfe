// SPDX-License-Identifier: MIT
#pragma once
// What each operation of an AsyncSession does at its begin and at its end.

#include <agi/asio/async_operation.hpp>
#include <agi/session/exchange.hpp>
#include <agi/session/order.hpp>
#include <agi/version.hpp>
#include <agi/wire/request.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

/// One that has nothing to send of the caller's.
template <class Channel>
struct AsyncSimple final : AsyncOrder<Channel, void> {
    Order::Kind kind;
    Exchange::Time deadline;
    AsyncSimple(Order::Kind what, Exchange::Time until) : kind{what}, deadline{until} {}
    Wait begin(Channel& channel) override {
        Order order;
        order.kind = kind;
        order.urgency = Urgency::after_hangup;
        order.deadline = deadline;
        return channel.begin(order);
    }
    void finish(Channel& /*channel*/) override {}
};

/// Sends a command.
template <class Channel, class Command>
struct AsyncExecute final : AsyncOrder<Channel, ResultOf<Command>> {
    Command command;
    Urgency urgency;
    Exchange::Time deadline;
    AsyncExecute(Command&& what, Urgency how, Exchange::Time until)
        : command(std::move(what)), urgency{how}, deadline{until} {}
    Wait begin(Channel& channel) override {
        const Conversation& talk = channel.exchange().conversation();
        const Request request = request_of(command, talk.server());
        Order order = order_of(command, request, urgency);
        order.deadline = deadline;
        return channel.begin(order, request);
    }
    ResultOf<Command> finish(Channel& channel) override {
        return channel.exchange().result_of(command);
    }
};

/// Sends a command, and stops it when `stop()` says so.
template <class Channel, class Command, class Condition>
struct AsyncUntil final : AsyncOrder<Channel, ResultOf<Command>> {
    Command command;
    Condition stop;
    std::chrono::milliseconds interval;
    AsyncUntil(Command&& what, Condition&& when, std::chrono::milliseconds how_often)
        : command(std::move(what)), stop(std::move(when)), interval{how_often} {}
    Wait begin(Channel& channel) override {
        const Conversation& talk = channel.exchange().conversation();
        const Request request = stoppable_request_of(command, talk.server(), talk.environment());
        Order order = order_of(command, request, Urgency::normal);
        order.stop = stop_check(stop, interval);
        return channel.begin(order, request);
    }
    ResultOf<Command> finish(Channel& channel) override {
        return channel.exchange().result_of(command);
    }
};

/// Sends a line as it is.
template <class Channel>
struct AsyncSend final : AsyncOrder<Channel, Reply> {
    std::string line;
    explicit AsyncSend(std::string text) : line{std::move(text)} {}
    Wait begin(Channel& channel) override {
        const Request request = Request::raw(line);
        Order order;
        order.form = form_of(line);
        return channel.begin(order, request);
    }
    Reply finish(Channel& channel) override { return channel.exchange().reply(); }
};

}}}}  // namespace agi::v0::wire::AGI_NET

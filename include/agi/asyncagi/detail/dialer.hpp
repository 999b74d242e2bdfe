// SPDX-License-Identifier: MIT
#pragma once
// Begins calls, no more and no faster than was said, and tells what became of each.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/detail/session_end.hpp>
#include <agi/asyncagi/originate.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// The calls that a source has begun. On the source's thread.
class Dialer {
  public:
    using OnOutcome = std::function<void(const Outcome&)>;
    using OnError = std::function<void(const std::exception_ptr&)>;

    /// A call that is to begin. `id`: see Originate::action.
    struct Order {
        std::string id;
        Originate originate;
        BeginCall begin;
        OnOutcome on_outcome;
    };

    /// `on_error`: what a hook of the user has thrown.
    Dialer(ami::Client& client, std::size_t most, double rate, OnError on_error)
        : client_{client},
          most_{std::max<std::size_t>(most, 1)},
          rate_{std::max(rate, 0.001)},
          on_error_{std::move(on_error)} {}

    void add(Order order) {
        if (stopping_) return refuse(order, stopped_text);
        try {
            waiting_.push_back(std::move(order));
        } catch (const std::bad_alloc&) {
            return refuse(order, "no memory");
        }
        begin_some();
    }

    /// Begins what may begin now. Called when a call has ended, and every now and then.
    void begin_some() {
        tell_due();
        const auto now = std::chrono::steady_clock::now();
        while (!waiting_.empty() && client_.ready() && calls_.size() < most_ && now >= next_) {
            begin();
            next_ = std::max(next_, now - std::chrono::seconds{1}) +
                    std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                        std::chrono::duration<double>{1 / rate_});
        }
    }

    /// Who gets a call that has come into AsyncAGI, if it is one of these.
    BeginCall take(const std::string& uniqueid) {
        const auto found = calls_.find(uniqueid);
        if (found == calls_.end()) return nullptr;
        BeginCall begin = std::exchange(found->second.begin, nullptr);
        found->second.taken = true;
        found->second.due = found->second.answered;
        tell_due();
        return begin;
    }

    /// OriginateResponse.
    void responded(const ami::Message& event) {
        const std::string_view id = event.action_id();
        const auto found = std::find_if(calls_.begin(), calls_.end(), [id](const auto& call) {
            return !id.empty() && call.second.action_id == id;
        });
        if (found == calls_.end()) return;
        Call& call = found->second;
        call.outcome.attempt = attempt_of(event["Response"], event["Reason"]);
        call.answered = call.outcome.attempt == Attempt::answered;
        if (call.answered && call.gone && !call.taken) call.outcome.attempt = Attempt::abandoned;
        // One that is answered must find its handler yet.
        call.due = !call.answered || call.taken || call.gone;
        call.outcome.channel = event["Channel"];
        tell_due();
    }

    /// Hangup of a channel.
    void hung_up(const std::string& uniqueid) {
        const auto found = calls_.find(uniqueid);
        if (found == calls_.end()) return;
        Call& call = found->second;
        call.gone = true;
        if (call.on_outcome && !call.answered) return;  // an outcome follows
        if (call.on_outcome) {
            call.outcome.attempt = Attempt::abandoned;
            call.due = true;
            return tell_due();
        }
        calls_.erase(found);
        begin_some();
    }

    /// The connection is lost: what has no outcome will have none.
    void disconnected() { tell_all("the connection to Asterisk was lost"); }

    /// After a connection was lost: which calls there are.
    template <class IsThere>
    void keep(const IsThere& is_there) {
        for (auto call = calls_.begin(); call != calls_.end();) {
            const bool gone = !call->second.on_outcome && !is_there(call->first);
            call = gone ? calls_.erase(call) : std::next(call);
        }
        begin_some();
    }

    /// Begins no more. Hangs up what nobody has answered yet.
    void stop() {
        if (std::exchange(stopping_, true)) return;
        refuse_waiting();
        for (const auto& [id, call] : calls_) {
            if (call.on_outcome) client_.send(ami::Action{"Hangup"}.set("Channel", id));
        }
    }
    /// Nothing is heard any more.
    void end() {
        tell_all(stopped_text);
        refuse_waiting();  // where it was not stopped before
    }
    /// Whether an outcome is still to be told.
    [[nodiscard]] bool waits() const noexcept {
        return std::any_of(calls_.begin(), calls_.end(), [](const auto& call) {
            return static_cast<bool>(call.second.on_outcome);
        });
    }

  private:
    static constexpr const char* stopped_text = "the source has stopped";

    struct Call {
        BeginCall begin{};
        OnOutcome on_outcome{};  ///< None: it was told.
        std::string action_id{};
        Outcome outcome{};
        bool answered = false;
        bool taken = false;  ///< It has come into AsyncAGI.
        bool gone = false;
        bool due = false;  ///< The outcome is known, and is to be told.
    };

    /// Nothing has happened where it throws.
    void begin() {
        Order& next = waiting_.front();
        if (!next.on_outcome) next.on_outcome = [](const Outcome&) {};
        const ami::Action action = next.originate.action(next.id);
        const auto call = calls_.try_emplace(next.id).first;
        try {
            call->second.action_id =
                client_.send(action, [this, id = next.id](const ami::Response& response) {
                    if (response.success() || response.lost) return;  // an event tells, or the loss
                    refused(id, response.text());
                });
        } catch (...) {
            calls_.erase(call);
            throw;
        }
        call->second.begin = std::move(next.begin);
        call->second.on_outcome = std::move(next.on_outcome);
        waiting_.pop_front();
    }
    void refused(const std::string& id, std::string_view why) {
        const auto found = calls_.find(id);
        if (found == calls_.end()) return;
        found->second.outcome.attempt = Attempt::refused;
        found->second.due = true;
        found->second.outcome.text = why;
        tell_due();
    }

    /// Tells what is due. Where there is no memory for it, it stays due: for the next tick.
    void tell_due() {
        for (bool room = false;;) {
            const auto found = std::find_if(calls_.begin(), calls_.end(), [](const auto& call) {
                return call.second.due && call.second.on_outcome;
            });
            if (found == calls_.end()) return room ? begin_some() : void();
            Outcome told = found->second.outcome;  // the call may end here
            told.id = found->first;
            found->second.due = false;
            const OnOutcome hook = std::exchange(found->second.on_outcome, nullptr);
            const bool goes_on = !found->second.gone && (told.attempt == Attempt::answered ||
                                                         told.attempt == Attempt::unknown);
            if (!goes_on) calls_.erase(found);
            call_hook(hook, told);
            room = room || !goes_on;
        }
    }
    void tell_all(const char* why) {
        for (auto& [id, call] : calls_) {
            if (call.due || !call.on_outcome) continue;
            call.outcome = {};
            call.outcome.attempt = Attempt::unknown;
            call.due = true;
        }
        for (auto& [id, call] : calls_) {
            if (call.due && call.outcome.attempt == Attempt::unknown) call.outcome.text = why;
        }
        tell_due();
    }
    void refuse_waiting() {
        while (!waiting_.empty()) {
            const Order order = std::move(waiting_.front());
            waiting_.pop_front();
            refuse(order, stopped_text);
        }
    }
    void refuse(const Order& order, const char* why) const {
        call_hook(order.on_outcome, {Attempt::refused, order.id, {}, why});
    }
    void call_hook(const OnOutcome& hook, const Outcome& outcome) const {
        try {
            if (hook) hook(outcome);
        } catch (...) {
            on_error_(std::current_exception());
        }
    }

    ami::Client& client_;
    std::size_t most_;
    double rate_;
    OnError on_error_;
    bool stopping_ = false;
    std::chrono::steady_clock::time_point next_{};
    std::deque<Order> waiting_;
    std::unordered_map<std::string, Call> calls_;  ///< By unique id.
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET

// SPDX-License-Identifier: MIT
#pragma once
// Begins calls, no more and no faster than was said, and tells what became of each.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/options.hpp>
#include <agi/asyncagi/originate.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// The calls that a source has begun. On the source's thread.
class Dialer {
  public:
    using OnOutcome = std::function<void(const Outcome&)>;
    using Handler = fastagi::Server::Handler;

    Dialer(ami::Client& client, std::size_t most, double rate)
        : client_{client}, most_{std::max<std::size_t>(most, 1)}, rate_{std::max(rate, 0.001)} {}

    void add(std::string id, Originate originate, Handler handler, OnOutcome on_outcome) {
        waiting_.push_back(
            {std::move(id), std::move(originate), std::move(handler), std::move(on_outcome)});
        begin_some();
    }

    /// Begins what may begin now. Called when a call has ended, and every now and then.
    void begin_some() {
        const auto now = std::chrono::steady_clock::now();
        while (!waiting_.empty() && client_.ready() && calls_.size() < most_ && now >= next_) {
            next_ = std::max(next_, now - std::chrono::seconds{1}) +
                    std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                        std::chrono::duration<double>{1 / rate_});
            begin();
        }
    }

    /// The handler of a call that has come into AsyncAGI, if it is one of these.
    Handler take_handler(const std::string& uniqueid) {
        const auto found = calls_.find(uniqueid);
        if (found == calls_.end()) return {};
        Handler handler = std::move(found->second.handler);
        found->second.handler = nullptr;
        found->second.taken = true;
        if (found->second.answered) tell(uniqueid, found->second.outcome);
        return handler;
    }

    /// OriginateResponse.
    void responded(const ami::Message& event) {
        const auto id = ids_.find(std::string{event.action_id()});
        if (id == ids_.end()) return;
        const std::string uniqueid = std::move(id->second);
        ids_.erase(id);
        const auto found = calls_.find(uniqueid);
        if (found == calls_.end()) return;
        Call& call = found->second;
        call.outcome = {attempt_of(event["Response"], event["Reason"]),
                        uniqueid,
                        std::string{event["Channel"]},
                        {}};
        call.answered = call.outcome.attempt == Attempt::answered;
        // One that is answered must find its handler yet.
        if (!call.answered || call.taken) return tell(uniqueid, call.outcome);
        if (call.gone) hung_up(uniqueid);
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
            return tell(uniqueid, call.outcome);
        }
        calls_.erase(found);
        begin_some();
    }

    /// The connection is lost: what has no outcome will have none.
    void disconnected() {
        ids_.clear();
        std::deque<std::string> open;
        for (const auto& [id, call] : calls_) {
            if (call.on_outcome) open.push_back(id);
        }
        for (const std::string& id : open) {
            tell(id, {Attempt::unknown, id, {}, "the connection to Asterisk was lost"});
        }
    }

    /// After a connection was lost: which calls there are.
    template <class IsThere>
    void keep(const IsThere& is_there) {
        for (auto call = calls_.begin(); call != calls_.end();) {
            const bool gone = !call->second.on_outcome && !is_there(call->first);
            call = gone ? calls_.erase(call) : std::next(call);
        }
        begin_some();
    }

    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
    [[nodiscard]] std::size_t in_the_air() const noexcept { return calls_.size(); }

  private:
    struct Waiting {
        std::string id;
        Originate originate;
        Handler handler;
        OnOutcome on_outcome;
    };
    struct Call {
        Handler handler;
        OnOutcome on_outcome;  ///< None: it was told.
        Outcome outcome{};
        bool answered = false;
        bool taken = false;  ///< It has come into AsyncAGI.
        bool gone = false;
    };

    void begin() {
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        if (!next.on_outcome) next.on_outcome = [](const Outcome&) {};
        const ami::Action action = next.originate.action(next.id);
        Call& call = calls_[next.id];
        call.handler = std::move(next.handler);
        call.on_outcome = std::move(next.on_outcome);
        const std::string action_id =
            client_.send(action, [this, id = next.id](const ami::Response& response) {
                if (response.success() || response.lost) return;  // an event tells, or the loss
                for (auto at = ids_.begin(); at != ids_.end(); ++at) {
                    if (at->second != id) continue;
                    ids_.erase(at);
                    break;
                }
                tell(id, {Attempt::refused, id, {}, std::string{response.text()}});
            });
        if (calls_.count(next.id) != 0) ids_[action_id] = next.id;
    }

    void tell(const std::string& id, const Outcome& outcome) {
        const auto found = calls_.find(id);
        if (found == calls_.end() || !found->second.on_outcome) return;
        const Outcome told = outcome;  // the call may end here
        const OnOutcome hook = std::exchange(found->second.on_outcome, nullptr);
        const bool goes_on = !found->second.gone && (told.attempt == Attempt::answered ||
                                                     told.attempt == Attempt::unknown);
        if (!goes_on) calls_.erase(found);
        hook(told);
        if (!goes_on) begin_some();
    }

    ami::Client& client_;
    std::size_t most_;
    double rate_;
    std::chrono::steady_clock::time_point next_{};
    std::deque<Waiting> waiting_;
    std::unordered_map<std::string, Call> calls_;       ///< By unique id.
    std::unordered_map<std::string, std::string> ids_;  ///< Unique ids, by the action's id.
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET

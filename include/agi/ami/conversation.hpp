// SPDX-License-Identifier: MIT
#pragma once
// The manager interface's protocol without its I/O: login, actions with their answers, events.

#include <agi/ami/action.hpp>
#include <agi/ami/detail/instance_name.hpp>
#include <agi/ami/detail/md5.hpp>
#include <agi/ami/message_reader.hpp>
#include <agi/version.hpp>

#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ami {

/// Who logs in.
struct Login {
    std::string user{};
    std::string secret{};
    /// Which events come: `on`, `off`, or classes such as `agi,call,dtmf`. The user's `read` in
    /// manager.conf is the most that is possible.
    std::string events = "on";
    /// Sends the secret itself instead of an answer to a challenge. Only where TLS hides it.
    bool plain = false;
};

/// Whoever has the bytes drives it: gives it what comes by `receive`, and sends what `out` holds.
///
///     Conversation talk{{"ivr", secret}};
///     talk.send(Action{"Ping"}, [](const Response& pong) { ... });     // after the login
///     socket.send(talk.take_out());  talk.receive(socket.read());
///
/// Callbacks run inside `receive` and `close`; they may send and close, not destroy it.
class Conversation {
  public:
    enum class State : unsigned char {
        banner,   ///< Asterisk has not said who it is.
        login,    ///< The login has no answer yet.
        ready,    ///< Actions can be sent.
        refused,  ///< The login was refused: `why` has Asterisk's words.
        closed,
    };
    using Done = std::function<void(const Response&)>;
    using OnEvent = std::function<void(const Message&)>;
    using OnState = std::function<void(State)>;
    using OnError = std::function<void(const std::exception_ptr&)>;

    /// `ids`: what the ids of its actions begin with. Asterisk sends the events that carry one, such as
    /// OriginateResponse, to everybody: they must be nobody else's, nor those of an earlier connection.
    explicit Conversation(Login login, MessageLimits limits = {},
                          std::string ids = "agi-" + instance_name() + '-')
        : login_{std::move(login)}, reader_{limits}, ids_{std::move(ids)} {}

    /// Every event that is no part of a list.
    void on_event(OnEvent hook) { on_event_ = std::move(hook); }
    void on_state(OnState hook) { on_state_ = std::move(hook); }
    /// What `done` or the hook of events has thrown. Without it that leaves `receive` or `close`, and
    /// what was behind it there is lost.
    void on_error(OnError hook) { on_error_ = std::move(hook); }

    /// Sends an action. `done` is called once, with the answer, or with `lost` where the connection
    /// ended before it: an action is never sent twice.
    ///
    /// The action's id, which events may carry, too.
    std::string send(const Action& action, Done done = {}) {
        std::string id = next_id();
        if (state_ != State::ready) {
            if (done) call(done, lost());
            return id;
        }
        send_now(action, id, std::move(done));
        return id;
    }

    /// Bytes came.
    void receive(std::string_view bytes) {
        reader_.push(
            bytes, [this](std::string_view banner) { greet(banner); },
            [this](Message&& message) { take(std::move(message)); });
    }

    /// The connection is over: fails what has no answer.
    void close() {
        if (state_ != State::refused) become(State::closed);
        auto pending = std::move(pending_);
        pending_.clear();
        for (auto& [id, action] : pending) {
            if (action.done) call(action.done, lost());
        }
    }

    /// What is to be sent.
    std::string take_out() { return std::exchange(out_, {}); }
    [[nodiscard]] bool has_out() const noexcept { return !out_.empty(); }
    [[nodiscard]] std::size_t out_size() const noexcept { return out_.size(); }

    [[nodiscard]] State state() const noexcept { return state_; }
    /// The first line: `Asterisk Call Manager/11.0.0`.
    [[nodiscard]] const std::string& banner() const noexcept { return banner_; }
    /// Why the login was refused.
    [[nodiscard]] const std::string& why() const noexcept { return why_; }
    /// Actions without an answer.
    [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }

  private:
    /// Events of a list that are kept.
    static constexpr std::size_t max_list = 200'000;

    struct Pending {
        Done done;
        Response response{};
    };

    static Response lost() {
        Response response;
        response.lost = true;
        return response;
    }

    std::string next_id() { return ids_ + std::to_string(++last_id_); }

    void send_now(const Action& action, const std::string& id, Done done) {
        const std::string text = action.text(id);
        out_.reserve(out_.size() + text.size());
        pending_.emplace(id, Pending{std::move(done)});
        out_ += text;
    }
    template <class Callback, class Value>
    void call(const Callback& callback, const Value& value) const {
        if (!on_error_) return callback(value);
        try {
            callback(value);
        } catch (...) {
            on_error_(std::current_exception());
        }
    }

    void become(State state) {
        if (state_ == state) return;
        state_ = state;
        if (on_state_) on_state_(state);
    }

    void greet(std::string_view banner) {
        banner_ = banner;
        become(State::login);
        if (login_.plain) return log_in(Action{"Login"}.set("Secret", login_.secret));
        send_now(Action{"Challenge"}.set("AuthType", "MD5"), next_id(), [this](const Response& r) {
            if (!r.success()) return refuse(r);
            const std::string challenge{r.message["Challenge"]};
            log_in(Action{"Login"}
                       .set("AuthType", "MD5")
                       .set("Key", md5_hex(challenge + login_.secret)));
        });
    }
    void log_in(Action action) {
        action.set("Username", login_.user).set("Events", login_.events);
        send_now(action, next_id(),
                 [this](const Response& r) { r.success() ? become(State::ready) : refuse(r); });
    }
    void refuse(const Response& response) {
        if (response.lost) return;
        why_ = response.text();
        become(State::refused);
    }

    void take(Message&& message) {
        if (state_ == State::closed) return;  // by a callback of the message before
        const auto found = pending_.find(std::string{message.action_id()});
        const bool event = !message.event().empty();
        if (found == pending_.end()) {
            // Before the login there is nothing to hear, and nobody could act on it.
            if (event && on_event_ && state_ == State::ready) call(on_event_, message);
            return;
        }
        Response& response = found->second.response;
        const std::string_view list = message["EventList"];
        if (!event) {
            response.message = std::move(message);
            if (same_name(response.message["EventList"], "start")) return;
            return finish(found);
        }
        // An event with the action's id before its answer, or after that of an action without a
        // list, is one for everybody.
        if (response.message.empty()) {
            if (on_event_) call(on_event_, message);
            return;
        }
        const bool complete = same_name(list, "Complete") || same_name(list, "Cancelled");
        if (!complete) {
            if (response.list.size() < max_list) {
                response.list.push_back(std::move(message));
            } else {
                response.message.truncated(true);
            }
            return;
        }
        finish(found);
    }
    template <class Iterator>
    void finish(Iterator found) {
        const Pending ended = std::move(found->second);
        pending_.erase(found);
        if (ended.done) call(ended.done, ended.response);
    }

    Login login_;
    MessageReader reader_;
    std::string ids_;
    State state_ = State::banner;
    std::string banner_;
    std::string why_;
    std::string out_;
    unsigned long long last_id_ = 0;
    std::unordered_map<std::string, Pending> pending_;
    OnEvent on_event_;
    OnState on_state_;
    OnError on_error_;
};

}}}  // namespace agi::v0::ami

// SPDX-License-Identifier: MIT
#pragma once
// How a call ends, and what Asterisk is told of it.

#include <agi/command/script.hpp>
#include <agi/command/variable.hpp>
#include <agi/fastagi/call.hpp>
#include <agi/fastagi/deadline.hpp>
#include <agi/version.hpp>

#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi {

/// What the server knows of the end of a call.
struct Ending {
    Outcome outcome = Outcome::success;
    std::string why{};  ///< What the log and Asterisk's console say.
};

/// What an exception that has left a handler means; none: all is well.
inline Ending ending_of(const std::exception_ptr& exception) {
    if (!exception) return {};
    try {
        std::rethrow_exception(exception);
    } catch (const AGIHangup&) {
        return {Outcome::hung_up, {}};
    } catch (const ServerStopping& stopping) {
        return {Outcome::stopped, stopping.what()};
    } catch (const std::exception& error) {
        return {Outcome::failed, std::string{"the handler failed: "} + error.what()};
    } catch (...) {
        return {Outcome::failed, "the handler failed with an exception of unknown type"};
    }
}

/// The value of the status variable.
constexpr std::string_view status_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::failed: return "FAILED";
        case Outcome::not_found: return "NOTFOUND";
        case Outcome::busy: return "BUSY";
        default: return "STOPPED";
    }
}

/// Whether Asterisk is told.
constexpr bool is_told(Outcome outcome) noexcept {
    return outcome != Outcome::success && outcome != Outcome::hung_up;
}

/// Sets the status variable without waiting for a reply: one that is owed may come late. Asterisk
/// reads the line when its command has ended, as no more lines follow.
inline void tell_blindly(int fd, const ServerState& server, Outcome outcome) {
    std::string line{
        SetVariable{server.options.status_variable, status_of(outcome)}.request().view()};
    line += '\n';
    ::send(fd, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(fd, SHUT_WR);
}

/// The words for Asterisk's console, on one line and of moderate length.
inline Verbose console_line(std::string_view why) {
    return {"FastAGI: " + wire::escaped(why.substr(0, 300)), 0};
}

/// Whether commands can be sent and their replies be told apart.
template <class AnyCall>
bool can_be_told(const AnyCall& call) {
    return call.state() == Conversation::State::ready;
}

/// A hang-up during a command is a failure of that command. The next one shows what it was.
template <class AnyCall>
bool is_hangup(AnyCall& call, const Ending& ending) {
    return ending.outcome == Outcome::failed && call.hung_up();
}

/// Tells Asterisk, waiting for its replies. A hang-up that shows explains the failure, which is
/// none then for the dialplan either.
inline void tell(Call& call, Ending& ending) {
    const ServerState& server = *call.facts().server;
    if (!can_be_told(call)) return tell_blindly(call.stream().fd(), server, ending.outcome);
    call.stream().deadline(std::chrono::steady_clock::now() + server.options.farewell_time);
    try {
        call.after_hangup([&](auto& rest) {
            console_line(ending.why)(rest);
            if (is_hangup(call, ending)) return;
            SetVariable{server.options.status_variable, status_of(ending.outcome)}(rest);
        });
    } catch (const std::exception&) {
        // It could not be told; the log says what it was.
    }
    if (is_hangup(call, ending)) ending = {Outcome::hung_up, {}};
}

/// The same without blocking. Keeps itself until it is done, then calls `done(call, ending)`.
template <class CallPointer, class Done>
class AsyncTell {
  public:
    static void start(CallPointer call, Ending ending, Done done) {
        const ServerState& server = *call->facts().server;
        if (!can_be_told(*call)) {
            tell_blindly(call->stream().native_handle(), server, ending.outcome);
            return done(std::move(call), std::move(ending));
        }
        auto self = std::unique_ptr<AsyncTell>{
            new AsyncTell{std::move(call), std::move(ending), std::move(done)}};
        AsyncTell& telling = *self;
        telling.call_->async_execute_after_hangup(
            telling.console_, [self = std::move(self)](const std::exception_ptr& error) mutable {
                const bool over = error || is_hangup(*self->call_, self->ending_);
                over ? end(std::move(self)) : set_variable(std::move(self));
            });
    }

  private:
    AsyncTell(CallPointer call, Ending ending, Done done)
        : call_{std::move(call)},
          ending_{std::move(ending)},
          done_{std::move(done)},
          console_{console_line(ending_.why)},
          variable_{call_->facts().server->options.status_variable, status_of(ending_.outcome)},
          deadline_{call_->stream().get_executor(), call_->facts().server->options.farewell_time,
                    [call = call_.get()] { call->channel().interrupt(Interrupt::deadline); }} {}

    static void set_variable(std::unique_ptr<AsyncTell> self) {
        AsyncTell& telling = *self;
        telling.call_->async_execute_after_hangup(
            telling.variable_,
            [self = std::move(self)](const std::exception_ptr&) mutable { end(std::move(self)); });
    }
    static void end(std::unique_ptr<AsyncTell> self) {
        if (is_hangup(*self->call_, self->ending_)) self->ending_ = {Outcome::hung_up, {}};
        self->done_(std::move(self->call_), std::move(self->ending_));
    }

    CallPointer call_;
    Ending ending_;
    Done done_;
    Verbose console_;
    SetVariable variable_;
    Deadline deadline_;
};

}}}  // namespace agi::v0::fastagi

// SPDX-License-Identifier: MIT
#pragma once
// How a call ends, and what Asterisk is told of it.

#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/fastagi/call.hpp>
#include <agi/fastagi/server_stopping.hpp>
#include <agi/version.hpp>

#include <sys/socket.h>

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// What the server knows of the end of a call.
struct Ending {
    Outcome outcome = Outcome::success;
    std::string why{};  ///< What the log and Asterisk's console say.

    /// Sets `why`, if there is memory for it.
    template <class... Texts>
    void say(Texts... texts) noexcept {
        try {
            why.clear();
            (why.append(texts), ...);
        } catch (const std::bad_alloc&) {
            why = "no memory";  // fits into the string itself
        }
    }
};

/// What an exception that has left `what` means; none: all is well.
inline Ending ending_of(const std::exception_ptr& exception,
                        const char* what = "the handler") noexcept {
    Ending ending;
    try {
        if (exception) std::rethrow_exception(exception);
    } catch (const AGIHangup&) {
        ending.outcome = Outcome::hung_up;
    } catch (const ServerStopping&) {
        ending.outcome = Outcome::stopped;
        ending.say("the server is stopping");
    } catch (const std::exception& error) {
        ending.outcome = Outcome::failed;
        ending.say(what, " failed: ", error.what());
    } catch (...) {
        ending.outcome = Outcome::failed;
        ending.say(what, " failed with an exception of unknown type");
    }
    return ending;
}

/// The value of the status variable.
constexpr std::string_view status_of(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::failed: return "FAILED";
        case Outcome::not_found: return "NOTFOUND";
        case Outcome::busy: return "BUSY";
        case Outcome::success:
        case Outcome::hung_up:
        case Outcome::stopped:
        case Outcome::stopping: break;
    }
    return "STOPPED";
}

/// Whether Asterisk is told.
constexpr bool is_told(Outcome outcome) noexcept {
    return outcome != Outcome::success && outcome != Outcome::hung_up;
}

/// Sets the status variable without waiting for a reply: one that is owed may come late. Asterisk
/// reads the line when its command has ended, as no more lines follow.
inline void tell_blindly(int fd, const ServerOptions& options, Outcome outcome) noexcept {
    try {
        std::string line{SetVariable{options.status_variable, status_of(outcome)}.request().view()};
        line += '\n';
        ::send(fd, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } catch (...) {
        // The end of the connection tells enough.
    }
    ::shutdown(fd, SHUT_WR);
}

/// The same, if Asterisk is in a command. Not after a request that may have been sent in part: what
/// comes next would become part of it.
template <class AnyCall>
void tell_if_awaiting(const AnyCall& call, int fd, Outcome outcome) noexcept {
    if (call.state() != Conversation::State::awaiting) return;
    tell_blindly(fd, CallAccess::facts(call).server->options, outcome);
}

/// The words for Asterisk's console, on one line and of moderate length.
inline Verbose console_line(std::string_view why) {
    return {"FastAGI: " + one_line(why.substr(0, 300)), 0};
}

/// Whether commands can be sent and their replies be told apart.
template <class AnyCall>
bool can_be_told(const AnyCall& call) {
    return call.state() == Conversation::State::ready;
}

/// A failure after a hang-up is none, for the dialplan either. Whether there is nothing to tell.
template <class AnyCall>
bool nothing_to_tell(const AnyCall& call, Ending& ending) noexcept {
    try {
        if (ending.outcome == Outcome::failed && call.hung_up()) ending = {Outcome::hung_up, {}};
    } catch (...) {
        // Not known then.
    }
    return !is_told(ending.outcome);
}

inline std::chrono::steady_clock::time_point farewell_end(const ServerOptions& options) {
    return wire::time_after(std::chrono::steady_clock::now(), options.farewell_time);
}

/// `make()`: the command that tells.
template <class Make>
void try_to_tell(Call& call, const Make& make) noexcept {
    if (!can_be_told(call)) return;
    try {
        const auto command = make();
        call.after_hangup([&](auto& rest) { command(rest); });
    } catch (...) {
        // The log says what could not be told.
    }
}

/// Tells Asterisk, waiting for its replies.
inline void tell(Call& call, Ending& ending) noexcept {
    const ServerOptions& options = CallAccess::facts(call).server->options;
    if (can_be_told(call)) {
        call.stream().deadline(farewell_end(options));
        try_to_tell(call, [&] { return console_line(ending.why); });
        if (nothing_to_tell(call, ending)) return;
        if (can_be_told(call)) {
            return try_to_tell(call, [&] {
                return SetVariable{options.status_variable, status_of(ending.outcome)};
            });
        }
    }
    tell_if_awaiting(call, call.stream().fd(), ending.outcome);
}

/// The same without blocking. Keeps itself until it is done, then calls `done(call, ending)`.
template <class CallPointer, class Done>
class AsyncTell {
    using Self = std::unique_ptr<AsyncTell>;

  public:
    static void start(CallPointer call, Ending ending, Done done) {
        Self self{new AsyncTell{std::move(call), std::move(ending), std::move(done)}};
        if (!can_be_told(*self->call_)) return end(std::move(self));
        const Verbose line = console_line(self->ending_.why);
        execute(std::move(self), line, set_variable);
    }

  private:
    AsyncTell(CallPointer call, Ending ending, Done done)
        : call_{std::move(call)},
          ending_{std::move(ending)},
          done_{std::move(done)},
          end_{farewell_end(options())} {}

    [[nodiscard]] const ServerOptions& options() const {
        return CallAccess::facts(*call_).server->options;
    }

    static void set_variable(Self self) {
        const SetVariable status{self->options().status_variable, status_of(self->ending_.outcome)};
        self->told_ = true;
        execute(std::move(self), status, end);
    }

    /// Goes on to `next`, unless nothing more can be told, or need be.
    template <class Command>
    static void execute(Self self, const Command& command, void (*next)(Self)) {
        AsyncTell& telling = *self;
        telling.call_->async_execute_after_hangup(
            command,
            [self = std::move(self), next](const std::exception_ptr&) mutable {
                const bool go_on =
                    can_be_told(*self->call_) && !nothing_to_tell(*self->call_, self->ending_);
                go_on ? next(std::move(self)) : end(std::move(self));
            },
            telling.end_);
    }
    static void end(Self self) {
        AsyncCall& call = *self->call_;
        if (!self->told_ && !nothing_to_tell(call, self->ending_)) {
            tell_if_awaiting(call, call.stream().native_handle(), self->ending_.outcome);
        }
        self->done_(std::move(self->call_), std::move(self->ending_));
    }

    CallPointer call_;
    Ending ending_;
    Done done_;
    std::chrono::steady_clock::time_point end_;
    bool told_ = false;  ///< The variable was sent: not once more, if its reply does not come.
};

}}}}  // namespace agi::v0::fastagi::AGI_NET

// SPDX-License-Identifier: MIT
#pragma once
// Calls from one Asterisk over AMI, for a FastAGI server.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/control.hpp>
#include <agi/asyncagi/detail/source_state.hpp>
#include <agi/asyncagi/options.hpp>
#include <agi/asyncagi/originate.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/version.hpp>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// Gives the calls that come into `AGI(agi:async,script)` to the handlers of a server, as if they
/// had come by `AGI(agi://host/script)`. One source for each Asterisk.
///
///     agi::fastagi::Server server;
///     server.route("pin", pin);
///     SourceOptions options;
///     options.ami.host = "10.0.0.5";  options.ami.user = "ivr";  options.ami.secret = secret;
///     Source pbx{server, options};
///     pbx.start();
///     server.run();
///
/// It has a thread of its own, on which hooks are called: they must not block. The server must
/// outlive it; `run` does not listen on a port by itself any more.
class Source {
  public:
    /// @throws AGIArgumentError  the name has other characters than letters, digits and `-._`
    Source(fastagi::Server& server, SourceOptions options)
        : server_{server}, state_{std::make_shared<SourceState>(server, std::move(options))} {
        server.expect_adopted();
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    /// Takes no more calls, and ends those that run as a closed connection does. Call it, or `stop`,
    /// after Server::run has returned.
    ~Source() { stop(); }

    /// The handler of a call that an earlier run of this program had, or `adopt` has taken. It
    /// begins behind the command that runs. Before `start`.
    template <class Handler>
    void on_adopt(Handler handler) {
        state_->on_adopt = server_.make_handler(std::move(handler));
    }

    /// After each login; false at the first. Before `start`.
    void on_login(std::function<void(bool again)> hook) { state_->on_login = std::move(hook); }

    /// Connects, and takes calls from then on: those too that wait in AsyncAGI already.
    void start() {
        thread_ = std::thread{[state = state_] { state->run(); }};
    }

    /// Begins a call. When it is answered and comes into AsyncAGI, `handler` gets it, with the
    /// middlewares of the server. `on_outcome(const Outcome&)` is called once, on the source's
    /// thread. From any thread; what cannot begin yet waits.
    ///
    /// The unique id of its channel.
    ///
    /// @throws AGIArgumentError  something cannot be sent
    template <class Handler>
    std::string originate(Originate call, Handler handler, Dialer::OnOutcome on_outcome = {}) {
        std::string id = state_->new_call_id();
        static_cast<void>(call.action(id));
        state_->post([state = state_.get(), id, call = std::move(call),
                      handler = server_.make_handler(std::move(handler)),
                      on_outcome = std::move(on_outcome)]() mutable {
            state->dialer().add(std::move(id), std::move(call), std::move(handler),
                                std::move(on_outcome));
        });
        return id;
    }

    /// Takes the calls of another program, which has died: that of this name. Their handler is
    /// `on_adopt`. From any thread.
    void adopt(std::string name) {
        state_->post([state = state_.get(), name = std::move(name)] { state->adopt(name); });
    }

    /// Sends any action, and calls `done` with its answer on the source's thread. From any thread.
    void send(ami::Action action, ami::Client::Done done = {}) {
        state_->post([state = state_.get(), action = std::move(action), done = std::move(done)] {
            state->client().send(action, done);
        });
    }

    /// Takes no more calls, lets the last commands of calls go out, and disconnects.
    void stop() {
        if (!thread_.joinable()) return;
        state_->begin_stop();
        thread_.join();
    }

  private:
    fastagi::Server& server_;
    std::shared_ptr<SourceState> state_;
    std::thread thread_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET

// SPDX-License-Identifier: MIT
#pragma once
// Calls from one Asterisk over AMI, for a FastAGI server.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/control.hpp>
#include <agi/asyncagi/detail/socket_end.hpp>
#include <agi/asyncagi/detail/source_requests.hpp>
#include <agi/asyncagi/detail/source_state.hpp>
#include <agi/asyncagi/options.hpp>
#include <agi/asyncagi/originate.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/version.hpp>

#include <atomic>
#include <chrono>
#include <exception>
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
/// It has a thread of its own, on which hooks are called: they must not block; what they throw is
/// logged. The server must outlive it; `run` does not listen on a port by itself any more.
class Source : public SourceRequests {
  public:
    /// @throws AGIArgumentError  the name has other characters than letters, digits and `-._`, or `dead_man` is none
    Source(fastagi::Server& server, const SourceOptions& options)
        : Source{server, options.ami.host, std::make_shared<Own>(options)} {}
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    /// Takes no more calls, and ends those that run as a closed connection does. Call it, or `stop`,
    /// after Server::run has returned.
    ~Source() {
        stop();
        if (thread_.joinable()) thread_.detach();  // by one of its own hooks
    }

    /// The handler of a call that an earlier run of this program had, or `adopt` has taken. It
    /// begins behind the command that runs. Before `start`.
    template <class Handler>
    void on_adopt(Handler handler) {
        state_->on_adopt(on_server(server_, label_, server_.make_handler(std::move(handler))));
    }

    /// After each login; false at the first. Before `start`.
    void on_login(std::function<void(bool again)> hook) { state_->on_login = std::move(hook); }

    /// Connects, and takes calls from then on: those too that wait in AsyncAGI already. Once only.
    void start() {
        thread_ = std::thread{[own = own_] { own->run(); }};
    }

    /// Begins a call. When it is answered and comes into AsyncAGI, `handler` gets it, with the
    /// middlewares of the server. `on_outcome(const Outcome&)` is called once, on the source's
    /// thread. From any thread; what cannot begin yet waits, and what comes after the end of a `stop` is lost.
    ///
    /// The unique id of its channel.
    ///
    /// @throws AGIArgumentError  something cannot be sent, or the timeout is none
    template <class Handler>
    std::string originate(Originate call, Handler handler, Dialer::OnOutcome on_outcome = {}) {
        BeginCall begin = on_server(server_, label_, server_.make_handler(std::move(handler)));
        return begin_call(std::move(call), std::move(begin), std::move(on_outcome));
    }

    /// Takes no more calls, begins no more, hangs up what nobody has answered yet, lets the last
    /// commands of calls go out, and disconnects. In a hook it only begins with that.
    void stop() {
        if (!thread_.joinable()) return;
        own_->stop_wanted = true;
        own_->context.stop();  // which needs no memory
        if (thread_.get_id() != std::this_thread::get_id()) thread_.join();
    }

  private:
    /// What may be in use until its thread has ended.
    struct Own {
        explicit Own(SourceOptions options) : state{context, std::move(options)} {}

        void run() noexcept {
            bool begun = false;
            while (!state.ended()) {
                if (context.stopped()) context.restart();
                const bool tended = do_safely([&] {
                    if (stop_wanted) state.begin_stop();
                    std::exchange(begun, true) ? state.tend() : state.start();
                });
                do_safely([&] {
                    tended ? context.run() : context.run_for(std::chrono::milliseconds{20});
                });
            }
        }
        template <class Work>
        bool do_safely(const Work& work) noexcept {
            try {
                work();
                return true;
            } catch (...) {
                state.hook_failed(std::current_exception(), "its own work");
                return false;
            }
        }

        std::atomic<bool> stop_wanted{false};
        net::io_context context{1};
        SourceState state;
    };

    Source(fastagi::Server& server, std::string label, const std::shared_ptr<Own>& own)
        : SourceRequests{std::shared_ptr<SourceState>{own, &own->state}},
          server_{server},
          label_{std::move(label)},
          own_{own} {
        state_->route = on_server(server_, label_);
        state_->refuses = [&server] { return server.stopping(); };
        state_->on_ended = [own = own_.get()] { own->context.stop(); };
        server.expect_adopted();
    }

    fastagi::Server& server_;
    const std::string label_;
    std::shared_ptr<Own> own_;
    std::thread thread_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET

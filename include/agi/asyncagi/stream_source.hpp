// SPDX-License-Identifier: MIT
#pragma once
// Calls from one Asterisk over AMI, for sessions in a loop of the user's own.

#include <agi/asyncagi/detail/source_requests.hpp>
#include <agi/asyncagi/tunnel_stream.hpp>
#include <agi/version.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// What Source is without a server: each call comes as a stream for an AsyncSession.
///
///     net::io_context context;
///     StreamSource pbx{context, options};
///     pbx.on_call([](TunnelStream stream, std::shared_ptr<Control> control) {
///         co_spawn(stream.get_executor(), serve(std::move(stream)), detached);
///     });
///     pbx.start();
///     context.run();
///
/// All of it, its hooks too, is on the one thread that runs the context; `originate`, `adopt`, `send` and
/// Control may be used from any. The script is the first argument: `session.environment().script()`.
class StreamSource : public SourceRequests {
  public:
    using OnCall = std::function<void(TunnelStream, std::shared_ptr<Control>)>;

    /// The context must outlive it.
    ///
    /// @throws AGIArgumentError  the name has other characters than letters, digits and `-._`, or `dead_man` is none
    StreamSource(net::io_context& context, SourceOptions options)
        : SourceRequests{std::make_shared<SourceState>(context, std::move(options))} {}
    StreamSource(const StreamSource&) = delete;
    StreamSource& operator=(const StreamSource&) = delete;
    /// Ends the connection at once: streams are closed, and Asterisk's dead man's switch does the rest.
    /// On the context's thread, but in none of its hooks, or when nobody runs it.
    ~StreamSource() = default;

    /// Who gets calls. Before `start`, as the next two.
    void on_call(OnCall hook) { state_->route = begin_by(std::move(hook)); }
    /// Who gets a call that an earlier run of this program had, or `adopt` has taken.
    void on_adopt(OnCall hook) { state_->on_adopt(begin_by(std::move(hook))); }
    /// After each login; false at the first.
    void on_login(std::function<void(bool again)> hook) { state_->on_login = std::move(hook); }

    /// Connects, and takes calls from then on. Once only.
    void start() { state_->start(); }
    /// Goes on where the context's `run` was left by an exception, as by std::bad_alloc: to be called
    /// before it is run again.
    void tend() { state_->tend(); }
    /// Takes no more calls, begins no more, lets the last commands of calls go out, and disconnects: then
    /// the context has nothing of it to do.
    void stop() {
        state_->post([](SourceState& state) { state.begin_stop(); });
    }

    /// See Source::originate.
    std::string originate(Originate call, OnCall on_call, Dialer::OnOutcome on_outcome = {}) {
        return begin_call(std::move(call), begin_by(std::move(on_call)), std::move(on_outcome));
    }

  private:
    static BeginCall begin_by(OnCall hook) {
        return [hook = std::move(hook)](NewCall call) -> std::shared_ptr<SessionEnd> {
            auto control = call.control;
            auto end = std::make_shared<StreamEnd>(std::move(call));
            // Not before it is known where its bytes go.
            net::post(end->executor, [hook, end, control = std::move(control)]() mutable {
                hook(TunnelStream{std::move(end)}, std::move(control));
            });
            return end;
        };
    }
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET

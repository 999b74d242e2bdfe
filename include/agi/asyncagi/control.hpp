// SPDX-License-Identifier: MIT
#pragma once
// What can be done with a call over AMI while one of its commands runs.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/detail/event_hooks.hpp>
#include <agi/asyncagi/originate.hpp>
#include <agi/fastagi/call.hpp>
#include <agi/version.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// The call's other side. All of it may be used from any thread, also after the call.
///
/// Hooks run on the thread that reads from Asterisk: they must not block, nor use the call.
class Control {
  public:
    using Done = ami::Client::Done;

    /// How a control reaches the connection of its call.
    struct Reach {
        std::function<void()> stop;
        std::function<void(ami::Action, Done)> send;
        std::function<void(ami::Action, const std::string& channel, Done)> redirect;
    };

    Control(std::string channel, std::string uniqueid, Reach reach)
        : channel_{std::move(channel)}, uniqueid_{std::move(uniqueid)}, reach_{std::move(reach)} {}
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;
    ~Control() = default;

    /// Calls `hook` for each event of this call's channel of that name: `DTMFEnd`, `HangupRequest`,
    /// `BridgeEnter`... All of them for an empty name. For as long as what is returned lives:
    ///
    ///     const auto keys = live.on_event("DTMFEnd", [&](const ami::Message& event) { ... });
    ///
    /// What a hook throws is logged.
    EventHook on_event(std::string_view name, OnEvent hook) {
        return hooks_.add(name, std::move(hook));
    }

    /// Ends the command that runs now, and nothing if none does: the prompt of STREAM FILE, CONTROL
    /// STREAM FILE or EXEC Playback; WAIT FOR DIGIT; GET DATA, which gives the keys that were
    /// pressed; and GET OPTION, SAY and RECORD FILE where `#` is one of their keys. Other commands
    /// run to their end.
    void stop() const { reach_.stop(); }

    /// Sends the call to another place in the dialplan, where any program may have it. The session
    /// ends as by a hang-up, and no command behind this runs; one that is on its way begins first. The
    /// limit of the call is set again before it goes, so that the dialplan may set another. Where
    /// Asterisk refuses it, the session goes on. In a session that has just ended, the dialplan goes
    /// on first.
    ///
    /// @throws AGIArgumentError  the place cannot be sent
    void redirect(const Place& to, Done done = {}) const {
        reach_.redirect(ami::Action{"Redirect"}
                            .set("Context", to.context)
                            .set("Exten", to.extension)
                            .set("Priority", std::to_string(to.priority)),
                        channel(), std::move(done));
    }
    void hang_up(Done done = {}) const {
        reach_.send(ami::Action{"Hangup"}.set("Channel", channel()), std::move(done));
    }
    /// Any action on the same connection.
    void send(ami::Action action, Done done = {}) const {
        reach_.send(std::move(action), std::move(done));
    }

    [[nodiscard]] std::string channel() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return channel_;
    }
    [[nodiscard]] const std::string& uniqueid() const noexcept { return uniqueid_; }

    // For the source.

    void renamed(std::string_view channel) {
        const std::lock_guard<std::mutex> lock{mutex_};
        channel_ = channel;
    }
    [[nodiscard]] EventHooks& hooks() noexcept { return hooks_; }

    // For `together`.

    /// Takes commands that are to run in place of a line: that line.
    std::string offer(std::vector<std::string> lines) {
        const std::lock_guard<std::mutex> lock{mutex_};
        offered_ = std::move(lines);
        answered_.reset();
        return "NOOP agi-together-" + uniqueid_ + '-' + std::to_string(++offers_);
    }
    /// The replies, if they have come.
    std::optional<std::vector<std::string>> collect() {
        const std::lock_guard<std::mutex> lock{mutex_};
        return std::exchange(answered_, std::nullopt);
    }
    /// For the source: what is offered for this line.
    std::optional<std::vector<std::string>> take_offer(std::string_view line) {
        const std::lock_guard<std::mutex> lock{mutex_};
        if (!offered_ || line != "NOOP agi-together-" + uniqueid_ + '-' + std::to_string(offers_)) {
            return std::nullopt;
        }
        return std::exchange(offered_, std::nullopt);
    }
    void answer(std::vector<std::string> replies) {
        const std::lock_guard<std::mutex> lock{mutex_};
        answered_ = std::move(replies);
    }

    /// Says that the owner of a call's origin is a control.
    static constexpr char kind = 0;

  private:
    mutable std::mutex mutex_;
    std::string channel_;
    const std::string uniqueid_;
    const Reach reach_;
    EventHooks hooks_;
    std::optional<std::vector<std::string>> offered_;
    std::optional<std::vector<std::string>> answered_;
    unsigned long long offers_ = 0;
};

/// The control of a call that came over AMI; nothing for any other.
template <class AnyCall>
std::shared_ptr<Control> find_control(const AnyCall& call) {
    const auto& origin = fastagi::CallAccess::facts(call).origin;
    if (!origin || origin->kind != &Control::kind) return nullptr;
    return std::static_pointer_cast<Control>(origin->owner);
}

/// The same.
///
/// @throws std::logic_error  the call came by FastAGI
template <class AnyCall>
Control& control(const AnyCall& call) {
    const auto found = find_control(call);
    if (!found) throw std::logic_error{"asyncagi::control: this call did not come over AMI"};
    return *found;  // which lives as long as the call
}

}}}}  // namespace agi::v0::asyncagi::AGI_NET

// SPDX-License-Identifier: MIT
#pragma once
// What each call of a source says, on its way: actions to Asterisk, bytes to the session.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/detail/found_call.hpp>
#include <agi/asyncagi/detail/link.hpp>
#include <agi/asyncagi/detail/source_log.hpp>
#include <agi/asyncagi/options.hpp>
#include <agi/fastagi/detail/ending.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// On the source's thread. A call whose work fails, as memory is missing, is given up: its session
/// ends, and the dead man's switch gives it to the dialplan.
class Calls {
  public:
    using Clock = std::chrono::steady_clock;
    using Severity = ami::Severity;

    Calls(ami::Client& client, const SourceOptions& options, std::string instance)
        : client_{client},
          options_{options},
          owner_{(options.name.empty() ? "agi" : options.name) + '_' + instance},
          table_{std::move(instance)} {}

    /// Makes the controls of calls.
    std::function<std::shared_ptr<Control>(const LinkPointer&)> make_control;
    /// A call has ended.
    std::function<void()> on_removed;

    [[nodiscard]] LinkTable& table() noexcept { return table_; }
    /// The value of AGI_OWNER of the calls that are ours.
    [[nodiscard]] const std::string& owner() const noexcept { return owner_; }

    /// A call that is to be claimed.
    struct Found {
        std::string uniqueid;
        std::string_view env{};  ///< The header of the event that has begun it, where it was seen.
        std::string environment{};  ///< In its place.
        std::string from{};         ///< Who has lost it.
        BeginCall begin{};
        bool by_script = false;  ///< Which is why `begin` gets it.
    };
    void add(const ami::Message& event, Found found) {
        const std::string channel{event["Channel"]};
        const std::uint64_t number = ++last_number_;
        TunnelOptions with;
        with.owner = owner_;
        with.from = std::move(found.from);
        with.id = table_.id_head(number);
        with.dead_man = options_.dead_man;
        with.comes_back = options_.comes_back;
        const auto link = std::make_shared<Link>(
            number, Tunnel{with, channel, found.env, std::move(found.environment)},
            std::move(found.uniqueid));
        link->begin = std::move(found.begin);
        link->by_script = found.by_script;
        link->place = place_of(event);
        table_.add(link);
        with_tunnel(link, [](Tunnel& tunnel) { tunnel.begin(Clock::now()); });
    }

    /// Does something with a call, and moves what it says of that on its way.
    template <class Work>
    void with_tunnel(const LinkPointer& link, const Work& work) {
        try {
            work(link->tunnel);
            pump(link);
        } catch (...) {
            log(Severity::error, link->tunnel.channel(),
                ": given up: ", fastagi::ending_of(std::current_exception(), "its work").why);
            link->tunnel.give_up();
            remove(link);
        }
    }

    /// Sends a call to another place in the dialplan.
    void redirect(const LinkPointer& link, ami::Action action, ami::Client::Done done) {
        if (link->tunnel.is_disconnected()) return tell_lost(done);
        with_tunnel(link, [&](Tunnel& tunnel) {
            link->redirects.push_back(std::move(done));
            tunnel.redirect(std::move(action));
        });
    }

    template <class... Texts>
    void log(Severity severity, const Texts&... texts) const noexcept {
        log_of_source(options_.ami, severity, texts...);
    }

  private:
    void pump(const LinkPointer& link) {
        Tunnel& tunnel = link->tunnel;
        if (tunnel.claimed() && !link->control) serve(link);
        for (Tunnel::Output& output : tunnel.take_actions(Clock::now())) send(link, output);
        if (auto replies = tunnel.take_replies()) link->control->answer(std::move(*replies));
        if (link->session) {
            const std::string bytes = tunnel.take_bytes();
            if (!bytes.empty()) link->session->give(bytes);
        }
        const Tunnel::State state = tunnel.state();
        if (state == Tunnel::State::foreign || state == Tunnel::State::over) remove(link);
    }
    void send(const LinkPointer& link, Tunnel::Output& output) {
        const std::string& name = output.action.name();
        if (!output.command_id.empty()) {
            client_.send(output.action, [this, link, id = std::move(output.command_id)](
                                            const ami::Response& response) {
                if (response.success() || response.lost) return;
                log(Severity::info, link->tunnel.channel(), ": ", response.text());
                with_tunnel(link, [&](Tunnel& tunnel) { tunnel.refused(Clock::now(), id); });
            });
        } else if (output.question != Question::none) {
            client_.send(output.action,
                         [this, link, asked = output.question](const ami::Response& response) {
                             if (response.lost) return;
                             note_refusal("Getvar", response);
                             with_tunnel(link, [&](Tunnel& tunnel) {
                                 tunnel.answered(Clock::now(), asked, response.message["Value"]);
                             });
                         });
        } else if (name == "ControlPlayback" || name == "PlayDTMF") {
            client_.send(output.action, [this, link](const ami::Response& response) {
                if (response.lost) return;
                note_refusal("the stop of a command", response);
                with_tunnel(link, [](Tunnel& tunnel) { tunnel.stop_answered(Clock::now()); });
            });
        } else if (name == "Redirect") {
            send_redirect(link, output.action);
        } else {
            const char* const what = name == "Setvar" ? "Setvar" : "AbsoluteTimeout";
            client_.send(output.action, [this, what](const ami::Response& response) {
                if (!response.lost) note_refusal(what, response);
            });
        }
    }
    void send_redirect(const LinkPointer& link, const ami::Action& action) {
        ami::Client::Done done = std::move(link->redirects.front());
        link->redirects.pop_front();
        client_.send(action, [this, link, done = std::move(done)](const ami::Response& response) {
            if (!response.lost) {
                with_tunnel(link, [&](Tunnel& tunnel) {
                    tunnel.redirect_answered(Clock::now(), response.success());
                });
            }
            if (done) done(response);
        });
    }
    /// Once: that the user may not do it. That there is no such channel is no news.
    void note_refusal(const char* what, const ami::Response& response) {
        const std::string_view why = response.text();
        if (response.success() || why.find("hannel") != std::string_view::npos) return;
        if (refused_.insert(what).second) log(Severity::warning, what, ": ", why);
    }

    /// Begins its session.
    void serve(const LinkPointer& link) {
        link->control = make_control(link);
        const std::weak_ptr<Link> weak = link;
        const auto with_alive = [this, weak](const auto& work) {
            if (const LinkPointer alive = weak.lock()) with_tunnel(alive, work);
        };
        NewCall call{client_.context(), link->control,
                     [with_alive, control = link->control](std::string_view line) {
                         with_alive([&](Tunnel& tunnel) {
                             auto batch = control->take_offer(line);
                             batch ? tunnel.batch(Clock::now(), std::move(*batch))
                                   : tunnel.line(Clock::now(), line);
                         });
                     },
                     [with_alive] {
                         with_alive([](Tunnel& tunnel) { tunnel.session_closed(Clock::now()); });
                     }};
        std::string why = "no more calls are taken";
        try {
            link->session = std::exchange(link->begin, nullptr)(std::move(call));
        } catch (...) {
            why = fastagi::ending_of(std::current_exception(), "to begin its session").why;
        }
        if (link->session) return;
        log(Severity::warning, link->tunnel.channel(), ": ", why);
        link->tunnel.line(Clock::now(), "SET VARIABLE FASTAGI_STATUS BUSY");
        link->tunnel.session_closed(Clock::now());
    }

    static void tell_lost(const ami::Client::Done& done) {
        ami::Response response;
        response.lost = true;
        if (done) done(response);
    }
    void remove(const LinkPointer& link) noexcept {
        table_.remove(*link);
        try {
            for (const auto& done : std::exchange(link->redirects, {})) tell_lost(done);
            if (const auto session = std::exchange(link->session, nullptr)) session->close();
            on_removed();
        } catch (...) {
            log(Severity::error, "no memory to end a call");
        }
    }

    ami::Client& client_;
    const SourceOptions& options_;
    const std::string owner_;
    LinkTable table_;
    std::uint64_t last_number_ = 0;
    std::set<std::string_view> refused_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET

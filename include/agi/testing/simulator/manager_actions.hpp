// SPDX-License-Identifier: MIT
#pragma once
// What each action of the manager interface does.

#include <agi/testing/simulator/switchboard.hpp>
#include <agi/version.hpp>
#include <agi/wire/digit_set.hpp>
#include <agi/wire/number.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// One action, with what is asked of it again and again.
class ActionCall {
  public:
    ActionCall(Switchboard& board, const Switchboard::Client& client, const ami::Message& action)
        : board_{board}, client_{client}, action_{action} {}

    void ping() { respond({{"Ping", "Pong"}, {"Timestamp", "1700000000.000000"}}); }
    void core_settings() {
        const auto& channels = board_.channels();
        const Asterisk usual;
        respond({{"AMIversion", "11.0.0"},
                 {"AsteriskVersion",
                  (channels.empty() ? usual : channels.front()->asterisk()).entry("agi_version")}});
    }
    void events() {
        client_->events = Privileges{action_["EventMask"]};
        respond({{"Events", client_->events.empty() ? "Off" : "On"}});
    }

    void agi() {
        if (action_["Channel"].empty() || action_["Command"].empty()) {
            return refuse("Both, Channel and Command are *required*");
        }
        AsyncChannel* const channel = find();
        if (channel == nullptr) {
            return refuse("Channel " + std::string{action_["Channel"]} + " does not exist.");
        }
        succeed("Added AGI command to queue");
        channel->add_command(action_["Command"], action_["CommandID"]);
    }
    void absolute_timeout() {
        AsyncChannel* const channel = find_or_refuse("No channel specified");
        if (channel == nullptr) return;
        const std::string text{action_["Timeout"]};
        const double seconds = std::strtod(text.c_str(), nullptr);
        if (text.empty() || seconds < 0 || (seconds == 0 && text.front() != '0')) {
            return refuse("No timeout specified");
        }
        channel->set_limit(seconds);
        succeed("Timeout Set");
    }
    void control_playback() {
        AsyncChannel* const channel = find_or_refuse("Channel not specified");
        if (channel == nullptr) return;
        if (!ami::same_name(action_["Control"], "stop")) return refuse("Unknown control type");
        succeed("Success");
        channel->add_frame({Caller::Action::Kind::stop, {}, {}});
    }
    void play_dtmf() {
        AsyncChannel* const channel = find();
        if (channel == nullptr) return refuse("Channel not found");
        const std::string_view digit = action_["Digit"];
        if (digit.empty()) return refuse("No digit specified");
        succeed("DTMF successfully queued");
        // Otherwise the caller hears it.
        const std::string_view receive = action_["Receive"];
        if (is_dtmf(digit.front()) && (ami::same_name(receive, "true") || receive == "1")) {
            channel->add_frame({Caller::Action::Kind::press, std::string{digit.substr(0, 1)}, {}});
        }
    }
    void hang_up() {
        AsyncChannel* const channel = find_or_refuse("No channel specified");
        if (channel == nullptr) return;
        succeed("Channel Hungup");
        channel->hang_up(false);
    }
    void redirect() {
        if (action_["Channel"].empty()) return refuse("Channel not specified");
        AsyncChannel* const channel = find();
        if (channel == nullptr) {
            return refuse("Channel does not exist: " + std::string{action_["Channel"]});
        }
        const auto priority = wire::to_number<int>(action_["Priority"]);
        if (!priority) return refuse("Invalid priority");
        succeed("Redirect successful");
        channel->send_to(
            {std::string{action_["Context"]}, std::string{action_["Exten"]}, *priority});
    }

    void get_variable() {
        const std::string_view variable = action_["Variable"];
        if (variable.empty()) return refuse("No variable specified");
        std::string value;
        if (!action_["Channel"].empty()) {
            AsyncChannel* const channel = find_or_refuse({});
            if (channel == nullptr) return;
            if (!can(*channel, [&] { value = channel->asterisk().value(variable); })) return;
        }
        respond({{"Variable", std::string{variable}}, {"Value", value}});
    }
    void set_variable() {
        const std::string_view variable = action_["Variable"];
        if (variable.empty()) return refuse("No variable specified");
        AsyncChannel* const channel = find_or_refuse("No channel specified");
        if (channel == nullptr) return;
        const std::string value{action_["Value"]};
        if (!can(*channel, [&] { channel->asterisk().set(variable, value); })) return;
        succeed("Variable Set");
    }

    void database_put() {
        if (action_["Family"].empty()) return refuse("No family specified.");
        if (action_["Key"].empty()) return refuse("No key specified.");
        board_.database[path()] = action_["Val"];
        for (AsyncChannel* const channel : board_.channels()) {
            channel->asterisk().database[path()] = action_["Val"];
        }
        succeed("Updated database successfully");
    }

    void status() {
        const std::string_view wanted = action_["Channel"];
        if (!wanted.empty() && find() == nullptr) return refuse("No such channel");
        respond({{"EventList", "start"}, {"Message", "Channel status will follow"}});
        int count = 0;
        for (AsyncChannel* const channel : board_.channels()) {
            if (!wanted.empty() && channel != find()) continue;
            ++count;
            try {
                tell_status(*channel);
            } catch (...) {
                channel->fail(std::current_exception());
            }
        }
        Packet end{"Event", "StatusComplete"};
        add_id(end).add("EventList", "Complete").add("ListItems", std::to_string(count));
        client_->out += end.add("Items", std::to_string(count)).text();
    }

    void originate() {
        if (action_["Channel"].empty()) return refuse("Channel not specified");
        if (action_["Channel"].find('/') == std::string_view::npos) {
            return refuse("Invalid channel");
        }
        if (!wire::to_number<int>(action_["Priority"])) return refuse("Invalid priority");
        if (!board_.on_originate) return refuse("Originate failed");
        board_.on_originate(client_, action_);
    }

  private:
    [[nodiscard]] AsyncChannel* find() const { return board_.find(action_["Channel"]); }
    AsyncChannel* find_or_refuse(std::string_view none) {
        if (action_["Channel"].empty() && !none.empty()) return refuse(none), nullptr;
        AsyncChannel* const channel = find();
        if (channel == nullptr) refuse("No such channel");
        return channel;
    }
    /// What is not simulated is for the test, as in a command.
    template <class Work>
    bool can(AsyncChannel& channel, const Work& work) {
        try {
            work();
            return true;
        } catch (...) {
            channel.fail(std::current_exception());
            refuse("This is not simulated");
            return false;
        }
    }
    void respond(const Switchboard::Headers& headers) {
        board_.respond(client_, action_, "Success", headers);
    }
    void succeed(std::string_view text) { board_.succeed(client_, action_, text); }
    void refuse(std::string_view why) { board_.refuse(client_, action_, why); }
    [[nodiscard]] std::string path() const {
        return '/' + std::string{action_["Family"]} + '/' + std::string{action_["Key"]};
    }
    Packet& add_id(Packet& packet) {
        if (!action_.action_id().empty()) packet.add("ActionID", action_.action_id());
        return packet;
    }

    void tell_status(AsyncChannel& channel) {
        Asterisk& asterisk = channel.asterisk();
        Packet packet{"Event", "Status"};
        packet.add("Privilege", "Call");
        add_channel(packet, asterisk).add("Type", asterisk.entry("agi_type"));
        const std::string dnid = asterisk.entry("agi_dnid");
        packet.add("DNID", dnid == "unknown" ? std::string{} : dnid);
        const auto [application, data] = channel.application();
        packet.add("Application", application).add("Data", data);
        const auto seconds =
            std::chrono::duration_cast<std::chrono::seconds>(asterisk.channel.now());
        packet.add("Seconds", std::to_string(seconds.count()));
        for (std::string_view names = action_["Variables"]; !names.empty();) {
            const std::string name{names.substr(0, names.find(','))};
            names.remove_prefix(std::min(names.size(), name.size() + 1));
            const auto value = find_value(asterisk, name);
            packet.add("Variable", name + '=' + value.value_or("(null)"));
        }
        client_->out += add_id(packet).text();
    }

    Switchboard& board_;
    const Switchboard::Client& client_;
    const ami::Message& action_;
};

/// All of them, with the classes of which a client must have one.
inline std::vector<Switchboard::Action> manager_actions() {
    std::vector<Switchboard::Action> all;
    const auto add = [&](std::string_view name, std::string_view privileges,
                         void (ActionCall::*run)()) {
        all.push_back({name, privileges,
                       [run](Switchboard& board, const Switchboard::Client& client,
                             const ami::Message& action) {
                           ActionCall call{board, client, action};
                           (call.*run)();
                       }});
    };
    add("Ping", "", &ActionCall::ping);
    add("Events", "", &ActionCall::events);
    add("CoreSettings", "system,reporting", &ActionCall::core_settings);
    add("AGI", "agi", &ActionCall::agi);
    add("AbsoluteTimeout", "system,call", &ActionCall::absolute_timeout);
    add("ControlPlayback", "system,call", &ActionCall::control_playback);
    add("PlayDTMF", "call", &ActionCall::play_dtmf);
    add("Hangup", "system,call", &ActionCall::hang_up);
    add("Redirect", "call", &ActionCall::redirect);
    add("Getvar", "call,reporting", &ActionCall::get_variable);
    add("Setvar", "call", &ActionCall::set_variable);
    add("DBPut", "system", &ActionCall::database_put);
    add("Status", "system,call,reporting", &ActionCall::status);
    add("Originate", "originate", &ActionCall::originate);
    return all;
}

}}}  // namespace agi::v0::testing::simulator

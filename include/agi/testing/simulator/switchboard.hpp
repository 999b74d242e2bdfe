// SPDX-License-Identifier: MIT
#pragma once
// The manager interface of a simulated Asterisk without its I/O: clients, their actions, channels.

#include <agi/ami/detail/md5.hpp>
#include <agi/testing/manager_options.hpp>
#include <agi/testing/simulator/async_channel.hpp>
#include <agi/testing/simulator/manager_connection.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Whoever has the sockets gives it their bytes, and sends what is in each connection's `out` after
/// `on_out`. What the actions do is in manager_actions.hpp.
class Switchboard {
  public:
    using Client = std::shared_ptr<ManagerConnection>;
    using Headers = std::vector<std::pair<std::string_view, std::string>>;

    /// An action: which of these classes a client must have, and what it does.
    struct Action {
        std::string_view name;
        std::string_view privileges;
        std::function<void(Switchboard&, const Client&, const ami::Message&)> run;
    };

    Switchboard(ManagerOptions with, std::vector<Action> known)
        : options{std::move(with)}, known_{std::move(known)} {}

    const ManagerOptions options;
    std::function<void()> on_out = [] {};
    /// Begins a call that Originate asks for.
    std::function<void(const Client&, const ami::Message&)> on_originate;
    std::map<std::string, std::string> database;  ///< What DBPut has put: `/family/key`.
    std::vector<ami::Message> actions;            ///< All that came.

    // --- Clients ---

    Client connect() {
        auto client = std::make_shared<ManagerConnection>();
        client->out = "Asterisk Call Manager/11.0.0\r\n";
        clients_.push_back(client);
        on_out();
        return client;
    }
    void receive(const Client& client, std::string_view bytes) {
        client->reader.push(bytes, [&](const ami::Message& action, const std::string& problem) {
            if (!client->cut && !client->closing) take(client, action, problem);
        });
    }
    void disconnect(const Client& client) {
        clients_.erase(std::remove(clients_.begin(), clients_.end(), client), clients_.end());
    }
    /// All connections end, and what was not sent is lost.
    void cut() {
        for (const Client& client : clients_) {
            client->cut = true;
            client->out.clear();
        }
        on_out();
    }
    [[nodiscard]] const std::vector<Client>& clients() const noexcept { return clients_; }
    /// Whether somebody is there who could do something.
    [[nodiscard]] bool is_watched() const noexcept { return logged_in() > 0; }

    /// Whether somebody ever was.
    [[nodiscard]] bool was_watched() const noexcept { return was_watched_; }

    [[nodiscard]] std::size_t logged_in() const noexcept {
        return static_cast<std::size_t>(
            std::count_if(clients_.begin(), clients_.end(),
                          [](const Client& one) { return one->logged_in && !one->cut; }));
    }

    // --- Channels ---

    void add(AsyncChannel& channel) { channels_.push_back(&channel); }
    void remove(const AsyncChannel& channel) {
        channels_.erase(std::remove(channels_.begin(), channels_.end(), &channel), channels_.end());
    }
    [[nodiscard]] const std::vector<AsyncChannel*>& channels() const noexcept { return channels_; }
    /// By its name or its unique id.
    [[nodiscard]] AsyncChannel* find(std::string_view name) const {
        for (AsyncChannel* const channel : channels_) {
            if (channel->name() == name || channel->uniqueid() == name) return channel;
        }
        return nullptr;
    }

    // --- What is sent ---

    void send_event(std::string_view privilege, const Packet& packet) {
        const Privileges readable{options.read};
        if (!readable.has(privilege)) return;
        for (const Client& client : clients_) {
            if (client->logged_in && !client->cut && client->events.has(privilege)) {
                client->out += packet.text();
            }
        }
        on_out();
    }
    /// The answer to an action.
    void respond(const Client& client, const ami::Message& action, std::string_view response,
                 const Headers& headers) const {
        Packet packet{"Response", response};
        if (!action.action_id().empty()) packet.add("ActionID", action.action_id());
        for (const auto& [name, value] : headers) packet.add(name, value);
        client->out += packet.text();
        on_out();
    }
    void succeed(const Client& client, const ami::Message& action, std::string_view text) const {
        respond(client, action, "Success", {{"Message", std::string{text}}});
    }
    void refuse(const Client& client, const ami::Message& action, std::string_view why) const {
        respond(client, action, "Error", {{"Message", std::string{why}}});
    }

  private:
    void take(const Client& client, const ami::Message& action, const std::string& problem) {
        if (!problem.empty()) return refuse(client, action, problem);
        const std::string_view name = action["Action"];
        if (name.empty()) return refuse(client, action, "Missing action in request");
        actions.push_back(action);
        if (ami::same_name(name, "Challenge")) return challenge(client, action);
        if (ami::same_name(name, "Login")) return log_in(client, action);
        if (ami::same_name(name, "Logoff")) {
            respond(client, action, "Goodbye", {{"Message", "Thanks for all the fish."}});
            client->closing = true;
            return;
        }
        if (!client->logged_in) return refuse(client, action, "Permission denied");
        for (const Action& known : known_) {
            if (!ami::same_name(name, known.name)) continue;
            if (!Privileges{options.write}.has_one_of(known.privileges)) {
                return refuse(client, action, "Permission denied");
            }
            return known.run(*this, client, action);
        }
        refuse(client, action,
               "Invalid/unknown command: " + std::string{name} +
                   ". Use Action: ListCommands to show available commands.");
    }

    void challenge(const Client& client, const ami::Message& action) {
        if (!ami::same_name(action["AuthType"], "MD5")) {
            return refuse(client, action, "Must specify AuthType");
        }
        client->challenge = std::to_string(180'069'391 + ++challenges_);
        respond(client, action, "Success", {{"Challenge", client->challenge}});
    }
    void log_in(const Client& client, const ami::Message& action) {
        const bool by_challenge = ami::same_name(action["AuthType"], "MD5");
        const bool right =
            by_challenge ? !client->challenge.empty() &&
                               action["Key"] == ami::md5_hex(client->challenge + options.secret)
                         : action["Secret"] == options.secret;
        const bool let_in = options.user.empty() || (right && action["Username"] == options.user);
        if (!let_in) {
            refuse(client, action, "Authentication failed");
            client->closing = true;
            return;
        }
        client->logged_in = was_watched_ = true;
        if (const auto events = action.find("Events")) client->events = Privileges{*events};
        succeed(client, action, "Authentication accepted");
    }

    std::vector<Client> clients_;
    std::vector<AsyncChannel*> channels_;
    const std::vector<Action> known_;
    int challenges_ = 0;
    bool was_watched_ = false;
};

}}}  // namespace agi::v0::testing::simulator

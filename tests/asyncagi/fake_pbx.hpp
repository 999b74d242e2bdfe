// SPDX-License-Identifier: MIT
#pragma once
// An Asterisk with calls in AsyncAGI, as a source sees it over AMI. One connection at a time.

#include "ami/fake_ami.hpp"
#include "asyncagi/pipe.hpp"
#include <agi/wire/words.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace asyncagi_tests {

using fastagi_tests::eventually;
using Lines = std::vector<std::string>;

/// The value of a header in an action of Manager::action.
inline std::string header(const std::string& action, const std::string& name) {
    const std::string all = '|' + action + '|';
    const std::size_t at = all.find('|' + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 3;
    return all.substr(begin, all.find('|', begin) - begin);
}

class FakePbx {
  public:
    struct Command {
        std::string id;
        std::string line;
    };
    struct Channel {
        std::string script{};
        std::string owner{};         ///< AGI_OWNER
        std::string limit = "0";     ///< TIMEOUT(absolute)
        std::string limit_was = {};  ///< AGI_LIMIT
        bool async = true;
        bool exec = false;  ///< EXEC runs: Status names another application.
        std::string priority = "1";
        std::deque<Command> queue{};
        bool runs = false;             ///< The first of the queue is held.
        Lines ran{};                   ///< Commands, but for claims.
        Lines told{};                  ///< Actions for it, but for AGI and the wake-up.
        bool wakes_for_claim = false;  ///< What comes next may be the wake-up of a claim.
        int wakes = 0;
        int claims = 0;

        /// Whether the session that had it has ended.
        [[nodiscard]] bool is_free() const { return owner.compare(0, 9, "released/") == 0; }
    };
    /// What becomes of Originate.
    enum class Callee { answers, busy, rings, congested, refused, says_nothing };

    /// `in_thread`: called first in its thread.
    explicit FakePbx(std::function<void()> in_thread = [] {})
        : thread_{[this, in_thread = std::move(in_thread)] {
              in_thread();
              run();
          }} {}
    FakePbx(const FakePbx&) = delete;
    FakePbx& operator=(const FakePbx&) = delete;
    ~FakePbx() {
        ended_ = true;
        open_ = true;
        cut_connection();
        { const fastagi_tests::Peer wake{ami_.port()}; }
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return ami_.port(); }

    // --- Calls ---

    /// A call comes into AGI(agi:async,script).
    void call(const std::string& id, const std::string& script, const std::string& owner = {}) {
        const std::lock_guard<std::mutex> lock{mutex_};
        Channel& channel = channels_[id];
        channel.script = script;
        channel.owner = owner;
        say_start(id);
    }
    /// One that was there before anybody has connected.
    void call_is_there(const std::string& id, Channel channel) {
        const std::lock_guard<std::mutex> lock{mutex_};
        channels_[id] = std::move(channel);
    }
    /// Commands that begin so run until `reply`.
    void hold(const std::string& head) {
        const std::lock_guard<std::mutex> lock{mutex_};
        held_ = head;
    }
    void reply(const std::string& id, const std::string& text) {
        const std::lock_guard<std::mutex> lock{mutex_};
        finish(id, text);
        work(id);
    }
    void hang_up(const std::string& id) {
        const std::lock_guard<std::mutex> lock{mutex_};
        say("HangupRequest", id);
        if (channels_[id].runs) finish(id, "200 result=-1\n");
        if (channels_[id].async) say("AsyncAGIEnd", id);
        say("Hangup", id);
        channels_.erase(id);
    }
    /// It leaves AsyncAGI, as after a command that has failed; and is there again.
    void leave(const std::string& id) {
        const std::lock_guard<std::mutex> lock{mutex_};
        channels_[id].async = false;
        channels_[id].priority = "2";
        say("AsyncAGIEnd", id);
    }
    void come_back(const std::string& id) {
        const std::lock_guard<std::mutex> lock{mutex_};
        channels_[id].async = true;
        channels_[id].priority = "1";
        say_start(id);
        work(id);
    }
    void event(const std::string& name, const std::string& id, const std::string& more = {}) {
        const std::lock_guard<std::mutex> lock{mutex_};
        say(name, id, more);
    }
    template <class Change>
    void change(const std::string& id, const Change& change) {
        const std::lock_guard<std::mutex> lock{mutex_};
        change(channels_[id]);
    }
    [[nodiscard]] Channel channel(const std::string& id) const {
        const std::lock_guard<std::mutex> lock{mutex_};
        const auto found = channels_.find(id);
        return found == channels_.end() ? Channel{} : found->second;
    }
    /// Whether that line has begun.
    /// A command whose line begins so.
    [[nodiscard]] bool has_begun(const std::string& id, const std::string& line) const {
        const Channel at = channel(id);
        return at.runs && at.queue.front().line.compare(0, line.size(), line) == 0;
    }

    // --- Originate ---

    void callee(Callee what) {
        const std::lock_guard<std::mutex> lock{mutex_};
        callee_ = what;
    }
    [[nodiscard]] Lines originated() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return originated_;
    }
    void response(std::size_t number, const std::string& reason, bool success) {
        const std::lock_guard<std::mutex> lock{mutex_};
        say_response(originated_.at(number), reason, success);
    }

    // --- The connection ---

    void cut() {
        open_ = false;
        cut_connection();
        while (connected_) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    void open() { open_ = true; }
    /// Cuts it when that many bytes more were said.
    void cut_after(long bytes) {
        const std::lock_guard<std::mutex> lock{mutex_};
        left_ = bytes;
        was_cut_ = false;
    }
    /// Whether that has happened.
    [[nodiscard]] bool was_cut() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return was_cut_;
    }
    [[nodiscard]] int logins() const { return logins_; }
    /// Answers to Status say no more than this, if it is set.
    void status_error(const std::string& text) {
        const std::lock_guard<std::mutex> lock{mutex_};
        status_error_ = text;
    }
    /// Called, once, behind the answer to the next Status.
    void after_status(std::function<void()> work) {
        const std::lock_guard<std::mutex> lock{mutex_};
        after_status_ = std::move(work);
    }

    [[nodiscard]] static std::string name_of(const std::string& id) { return "PJSIP/" + id; }

  private:
    void run() {
        while (!ended_) {
            ami_tests::Manager manager = ami_.accept();
            if (!open_ || ended_) continue;
            {
                const std::lock_guard<std::mutex> lock{mutex_};
                manager_ = &manager;
                connected_ = true;
                send("Asterisk Call Manager/11.0.0\r\n");
            }
            for (;;) {
                const std::string action = manager.action();
                if (header(action, "ActionID").empty()) break;  // closed
                take(action);
            }
            const std::lock_guard<std::mutex> lock{mutex_};
            manager_ = nullptr;
            connected_ = false;
        }
    }
    void cut_connection() {
        const std::lock_guard<std::mutex> lock{mutex_};
        if (manager_ != nullptr) ::shutdown(manager_->fd(), SHUT_RDWR);
    }
    void send(std::string text) {
        if (manager_ == nullptr) return;
        const auto size = static_cast<long>(text.size());
        const bool cuts = left_ > 0 && size >= left_;
        if (cuts) text.resize(static_cast<std::size_t>(left_));
        if (left_ > 0) left_ = cuts ? 0 : left_ - size;
        manager_->send(text);
        if (!cuts) return;
        was_cut_ = true;
        ::shutdown(manager_->fd(), SHUT_RDWR);
        manager_ = nullptr;
    }
    void say(const std::string& name, const std::string& id, const std::string& more = {}) {
        send("Event: " + name + "\r\nChannel: " + name_of(id) + "\r\nUniqueid: " + id +
             "\r\nContext: in\r\nExten: 100\r\nPriority: " + channels_[id].priority + "\r\n" +
             more + "\r\n");
    }
    void say_start(const std::string& id) {
        say("AsyncAGIStart", id,
            "Env: " +
                encoded("agi_request: async\nagi_channel: " + name_of(id) +
                        "\nagi_uniqueid: " + id + "\nagi_arg_1: " + channels_[id].script + "\n\n") +
                "\r\n");
    }
    void answer(const std::string& action, const std::string& more = {},
                const std::string& response = "Success") {
        send("Response: " + response + "\r\nActionID: " + header(action, "ActionID") + "\r\n" +
             more + "\r\n");
    }

    void take(const std::string& action) {
        std::function<void()> then;
        {
            const std::lock_guard<std::mutex> lock{mutex_};
            const std::string name = header(action, "Action");
            const std::string at = header(action, "Channel");
            const std::string id =
                at.find('/') == std::string::npos ? at : at.substr(at.find('/') + 1);
            if (name == "Challenge") return answer(action, "Challenge: 1\r\n");
            if (name == "Login") return ++logins_, answer(action);
            if (name == "CoreSettings") return answer(action, "AsteriskVersion: 22.10.1\r\n");
            if (name == "Originate") return originate(action);
            if (name == "Status") {
                status(action);
                then = std::exchange(after_status_, nullptr);
            } else if (name == "Ping") {
                answer(action, "Ping: Pong\r\n");
            } else if (channels_.count(id) == 0) {
                answer(action, "Message: No such channel\r\n", "Error");
            } else {
                of_channel(action, name, id);
            }
        }
        if (then) then();
    }
    void of_channel(const std::string& action, const std::string& name, const std::string& id) {
        Channel& channel = channels_[id];
        if (name == "Getvar") {
            const bool was = header(action, "Variable") == "AGI_LIMIT";
            return answer(action, "Value: " + (was ? channel.limit_was : channel.limit) + "\r\n");
        }
        if (name == "Redirect" && header(action, "Exten") == "refused") {
            return answer(action, "Message: Redirect failed\r\n", "Error");
        }
        answer(action);
        // In Asterisk it comes before the claim runs.
        if (std::exchange(channel.wakes_for_claim, false) && name == "Setvar") return;
        if (name == "AGI") {
            channel.wakes_for_claim =
                header(action, "Command").find("agi-claim:") != std::string::npos;
            channel.queue.push_back({header(action, "CommandID"), header(action, "Command")});
            return work(id);
        }
        if (name == "AbsoluteTimeout") {
            ++channel.wakes;
            channel.limit = header(action, "Timeout");
            return;
        }
        if (name == "Setvar") {
            (header(action, "Variable") == "AGI_OWNER" ? channel.owner : channel.limit) =
                header(action, "Value");
        }
        channel.told.push_back(name + ' ' + header(action, "Control") + header(action, "Digit") +
                               header(action, "Value") + header(action, "Exten"));
        if (name == "ControlPlayback" || name == "PlayDTMF") {
            if (channel.runs) finish(id, "200 result=0 endpos=800\n");
            work(id);
        } else if (name == "Redirect") {
            if (channel.runs) finish(id, "200 result=-1\n");
            channel.async = false;
            say("AsyncAGIEnd", id);
        } else if (name == "Hangup") {
            say("Hangup", id);
            channels_.erase(id);
        }
    }
    void status(const std::string& action) {
        if (!status_error_.empty()) {
            return answer(action, "Message: " + status_error_ + "\r\n", "Error");
        }
        answer(action, "EventList: start\r\n");
        const std::string of_action = "ActionID: " + header(action, "ActionID") + "\r\n";
        for (const auto& [id, channel] : channels_) {
            const bool async = channel.async && !channel.exec;
            say("Status", id,
                of_action + "Application: " + (async ? "AGI" : "Dial") +
                    "\r\nData: " + (async ? "agi:async," + channel.script : "x") +
                    "\r\nVariable: AGI_OWNER=" + channel.owner + "\r\n");
        }
        send("Event: StatusComplete\r\n" + of_action + "EventList: Complete\r\n\r\n");
    }
    void originate(const std::string& action) {
        originated_.push_back(action);
        const std::string id = header(action, "ChannelId");
        if (callee_ == Callee::refused) {
            return answer(action, "Message: Extension does not exist.\r\n", "Error");
        }
        answer(action);
        switch (callee_) {
            case Callee::answers:
                channels_[id].script = "x";
                say_response(action, "4", true);
                say_start(id);
                break;
            case Callee::busy: say_response(action, "5", false); break;
            case Callee::rings: say_response(action, "3", false); break;
            case Callee::congested: say_response(action, "8", false); break;
            default: break;
        }
    }
    void say_response(const std::string& action, const std::string& reason, bool success) {
        send("Event: OriginateResponse\r\nActionID: " + header(action, "ActionID") +
             "\r\nResponse: " + (success ? "Success" : "Failure") +
             "\r\nChannel: PJSIP/x\r\nReason: " + reason + "\r\n\r\n");
    }

    /// Runs what is in the queue.
    void work(const std::string& id) {
        for (;;) {
            const auto found = channels_.find(id);
            if (found == channels_.end()) return;
            Channel& channel = found->second;
            if (!channel.async || channel.runs || channel.queue.empty()) return;
            const std::string line = channel.queue.front().line;
            say("AGIExecStart", id, "Command: " + line + "\r\n");
            channel.runs = true;
            if (!held_.empty() && line.compare(0, held_.size(), held_) == 0) return;
            finish(id, reply_of(channel, line));
            if (agi::wire::is_command(line, "ASYNCAGI BREAK")) {
                channel.async = false;
                say("AsyncAGIEnd", id);
            }
        }
    }
    void finish(const std::string& id, const std::string& text) {
        Channel& channel = channels_[id];
        const Command command = channel.queue.front();
        channel.queue.pop_front();
        channel.runs = false;
        if (command.line.find("agi-claim:") != std::string::npos) {
            ++channel.claims;
        } else {
            // Without the id that a release names.
            channel.ran.push_back(command.line.substr(0, command.line.find(" released/")));
        }
        say("AsyncAGIExec", id,
            "CommandID: " + command.id + "\r\nResult: " + encoded(text) + "\r\n");
    }
    static std::string reply_of(Channel& channel, const std::string& line) {
        const std::size_t claim = line.find("agi-claim:");
        if (claim != std::string::npos) {
            const std::size_t nonce = claim + 10;
            const std::size_t colon = line.find(':', nonce);
            const std::size_t end = line.find("/0\\\"]");
            const std::size_t begin = line.rfind('"', end) + 1;
            const std::string me = line.substr(begin, end - begin);
            bool has_one = true;
            if (line.find("[${LEN(") != std::string::npos) has_one = !channel.owner.empty();
            const std::size_t other = line.find("!=");
            if (other != std::string::npos) {
                has_one =
                    has_one &&
                    channel.owner != line.substr(other + 4, line.find("\\\"]", other) - other - 4);
            }
            if (!has_one) channel.limit_was = channel.limit;
            const std::string limits = channel.limit_was + ':' + channel.limit;
            if (!has_one) channel.owner = me;
            if (channel.owner == me && channel.limit == "0") channel.limit = "60";
            return "200 result=1 (agi-claim:" + line.substr(nonce, colon - nonce) + ':' + limits +
                   ':' + channel.owner + ':' + channel.limit + ")\n";
        }
        if (line.compare(0, 19, "GET FULL VARIABLE \"") == 0) {
            return "200 result=1 (" + line.substr(19, line.size() - 20) + ")\n";
        }
        if (line.compare(0, 23, "SET VARIABLE AGI_OWNER ") == 0) {
            channel.owner = line.substr(23) == "\"\"" ? "" : line.substr(23);
        }
        return line.compare(0, 4, "SET ") == 0 ? "200 result=1\n" : "200 result=0\n";
    }

    ami_tests::FakeAmi ami_;
    mutable std::mutex mutex_;
    std::map<std::string, Channel> channels_;
    std::string held_;
    std::string status_error_;
    std::function<void()> after_status_;
    Callee callee_ = Callee::answers;
    Lines originated_;
    ami_tests::Manager* manager_ = nullptr;
    long left_ = 0;
    bool was_cut_ = false;
    std::atomic<int> logins_{0};
    std::atomic<bool> connected_{false};
    std::atomic<bool> open_{true};
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

}  // namespace asyncagi_tests

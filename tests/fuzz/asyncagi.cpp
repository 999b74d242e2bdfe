// SPDX-License-Identifier: MIT
// Replies of any length by way of AsyncAGI, and calls whose events come in any order.

#include "../asyncagi/pipe.hpp"
#include "fuzz.hpp"
#include <agi/asyncagi/tunnel.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace agi::asyncagi;
using asyncagi_tests::encoded;
using asyncagi_tests::Pipe;
using fuzz::Input;
using fuzz::require;

constexpr std::string_view noop_reply = "200 result=0\n";

/// Something that Asterisk can say, with its LF.
std::string reply_of(Input& input) {
    std::string text = input.text();
    text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
    if (input.flag()) text = "200 result=1 (" + text + ')';
    return text + '\n';
}

/// Asterisk and the tunnel of a call.
class World {
  public:
    explicit World(std::string id)
        : tunnel_{with(std::move(id)), "PJSIP/1", encoded("agi_request: async\n\n")} {}

    static TunnelOptions with(std::string id) {
        TunnelOptions options;
        options.owner = "me";
        options.id = std::move(id);
        return options;
    }
    struct Queued {
        std::string id;
        std::string line;
    };

    void take_actions() {
        auto question = agi::asyncagi::Question::none;
        for (const auto& output : tunnel_.take_actions(now)) {
            const std::string text = output.action.text("x");
            require(text.find("\r\n\r\n") == text.size() - 4, "Tunnel: an action is one");
            const bool redirects = output.action.name() == "Redirect";
            redirected = redirected || redirects;
            require(state_ != Tunnel::State::over || redirects,
                    "Tunnel: nothing is said behind the end");
            require(!redirected || output.command_id.empty(),
                    "Tunnel: no command is sent behind a redirect");
            if (output.question != agi::asyncagi::Question::none) question = output.question;
            if (output.command_id.empty()) continue;
            const std::size_t at = text.find("Command: ") + 9;
            queue.push_back({output.command_id, text.substr(at, text.find("\r\n", at) - at)});
        }
        const std::string said = tunnel_.take_bytes();
        require(said.empty() || state_ != Tunnel::State::over, "Tunnel: and nothing given");
        bytes += said;
        state_ = tunnel_.state();
        if (question == agi::asyncagi::Question::none) return;
        tunnel_.answered(now, question, "0");
        take_actions();
    }
    /// Runs the next command.
    void run(std::string_view reply) {
        if (queue.empty()) return;
        const Queued command = queue.front();
        queue.pop_front();
        const std::size_t claim = command.line.find("agi-claim:");
        const std::size_t mark = command.line.find("agi-mark-");
        if (claim != std::string::npos) {
            const std::size_t colon = command.line.find(':', claim + 10);
            pipe.write("200 result=1 (" + command.line.substr(claim, colon - claim) +
                       ":0:0:" + owner + ":60)\n");
        } else if (mark != std::string::npos) {
            pipe.write("200 result=1 (" +
                       command.line.substr(mark, command.line.rfind('"') - mark) + ")\n");
        } else {
            pipe.write(command.line == "NOOP" ? noop_reply : reply);
        }
        tunnel_.executed(now, command.id, pipe.read());
    }
    [[nodiscard]] Tunnel& tunnel() { return tunnel_; }

    std::deque<Queued> queue;
    std::string owner = "me";  ///< What claims are answered.
    std::string bytes;
    bool redirected = false;  ///< And it was not refused.
    Pipe pipe;
    Tunnel::Time now{};

  private:
    Tunnel tunnel_;
    Tunnel::State state_ = Tunnel::State::claiming;
};

/// An id that no input can know.
std::string id_for(std::string_view bytes) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return std::to_string(hash) + '-';
}

void one_reply(Input& input) {
    const std::string reply = reply_of(input);
    Pipe pipe;
    JoinedResult result;
    pipe.write(reply);
    std::size_t noops = 0;
    while (!result.push(Part{pipe.read()})) {
        require(++noops < 100, "JoinedResult: it comes to an end");
        pipe.write(noop_reply);
    }
    require(pipe.empty(), "JoinedResult: nothing is left in Asterisk");
    require(result.lost() || result.text() == reply, "JoinedResult: exact, or lost");
}

void batch_of_replies(Input& input, const std::string& id) {
    World world{id};
    world.tunnel().begin(world.now);
    world.take_actions();
    world.run({});
    world.take_actions();
    std::vector<std::string> replies(1 + input.below(5));
    for (std::string& reply : replies) reply = reply_of(input);
    world.tunnel().batch(world.now, std::vector<std::string>(replies.size(), "GET VARIABLE A"));
    world.tunnel().line(world.now, "GET VARIABLE B");
    world.take_actions();
    std::size_t next = 0;
    for (int runs = 0; !world.queue.empty(); ++runs) {
        require(runs < 200, "Batch: it comes to an end");
        const bool user = world.queue.front().line == "GET VARIABLE A";
        world.run(user ? replies[next++] : "200 result=1 (b)\n");
        world.take_actions();
    }
    const auto got = world.tunnel().take_replies();
    require(got && got->size() == replies.size(), "Batch: a reply for each line");
    for (std::size_t i = 0; i < replies.size(); ++i) {
        require((*got)[i] == replies[i] || (*got)[i].substr(0, 4) == "500 ",
                "Batch: exact, or lost");
    }
    constexpr std::string_view after = "200 result=0\n200 result=1 (b)\n";
    require(world.bytes.size() > after.size() &&
                world.bytes.substr(world.bytes.size() - after.size()) == after,
            "Batch: the next line has its own reply");
}

constexpr std::string_view other_release = "other-1-release";

/// Something that happens to a call, apart from lines and their replies.
void happen(Tunnel& tunnel, World& world, std::size_t what, Input& input) {
    switch (what) {
        case 8:
            if (input.below(4) == 0) {
                return tunnel.executed(world.now, other_release, encoded("200 result=1\n"));
            }
            return tunnel.executed(world.now, input.text(), input.text());
        case 9:
            if (!world.queue.empty()) tunnel.command_started(world.queue.front().line);
            return;
        case 10: return tunnel.ended(world.now);
        case 11: return tunnel.started(world.now, encoded("agi_request: async\n\n"));
        case 12: return tunnel.hangup_requested();
        case 13:
            if (!world.queue.empty()) tunnel.refused(world.now, world.queue.back().id);
            return;
        case 14: return tunnel.stop_answered(world.now);
        case 15:
            world.redirected = false;
            return tunnel.is_disconnected() ? tunnel.reconnected(world.now, input.below(4) != 0)
                                            : tunnel.disconnected();
        case 16: return static_cast<void>(tunnel.stop());
        case 17: tunnel.keep(world.now); return tunnel.tick(world.now);
        case 20:
            if (tunnel.claimed()) tunnel.redirect(agi::ami::Action{"Redirect"});
            return;
        case 21: {
            const bool success = input.flag();
            if (!success) world.redirected = false;
            return tunnel.redirect_answered(world.now, success);
        }
        case 19:
            world.owner = input.below(2) == 0 ? "me" : "released/" + std::string{other_release};
            return;
        default:
            if (input.below(8) == 0) tunnel.session_closed(world.now);
            tunnel.answered(world.now, static_cast<agi::asyncagi::Question>(input.below(4)),
                            input.text());
    }
}

/// HANGUP lines, and others, behind the environment.
void check_bytes(std::string_view rest, std::size_t asked) {
    const std::size_t environment = rest.find("\n\n");
    rest.remove_prefix(environment == std::string::npos ? rest.size() : environment + 2);
    std::size_t hangups = 0;
    std::size_t answered = 0;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        line == "HANGUP" ? ++hangups : ++answered;
    }
    require(hangups <= 1, "Tunnel: one hang-up");
    require(answered <= asked, "Tunnel: no more replies than lines");
}

void any_order(Input& input, const std::string& id) {
    constexpr std::string_view lines[] = {"NOOP",
                                          R"(STREAM FILE "a" "")",
                                          "WAIT FOR DIGIT 1000",
                                          "GET DATA \"a\"",
                                          "SET VARIABLE A B",
                                          R"(GET OPTION "a" "1#")",
                                          R"(EXEC "Wait" "1")",
                                          "SET AUTOHANGUP 5",
                                          "failure",
                                          "GET FULL VARIABLE \"agi-mark-x\""};
    constexpr std::string_view replies[] = {
        "200 result=0\n",           "200 result=-1\n", "200 result=1000\n",
        "200 result=35 endpos=1\n", "200 result=1\n",  "510 Invalid or unknown command\n"};
    World world{id};
    Tunnel& tunnel = world.tunnel();
    tunnel.begin(world.now);
    std::size_t asked = 0;
    while (!input.empty()) {
        world.take_actions();
        world.now += std::chrono::milliseconds{input.below(4) * 100};
        const std::size_t what = input.below(22);
        if (what < 4) {
            tunnel.line(world.now, lines[input.below(std::size(lines))]);
            ++asked;
        } else if (what < 8) {
            world.run(replies[input.below(std::size(replies))]);
        } else if (what == 18) {
            tunnel.batch(world.now, {"NOOP", "GET VARIABLE A"});
            ++asked;
        } else {
            happen(tunnel, world, what, input);
        }
    }
    world.take_actions();
    tunnel.hung_up(world.now);
    tunnel.session_closed(world.now);
    world.take_actions();
    require(tunnel.state() == Tunnel::State::over || tunnel.state() == Tunnel::State::foreign,
            "Tunnel: a hang-up ends it");
    check_bytes(world.bytes, asked);
}

}  // namespace

void fuzz::asyncagi(std::string_view bytes) {
    Input input{bytes};
    const std::string id = id_for(bytes);
    switch (input.below(3)) {
        case 0: return one_reply(input);
        case 1: return batch_of_replies(input, id);
        default: return any_order(input, id);
    }
}

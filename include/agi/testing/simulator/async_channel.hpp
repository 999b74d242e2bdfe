// SPDX-License-Identifier: MIT
#pragma once
// A simulated call in AGI(agi:async): what the manager interface tells of it, and does with it.

#include <agi/testing/asterisk.hpp>
#include <agi/testing/simulator/async_pipe.hpp>
#include <agi/testing/simulator/packet.hpp>
#include <agi/version.hpp>
#include <agi/wire/reply_reader.hpp>
#include <agi/wire/words.hpp>

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Between the clients and whoever runs the Asterisk: that one is told by `on_work` that there is
/// something to take. Does no I/O, and has no lock.
class AsyncChannel {
  public:
    /// Sends an event to the clients that want its class.
    using Send = std::function<void(std::string_view privilege, const Packet& event)>;

    struct Command {
        std::string line;
        std::string id;
    };

    AsyncChannel(Asterisk& asterisk, Send send) : asterisk_{asterisk}, send_{std::move(send)} {
        asterisk_.async = true;
        asterisk_.entry("agi_request") = "async";
    }

    std::function<void()> on_work = [] {};

    [[nodiscard]] Asterisk& asterisk() noexcept { return asterisk_; }
    [[nodiscard]] std::string name() const { return asterisk_.entry("agi_channel"); }
    [[nodiscard]] std::string uniqueid() const { return asterisk_.entry("agi_uniqueid"); }

    // --- What clients do ---

    void add_command(std::string_view line, std::string_view id) {
        commands_.push_back({std::string{line}, std::string{id}});
        on_work();
    }
    /// Something comes in on the line.
    void add_frame(Caller::Action frame) {
        frames_.push_back(std::move(frame));
        on_work();
    }
    /// `asked`: by the other end, which is told as HangupRequest.
    void hang_up(bool asked) {
        tells_hangup_ = asked;
        wants_hangup_ = true;
        on_work();
    }
    /// To another place in the dialplan: what runs ends as by a hang-up.
    void send_to(const Place& place) {
        elsewhere_ = place.context + ',' + place.extension + ',' + std::to_string(place.priority);
        asterisk_.channel.note(Happening::Kind::remark, "the call is sent to " + elsewhere_);
        next_place_ = place;
        hang_up(false);
    }
    /// AbsoluteTimeout: in so many seconds of the call, and the client is there.
    void set_limit(double seconds) {
        asterisk_.hang_up_after(seconds);
        asterisk_.dead_man.armed = true;
    }

    /// What is asked of the call cannot be simulated: that ends it.
    void fail(std::exception_ptr error) {
        failure_ = std::move(error);
        on_work();
    }

    // --- What runs the call ---

    std::optional<Command> take_command() {
        if (commands_.empty()) return std::nullopt;
        running_ = std::move(commands_.front());
        commands_.pop_front();
        return running_;
    }
    /// Throws what was given to `fail`.
    std::optional<Caller::Action> take_frame() {
        using Kind = Caller::Action::Kind;
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        if (std::exchange(wants_hangup_, false)) return Caller::Action{Kind::hang_up, {}, {}};
        if (frames_.empty()) return std::nullopt;
        Caller::Action frame = std::move(frames_.front());
        frames_.pop_front();
        return frame;
    }
    [[nodiscard]] bool has_command() const noexcept { return !commands_.empty(); }
    [[nodiscard]] bool wants_hangup() const noexcept { return wants_hangup_; }
    /// Whether there is something for a call that waits. While a command runs, a new one is nothing.
    [[nodiscard]] bool has_work() const noexcept {
        return failure_ || wants_hangup_ || !frames_.empty() ||
               (running_.line.empty() && !commands_.empty());
    }

    /// `environment`: its lines, and the empty one.
    void start(std::string_view environment) {
        in_agi_ = true;
        published_ = asterisk_.channel.log().size();
        pipe_.write(environment);
        Packet packet = about("AsyncAGIStart", "agi");
        send_("agi", packet.add("Env", pipe_.read()));
    }

    /// Tells what has happened on the line since the last time: before it waits, and at the end of each
    /// command.
    void publish() {
        const auto& log = asterisk_.channel.log();
        for (; published_ < log.size(); ++published_) {
            const Happening& what = log[published_];
            if (what.kind == Happening::Kind::request) {
                started_ = std::to_string(++last_started_);
                Packet packet = about("AGIExecStart", "agi");
                send_("agi", packet.add("CommandId", started_).add("Command", running_.line));
            } else if (what.kind == Happening::Kind::key) {
                Packet begin = about("DTMFBegin", "dtmf");
                send_("dtmf", begin.add("Digit", what.text).add("Direction", "Received"));
                Packet end = about("DTMFEnd", "dtmf");
                end.add("Digit", what.text).add("DurationMs", "100");
                send_("dtmf", end.add("Direction", "Received"));
            } else if (what.kind == Happening::Kind::hang_up && tells_hangup_) {
                const bool by_program = wire::is_command(running_.line, "HANGUP");
                Packet packet = about(by_program ? "SoftHangupRequest" : "HangupRequest", "call");
                send_("call", packet.add("Cause", by_program ? "32" : "16"));
            }
        }
    }

    /// `reply`: its lines, each with its LF.
    void finish_command(std::string_view reply) {
        publish();
        std::string_view code = reply.substr(0, 3);
        std::string_view text = "Success";
        if (code == "510") text = "Invalid or unknown command";
        if (code == "520") text = "Usage";
        // A test's own text may be anything.
        const bool is_reply = wire::ReplyReader::code_of(reply.substr(0, reply.find('\n'))) != 0;
        if (asterisk_.failed() || !is_reply) {
            code = "-1";
            text = "Failure";
        } else if (wire::is_command(running_.line, "EXEC") && reply != "200 result=0\n") {
            text = "Unknown Result";
        }
        Packet end = about("AGIExecEnd", "agi");
        end.add("CommandId", started_).add("Command", running_.line);
        send_("agi", end.add("ResultCode", code).add("Result", text));
        pipe_.write(reply);
        Packet packet = about("AsyncAGIExec", "agi");
        packet.add("Result", pipe_.read());
        if (!running_.id.empty()) packet.add("CommandId", running_.id);
        send_("agi", packet);
        running_ = {};
    }

    /// It was lost.
    void drop_command() { running_ = {}; }

    /// AGI() is over; the call goes on in the dialplan.
    void end() {
        publish();
        in_agi_ = false;
        running_ = {};
        send_("agi", about("AsyncAGIEnd", "agi"));
        if (elsewhere_.empty()) return;
        asterisk_.go_to_context(next_place_.context);
        asterisk_.go_to_extension(next_place_.extension);
        asterisk_.go_to_priority(next_place_.priority + 1);
    }
    /// The channel is no more.
    void vanish() {
        Packet packet = about("Hangup", "call");
        send_("call", packet.add("Cause", "16").add("Cause-txt", "Normal Clearing"));
    }

    // --- What is asked ---

    /// The line of the command that runs.
    [[nodiscard]] const std::string& running() const noexcept { return running_.line; }
    /// Whether its limit has made the connection a dead man's switch.
    [[nodiscard]] bool armed() const noexcept { return asterisk_.dead_man.armed; }
    /// Where it was sent; empty: nowhere.
    [[nodiscard]] const std::string& elsewhere() const noexcept { return elsewhere_; }

    /// The application that it is in, and its arguments.
    [[nodiscard]] std::pair<std::string, std::string> application() const {
        if (!in_agi_) return {"Wait", "3600"};
        if (wire::is_command(running_.line, "EXEC")) {
            const auto all = words(running_.line);
            return {all.size() > 1 ? all[1] : "", all.size() > 2 ? all[2] : ""};
        }
        std::string data = "agi:async";
        for (const std::string& argument : asterisk_.arguments) data += ',' + argument;
        return {"AGI", std::move(data)};
    }

  private:
    [[nodiscard]] Packet about(std::string_view name, std::string_view privilege) const {
        Packet packet = event(name, privilege);
        add_channel(packet, asterisk_);
        return packet;
    }

    Asterisk& asterisk_;
    Send send_;
    std::deque<Command> commands_;
    std::deque<Caller::Action> frames_;
    std::exception_ptr failure_;
    AsyncPipe pipe_;
    Command running_;
    std::string started_;  ///< The number of the command that runs, for the events of AGI.
    int last_started_ = 0;
    std::size_t published_ = 0;  ///< How much of the log was told.
    bool in_agi_ = false;
    bool tells_hangup_ = true;
    bool wants_hangup_ = false;
    std::string elsewhere_;
    Place next_place_{};
};

}}}  // namespace agi::v0::testing::simulator

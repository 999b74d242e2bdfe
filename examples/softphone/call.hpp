// SPDX-License-Identifier: MIT
// One call of the softphone: the simulated Asterisk between the terminal and the program.
#pragma once

#include "ami_end.hpp"
#include "audio_file.hpp"
#include "description.hpp"
#include "program_end.hpp"
#include "terminal.hpp"
#include <agi/session/transcript.hpp>
#include <agi/testing/asterisk.hpp>
#include <agi/testing/simulated_audio.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using Time = std::chrono::milliseconds;

struct CallOptions {
    std::vector<std::string> program;
    std::string record;
    std::string eagi;  // a sound file: what the caller says
    bool trace = false;
    Time patience{30000};  // for a program that says nothing, when nobody is at the telephone
};

// What a server of this library tells the dialplan of its end.
constexpr const char* server_status = "FASTAGI_STATUS";

// How a call went.
struct Outcome {
    std::string agistatus;
    int status = 0;         // as waitpid has it
    std::string errors;     // standard error
    std::string problem;    // it had to be ended, and why
    std::string complaint;  // what a server says that it could not do
    [[nodiscard]] bool crashed() const {
        return WIFSIGNALED(status) && WTERMSIG(status) != SIGHUP && WTERMSIG(status) != SIGPIPE;
    }
    [[nodiscard]] int exit_status() const {
        constexpr int by_signal = 128;
        return WIFSIGNALED(status) ? by_signal + WTERMSIG(status) : WEXITSTATUS(status);
    }
};

class Call {
  public:
    Call(agi::testing::Asterisk& asterisk, const CallOptions& options, Terminal& terminal)
        : asterisk_{asterisk}, options_{options}, terminal_{terminal}, describe_{terminal.utf8()} {
        if (!options.record.empty()) {
            record_.reset(std::fopen(options.record.c_str(), "w"));
            if (!record_) throw std::runtime_error{"cannot write " + options.record};
        }
        const std::vector<std::string>& program = options_.program;
        asterisk_.missing_if_not_simulated = true;
        asterisk_.entry("agi_request") = program.front();
        const std::vector<std::string> arguments{program.begin() + 1, program.end()};
        if (!arguments.empty()) asterisk_.arguments = arguments;
        if (!options.eagi.empty()) {
            if (AgiUrl::of(program.front()) || AmiUrl::of(program.front()))
                throw std::runtime_error{"EAGI is for programs, not for agi:// and ami://"};
            asterisk_.entry("agi_enhanced") = "1.0";
            audio_ =
                std::make_unique<agi::testing::SimulatedAudio>(asterisk_, AudioFile{options.eagi});
        }
        if (const auto url = AgiUrl::of(program.front())) {
            far_ = std::make_unique<ProgramEnd>(*url);
            asterisk_.network = true;
        } else if (const auto ami = AmiUrl::of(program.front())) {
            if (!ami->script.empty()) {
                asterisk_.arguments.insert(asterisk_.arguments.begin(), ami->script);
            }
            far_ = std::make_unique<AmiEnd>(*ami, asterisk_);
        } else {
            std::vector<std::string> words = program;
            if (arguments.empty()) {
                words.insert(words.end(), asterisk_.arguments.begin(), asterisk_.arguments.end());
            }
            far_ = std::make_unique<ProgramEnd>(words, asterisk_.entry("agi_version"),
                                                audio_ ? audio_->fd() : -1);
        }
        if (terminal_.types()) {
            asterisk_.channel.live = [this](Time longest) { return live(longest); };
        } else {
            constexpr std::chrono::hours longest{1};
            // Not of the caller's plan: nobody is told that it never came.
            using Action = agi::testing::Caller::Action;
            asterisk_.channel.schedule(longest, Action{Action::Kind::hang_up, {}, {}});
        }
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { asterisk_.channel.live = nullptr; }

    Outcome run() {
        std::string words;
        for (const std::string& word : options_.program) words += ' ' + word;
        terminal_.print("Calling" + words, "1", 4);
        if (terminal_.types()) {
            terminal_.print("Keys are 0-9 * # A-D. Ctrl-C hangs up, once more ends the program.",
                            "2", 4);
        }
        terminal_.print("");
        wait_for_program();
        asterisk_.begin();
        send();
        while (!asterisk_.closed() && outcome_.problem.empty()) {
            const auto lines = receive();
            if (lines) take(*lines);
            if (far_->ended()) asterisk_.end_of_input();
            send();
            if (far_->ended()) break;
            end_endless();
        }
        return finish();
    }

  private:
    // One that has to log in here.
    void wait_for_program() {
        const auto begin = std::chrono::steady_clock::now();
        const std::string none = "no program has logged in at " + options_.program.front();
        while (!far_->is_there()) {
            terminal_.status("waiting for a program to log in ...");
            terminal_.wait_key(100, {far_->read_fd()});
            if (Terminal::take_interrupt()) throw std::runtime_error{none};
            const bool late = std::chrono::steady_clock::now() - begin > options_.patience;
            if (late && !terminal_.types()) throw std::runtime_error{none};
        }
        terminal_.status("");
    }

    // Lines of the program that came together.
    void take(const std::string& lines) {
        const bool stops = asterisk_.can_be_stopped();
        for (std::string_view rest = lines;;) {
            const std::size_t end = rest.find('\n');
            const std::string line{rest.substr(0, end)};
            trace('>', line);
            open_.push_back({line, {}, {}, false});
            if (asterisk_.channel.hung_up()) ++commands_after_end_;
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end + 1);
        }
        if (open_.size() == 1) {
            keys_before_ = asterisk_.channel.keys().size();
            heard_before_ = asterisk_.channel.heard().size();
        }
        if (!asterisk_.receive(lines) && asterisk_.channel.broken())
            open_.clear();  // lost on its way
        stopped_ = stops && open_.size() > 1;
    }

    // Everything that Asterisk has to say, once the command that runs has ended.
    void send() {
        while (auto line = asterisk_.next_line()) {
            notice_hangup();  // SIGHUP comes before the reply
            trace('<', *line);
            if (is_reply(*line)) tell(*line);
            far_->send_line(*line);
        }
        notice_hangup();
        far_->said_all();
        say_not_simulated();
    }

    static bool is_reply(std::string_view line) {
        for (const std::string_view begin : {"200 ", "510 ", "511 ", "520-", "520 Invalid"}) {
            if (line.substr(0, begin.size()) == begin) return true;
        }
        return false;
    }

    // Says what the command was that this is the reply of. One that the next has stopped may have none.
    void tell(const std::string& reply) {
        if (open_.empty()) return;
        if (std::exchange(stopped_, false) && !has_own_reply(open_.front().request)) {
            describe(open_.front());
            open_.pop_front();
        }
        if (open_.empty()) return;
        Done done = open_.front();
        open_.pop_front();
        done.reply = reply;
        describe(done);
    }
    static bool has_own_reply(const std::string& request) {
        const auto words = agi::testing::words(request);
        return !words.empty() && agi::wire::is_command(words[0], "WAIT");
    }
    void describe(Done done) {
        done.keys = asterisk_.channel.keys().substr(keys_before_);
        keys_before_ = asterisk_.channel.keys().size();
        done.hung_up = asterisk_.channel.hung_up();
        const auto [text, colour] = describe_(done);
        const bool unheard = !Describer::sound_of(done.request).empty() &&
                             !asterisk_.channel.answered && done.reply.substr(0, 4) == "200 ";
        terminal_.print(clock() + "  " + text + (unheard ? "   (the call is not answered)" : ""),
                        colour);
    }

    void say_not_simulated() {
        const auto& all = asterisk_.not_simulated;
        for (; said_not_simulated_ < all.size(); ++said_not_simulated_) {
            const std::string& what = all[said_not_simulated_];
            const bool application = what.substr(0, 12) == "application ";
            const std::string name = what.substr(what.find(' ') + 1);
            terminal_.print(
                clock() + "  NOT SIMULATED: " + what + ". Asterisk has it. Say what it does with " +
                    (application ? "--app " + name + "=0"
                                 : "--function " + name.substr(0, name.find('(')) + "=VALUE"),
                "31");
        }
        for (; said_remarks_ < asterisk_.channel.log().size(); ++said_remarks_) {
            const agi::testing::Happening& what = asterisk_.channel.log()[said_remarks_];
            if (what.kind == agi::testing::Happening::Kind::remark) {
                terminal_.print("          " + what.text, "2");
            }
        }
    }

    // The next lines. Meanwhile the line is idle.
    std::optional<std::string> receive() {
        constexpr Time tick{100};
        const auto begin = std::chrono::steady_clock::now();
        for (bool first = true; !far_->is_readable(); first = false) {
            if (terminal_.types() && !asterisk_.channel.hung_up()) {
                asterisk_.wait(tick);
            } else {
                think(first ? Time{5} : tick);
                if (std::chrono::steady_clock::now() - begin > options_.patience) return give_up();
            }
            if (auto frame = far_->take_frame()) {
                asterisk_.channel.schedule(asterisk_.channel.now(), std::move(*frame));
                asterisk_.wait(Time{0});
            }
            send();
            if (asterisk_.closed()) return std::nullopt;
        }
        terminal_.status("");
        return far_->receive();
    }

    // Nobody is there who could press a key.
    void think(Time time) {
        if (time > Time{5}) terminal_.status(clock() + "  the program thinks ...");
        terminal_.wait_key(static_cast<int>(time.count()), {far_->read_fd(), far_->error_fd()});
        if (terminal_.types()) asterisk_.channel.pass(time);
        if (Terminal::take_interrupt()) end_program();
        show_errors();
    }

    std::optional<std::string> give_up() {
        const bool quiet = asterisk_.requests().empty();
        problem("the program has said nothing for " + seconds(options_.patience) + ": " +
                (quiet ? "it has never said anything. Does it flush its output after each line?"
                       : "is it still there? (--patience says how long it may think)"));
        return std::nullopt;
    }
    void problem(const std::string& what) {
        if (!outcome_.problem.empty()) return;
        outcome_.problem = what;
        terminal_.print(clock() + "  " + what, "31");
    }
    void end_endless() {
        constexpr int most_after_end = 1000;
        constexpr std::size_t most = 100'000;
        if (commands_after_end_ > most_after_end)
            problem("the caller is gone, and the program goes on and on");
        // Commands that take no time never come to the end of the call.
        if (!terminal_.types() && asterisk_.requests().size() > most)
            problem("the program goes on and on: more than " + std::to_string(most) + " commands");
    }

    void notice_hangup() {
        if (hangup_noticed_ || !asterisk_.channel.hung_up()) return;
        hangup_noticed_ = true;
        if (asterisk_.signalled()) far_->signal_hangup();
    }

    void end_program() {
        terminal_.print(clock() + "  you end the program", "33");
        far_->kill_all();
    }

    // A person is at the telephone: waits for a key, and for the program if it may say something now.
    agi::testing::Channel::Elapsed live(Time longest) {
        using Action = agi::testing::Caller::Action;
        constexpr Time tick{50};
        const bool idle = open_.empty();
        const bool listens = idle || asterisk_.can_be_stopped();
        const auto begin = std::chrono::steady_clock::now();
        for (;;) {
            const auto elapsed =
                std::chrono::duration_cast<Time>(std::chrono::steady_clock::now() - begin);
            if (elapsed >= longest) return {longest, std::nullopt, false};
            show_progress(asterisk_.channel.now() + elapsed);
            const int most = static_cast<int>(std::min(tick, longest - elapsed).count()) + 1;
            const auto key = terminal_.wait_key(
                most, {listens ? far_->read_fd() : -1, far_->error_fd(), far_->frame_fd()});
            show_errors();
            if (auto frame = far_->take_frame()) return {elapsed, std::move(frame), false};
            if (Terminal::take_interrupt())
                return {elapsed, Action{Action::Kind::hang_up, {}, {}}, false};
            if (key) {
                const char upper =
                    *key >= 'a' && *key <= 'd' ? static_cast<char>(*key - 'a' + 'A') : *key;
                if (!agi::is_dtmf(upper)) continue;
                pressed_ = upper;
                pressed_until_ = asterisk_.channel.now() + elapsed + Time{400};
                return {elapsed, Action{Action::Kind::press, std::string(1, upper), {}}, false};
            }
            if (listens && far_->is_readable()) return {elapsed, std::nullopt, true};
        }
    }

    void show_progress(Time now) {
        const auto& heard = asterisk_.channel.heard();
        const auto length = heard.size() > heard_before_
                                ? asterisk_.channel.length_of(heard.back().sound)
                                : std::nullopt;
        const std::string keys = asterisk_.channel.keys().substr(keys_before_);
        std::string text = shown(now) + "  ";
        if (now < pressed_until_) text += std::string{'['} + pressed_ + "] ";
        if (open_.empty()) {
            text += "the program thinks ...";
        } else {
            if (length && now < heard.back().from + *length) {
                const Time position = now - heard.back().from;
                text += describe_.note() + heard.back().sound + ' ' + bar(position, *length);
                if (terminal_.columns() > 60)
                    text += ' ' + seconds(position) + " of " + seconds(*length);
            } else {
                text += "waiting for you";
            }
            if (!keys.empty()) text += "   keys: " + keys;
            const std::string wanted = Describer::wanted(open_.front().request);
            if (!wanted.empty()) text += "   " + wanted;
        }
        terminal_.status(text);
    }
    [[nodiscard]] std::string bar(Time position, Time length) const {
        const int cells = terminal_.columns() > 60 ? 20 : 8;
        const int filled = static_cast<int>(position * cells / length);
        std::string text;
        for (int i = 0; i < cells; ++i) {
            text += i < filled ? (terminal_.utf8() ? "▓" : "#") : (terminal_.utf8() ? "░" : ".");
        }
        return text;
    }

    void show_errors() {
        const std::string more = far_->errors();
        outcome_.errors += more;
        errors_ += more;
        for (std::size_t end = errors_.find('\n'); end != std::string::npos;
             end = errors_.find('\n')) {
            terminal_.print("          " + errors_.substr(0, end), "35");
            errors_.erase(0, end + 1);
        }
    }

    void trace(char direction, const std::string& line) {
        const bool sent = direction == '>';
        if (record_) {
            agi::Transcript{record_.get()}(sent ? agi::Direction::sent : agi::Direction::received,
                                           line);
        }
        if (!options_.trace) return;
        std::string shown = line;
        if (!environment_shown_ && !sent) {  // one line for the whole block
            ++environment_lines_;
            if (!line.empty()) return;
            environment_shown_ = true;
            shown = "agi_request: " + options_.program.front() + " and so on, " +
                    std::to_string(environment_lines_) + " lines";
        }
        terminal_.print("          " + std::string(2, direction) + ' ' + shown, "2", 13);
    }

    // Waits until the program has ended; Ctrl-C or the patience ends it.
    Outcome finish() {
        while (!open_.empty()) {
            if (!open_.front().request.empty()) describe(open_.front());
            open_.pop_front();
        }
        if (!outcome_.problem.empty()) far_->terminate_all();
        far_->shut();
        std::optional<int> status = far_->exit_status();
        const auto begin = std::chrono::steady_clock::now();
        constexpr Time grace{1000};
        bool killed = false;
        for (Time step{1}; !status; step = std::min(step * 2, Time{100})) {
            const auto waited = std::chrono::steady_clock::now() - begin;
            if (waited > grace) terminal_.status(clock() + "  the program has not ended yet ...");
            terminal_.wait_key(static_cast<int>(step.count()), {far_->error_fd()});
            if (Terminal::take_interrupt()) end_program();
            show_errors();
            if (outcome_.problem.empty() && !terminal_.types() && waited > options_.patience) {
                problem("the call is over, and the program has not ended after " +
                        seconds(options_.patience));
                far_->terminate_all();
            } else if (!outcome_.problem.empty() && !killed && waited > grace) {
                killed = true;
                far_->kill_all();
            }
            status = far_->exit_status();
        }
        show_errors();
        if (!outcome_.problem.empty()) far_->kill_all();  // what it has started, too
        if (!errors_.empty()) terminal_.print("          " + errors_, "35");
        outcome_.status = *status;
        outcome_.agistatus = asterisk_.agistatus(*status);
        outcome_.complaint = complaint_of_server();
        const std::string& keys = asterisk_.channel.keys();
        const std::size_t sounds = asterisk_.channel.heard().size();
        terminal_.print("");
        terminal_.print("Call over after " + seconds(asterisk_.channel.now()) + ": " +
                            (asterisk_.channel.answered ? "" : "never answered, ") +
                            std::to_string(sounds) + (sounds == 1 ? " sound, " : " sounds, ") +
                            (keys.empty() ? "no keys" : "keys " + keys) + ", " + ending(*status) +
                            ", AGISTATUS " + outcome_.agistatus,
                        outcome_.agistatus == "FAILURE" ? "31" : "32", 4);
        if (!outcome_.complaint.empty()) terminal_.print(outcome_.complaint, "31", 4);
        for (const std::string& moment : asterisk_.channel.caller.left()) {
            terminal_.print("The caller's moment never came: " + moment, "33", 4);
        }
        return outcome_;
    }
    // Over AMI a server can tell the call how it ended, even then.
    static bool was_broken(const agi::testing::Channel& channel) {
        const auto& log = channel.log();
        return std::any_of(log.begin(), log.end(), [](const agi::testing::Happening& what) {
            return what.kind == agi::testing::Happening::Kind::broken;
        });
    }
    // For Asterisk a script that a server does not know is a call like another.
    [[nodiscard]] std::string complaint_of_server() const {
        const agi::testing::Channel& channel = asterisk_.channel;
        if (!asterisk_.network && !asterisk_.async) return {};
        if (asterisk_.network && asterisk_.requests().empty() && outcome_.problem.empty() &&
            !channel.hung_up() && !channel.broken()) {
            return "The server has closed the connection without a command: does it know this "
                   "script?";
        }
        const auto said = channel.variables.find(server_status);
        if (said == channel.variables.end() || was_broken(channel)) return {};
        const std::string& status = said->second;
        const char* const why = status == "NOTFOUND"  ? ": it has no route for this script"
                                : status == "FAILED"  ? ": its handler has failed"
                                : status == "BUSY"    ? ": it takes no more calls"
                                : status == "STOPPED" ? ": it stops"
                                : status == "DENIED"  ? ": it wants a secret"
                                                      : "";
        return "The server says " + std::string{server_status} + ' ' + status + why;
    }
    [[nodiscard]] std::string ending(int status) const {
        if (asterisk_.network) return "connection closed";
        if (asterisk_.async) return "AGI() is over";
        if (WIFSIGNALED(status)) return std::string{"killed: "} + strsignal(WTERMSIG(status));
        return "exit status " + std::to_string(WEXITSTATUS(status));
    }

    // `01:02.3`
    static std::string shown(Time time) {
        char text[32];
        const auto tenths = time.count() / 100;
        std::snprintf(text, sizeof text, "%02lld:%02lld.%lld", static_cast<long long>(tenths / 600),
                      static_cast<long long>(tenths / 10 % 60),
                      static_cast<long long>(tenths % 10));
        return text;
    }
    [[nodiscard]] std::string clock() const { return shown(asterisk_.channel.now()); }
    static std::string seconds(Time time) {
        char text[32];
        std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
        return text;
    }

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    agi::testing::Asterisk& asterisk_;
    const CallOptions& options_;
    Terminal& terminal_;
    Describer describe_;
    std::unique_ptr<agi::testing::SimulatedAudio> audio_;
    std::deque<Done> open_;  // commands without a reply
    bool stopped_ = false;   // the first of them was ended by the next
    bool hangup_noticed_ = false;
    bool environment_shown_ = false;
    int environment_lines_ = 0;
    int commands_after_end_ = 0;
    std::size_t said_not_simulated_ = 0;
    std::size_t said_remarks_ = 0;
    char pressed_ = '\0';
    Time pressed_until_{0};
    std::string errors_;
    std::size_t keys_before_ = 0;  // Keys and sounds before the command that runs.
    std::size_t heard_before_ = 0;
    Outcome outcome_;
    std::unique_ptr<std::FILE, Close> record_;
    std::unique_ptr<FarEnd> far_;
};

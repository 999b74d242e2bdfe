// One call of the softphone: the simulated Asterisk between the terminal and the program.
#pragma once

#include "description.hpp"
#include "far_end.hpp"
#include "terminal.hpp"
#include <agi/session/transcript.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/sounds.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using Time = std::chrono::milliseconds;

struct Options {
    std::vector<std::string> program;
    std::string keys;
    std::optional<Time> hangup_after;
    std::string record;
    std::string sounds;
    std::string version = "22.10.1";
    std::vector<std::string> variables;
    std::vector<std::string> database;
    bool trace = false;
};

class Call {
  public:
    Call(const Options& options, Terminal& terminal)
        : terminal_{terminal},
          describe_{terminal.utf8()},
          asterisk_{options.version},
          program_{options.program},
          trace_{options.trace} {
        prepare(options);
        if (const auto url = AgiUrl::of(program_.front())) {
            far_ = std::make_unique<FarEnd>(*url);
            asterisk_.network = true;
        } else {
            far_ = std::make_unique<FarEnd>(program_, terminal_.types());
            asterisk_.arguments.assign(program_.begin() + 1, program_.end());
        }
        asterisk_.entry("agi_request") = program_.front();
        if (terminal_.types())
            asterisk_.channel.live = [this](Time longest) { return live(longest); };
        if (options.record.empty()) return;
        record_.reset(std::fopen(options.record.c_str(), "w"));
        if (!record_) throw std::runtime_error{"cannot write " + options.record};
    }

    // 0 when AGISTATUS says SUCCESS or HANGUP.
    int run() {
        std::string words;
        for (const std::string& word : program_) words += ' ' + word;
        terminal_.print("Calling" + words, "1", 4);
        if (terminal_.types())
            terminal_.print("Keys are 0-9 * # A-D. Ctrl-C hangs up, once more ends the program.",
                            "2", 4);
        terminal_.print("");
        agi::FdStream stream = far_->stream();
        asterisk_.begin();
        std::string line;
        try {
            for (;;) {
                send(stream);
                if (asterisk_.closed() || !receive(stream, line)) break;
                trace('>', line);
                asterisk_.receive(line);
                if (asterisk_.closed()) break;
                tell();  // the command before, if this one has ended it
                request_ = line;
                keys_before_ = asterisk_.channel.keys().size();
            }
        } catch (const agi::AGIHangup&) {  // the program has closed while something was sent
            if (!reply_.empty()) tell();
        }
        return finish();
    }

  private:
    void prepare(const Options& options) {
        asterisk_.channel.any_sound = Time{3000};
        if (!options.sounds.empty()) {
            asterisk_.channel.any_sound.reset();
            asterisk_.channel.sounds = agi::testing::sounds_in(options.sounds);
        }
        const auto assigned = [](const std::string& assignment) {
            const std::size_t equals = std::min(assignment.find('='), assignment.size());
            const std::size_t value = std::min(equals + 1, assignment.size());
            return std::pair{assignment.substr(0, equals), assignment.substr(value)};
        };
        for (const std::string& variable : options.variables) {
            const auto [name, value] = assigned(variable);
            asterisk_.set(name, value);
        }
        for (const std::string& entry : options.database) {
            const auto [name, value] = assigned(entry);
            asterisk_.database['/' + name] = value;
        }
        // One group of keys after each prompt.
        agi::testing::Caller& caller = asterisk_.channel.caller;
        for (std::size_t begin = 0; begin < options.keys.size();) {
            const std::size_t end = std::min(options.keys.find(' ', begin), options.keys.size());
            if (end > begin) caller.after_sound(0).press(options.keys.substr(begin, end - begin));
            begin = end + 1;
        }
        if (options.hangup_after) caller.at(*options.hangup_after).hang_up();
    }

    // Everything that Asterisk has to say, once the command that runs has ended.
    void send(agi::FdStream& stream) {
        while (auto line = asterisk_.next_line()) {
            notice_hangup();  // SIGHUP comes before the reply
            trace('<', *line);
            if (is_reply(*line)) reply_ = *line;
            stream.write_line(*line);
        }
        notice_hangup();
        if (!reply_.empty() && !asterisk_.can_be_stopped()) tell();
    }

    static bool is_reply(std::string_view line) {
        for (const std::string_view begin : {"200 ", "510 ", "511 ", "520-", "520 Invalid"}) {
            if (line.substr(0, begin.size()) == begin) return true;
        }
        return false;
    }

    // Says what the last command was.
    void tell() {
        if (!request_.empty()) {
            const auto [text, colour] =
                describe_({request_, reply_, asterisk_.channel.keys().substr(keys_before_),
                           asterisk_.channel.hung_up()});
            terminal_.print(clock() + "  " + text, colour);
        }
        request_.clear();
        reply_.clear();
    }

    // The next request. Meanwhile the line is idle: what is typed is lost, as on a real one.
    bool receive(agi::FdStream& stream, std::string& line) {
        constexpr Time tick{100};
        for (bool first = true; !stream.wait_line(first ? tick : Time{0}); first = false) {
            if (terminal_.types() && !asterisk_.channel.hung_up()) {
                asterisk_.wait(tick);
            } else {
                think(tick);
            }
            send(stream);
        }
        terminal_.status("");
        if (stream.read_line(line)) return true;
        // Asterisk runs a last line that has no LF, too.
        return !std::exchange(ended_, true) && !line.empty();
    }

    // Nobody is there who could press a key.
    void think(Time time) {
        terminal_.status(clock() + "  the program thinks ...");
        terminal_.wait_key(static_cast<int>(time.count()), {far_->read_fd(), far_->error_fd()});
        if (terminal_.types()) asterisk_.channel.pass(time);
        if (Terminal::take_interrupt()) end_program();
        show_errors();
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
        const bool idle = request_.empty();
        const bool listens = idle || asterisk_.can_be_stopped();
        const auto begin = std::chrono::steady_clock::now();
        for (;;) {
            const auto elapsed =
                std::chrono::duration_cast<Time>(std::chrono::steady_clock::now() - begin);
            if (elapsed >= longest) return {longest, std::nullopt, false};
            show_progress(asterisk_.channel.now() + elapsed);
            const int most = static_cast<int>(std::min(tick, longest - elapsed).count()) + 1;
            const auto key =
                terminal_.wait_key(most, {listens ? far_->read_fd() : -1, far_->error_fd()});
            show_errors();
            if (Terminal::take_interrupt())
                return {elapsed, Action{Action::Kind::hang_up, {}, {}}, false};
            if (key) {
                const char upper =
                    *key >= 'a' && *key <= 'd' ? static_cast<char>(*key - 'a' + 'A') : *key;
                if (agi::is_dtmf(upper))
                    return {elapsed, Action{Action::Kind::press, std::string(1, upper), {}}, false};
            } else if (listens && far_->is_readable()) {
                return {elapsed, std::nullopt, true};
            }
        }
    }

    void show_progress(Time now) {
        const auto& heard = asterisk_.channel.heard();
        const auto length =
            heard.empty() ? std::nullopt : asterisk_.channel.length_of(heard.back().sound);
        const std::string keys = asterisk_.channel.keys().substr(keys_before_);
        std::string text = shown(now) + "  ";
        if (request_.empty()) {
            text += "the program thinks ...";
        } else if (length && now < heard.back().from + *length) {
            const Time position = now - heard.back().from;
            text += describe_.note() + heard.back().sound + ' ' + bar(position, *length);
            if (terminal_.columns() > 60)
                text += ' ' + seconds(position) + " of " + seconds(*length);
        } else {
            text += "waiting for you";
            if (!keys.empty()) text += "   keys: " + keys;
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
        errors_ += far_->errors();
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
        if (!trace_) return;
        std::string shown = line;
        if (!environment_shown_) {  // one line for the whole block
            ++environment_lines_;
            if (!line.empty()) return;
            environment_shown_ = true;
            shown = "agi_request: " + program_.front() + " and so on, " +
                    std::to_string(environment_lines_) + " lines";
        }
        terminal_.print("          " + std::string(2, direction) + ' ' + shown, "2", 13);
    }

    // Waits until the program has ended; Ctrl-C ends it.
    int finish() {
        far_->shut();
        std::optional<int> status = far_->exit_status();
        for (bool first = true; !status; first = false) {
            if (!first) terminal_.status(clock() + "  the program has not ended yet ...");
            terminal_.wait_key(first ? 20 : 100, {far_->error_fd()});
            if (Terminal::take_interrupt()) end_program();
            show_errors();
            status = far_->exit_status();
        }
        show_errors();
        if (!errors_.empty()) terminal_.print("          " + errors_, "35");
        const std::string agistatus = asterisk_.agistatus(*status);
        const std::string& keys = asterisk_.channel.keys();
        const std::size_t sounds = asterisk_.channel.heard().size();
        terminal_.print("");
        terminal_.print("Call over after " + seconds(asterisk_.channel.now()) + ": " +
                            std::to_string(sounds) + (sounds == 1 ? " sound, " : " sounds, ") +
                            (keys.empty() ? "no keys" : "keys " + keys) + ", " + ending(*status) +
                            ", AGISTATUS " + agistatus,
                        agistatus == "FAILURE" ? "31" : "32", 4);
        return agistatus == "FAILURE" ? 1 : 0;
    }
    [[nodiscard]] std::string ending(int status) const {
        if (asterisk_.network) return "connection closed";
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

    Terminal& terminal_;
    Describer describe_;
    agi::testing::Asterisk asterisk_;
    std::vector<std::string> program_;
    bool trace_;
    bool hangup_noticed_ = false;
    bool ended_ = false;  // the program has closed its output
    bool environment_shown_ = false;
    int environment_lines_ = 0;
    std::string request_;
    std::string reply_;
    std::string errors_;
    std::size_t keys_before_ = 0;
    std::unique_ptr<std::FILE, Close> record_;
    std::unique_ptr<FarEnd> far_;
};

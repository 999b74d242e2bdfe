// A telephone in a terminal that calls any AGI program: no Asterisk, no network, no sound.
//
//     softphone ./pin 42
//     softphone agi://127.0.0.1/pin?account=42
//
// Keys that you type are key presses, Ctrl-C hangs up. With --keys or --hangup-after, or without a
// terminal, nobody types and the call takes no time. Asterisk's part is the library's simulation.

#include "far_end.hpp"
#include "terminal.hpp"
#include <agi/session/transcript.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/words.hpp>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using agi::testing::Asterisk;
using agi::testing::Caller;
using agi::testing::Channel;
using Time = std::chrono::milliseconds;

struct Options {
    std::vector<std::string> program;
    std::string keys;
    std::string hangup_after;
    std::string record;
    std::string sounds;
    std::string version = "22.10.1";
    std::vector<std::string> variables;
    std::vector<std::string> database;
    bool trace = false;
};

// `5s`, `500ms` or `5`, which is seconds.
Time duration(const std::string& text) {
    std::size_t end = 0;
    const double number = std::stod(text, &end);
    const std::string unit = text.substr(end);
    if (unit != "ms" && unit != "s" && !unit.empty())
        throw std::runtime_error{"no such unit: " + text};
    return Time{static_cast<Time::rep>(number * (unit == "ms" ? 1 : 1000))};
}

std::string clock(Time time) {
    char text[32];
    const auto tenths = time.count() / 100;
    std::snprintf(text, sizeof text, "%02lld:%02lld.%lld", static_cast<long long>(tenths / 600),
                  static_cast<long long>(tenths / 10 % 60), static_cast<long long>(tenths % 10));
    return text;
}

std::string seconds(Time time) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time.count()) / 1000);
    return text;
}

class Call {
  public:
    Call(const Options& options, Terminal& terminal)
        : terminal_{terminal}, asterisk_{options.version}, trace_{options.trace} {
        prepare(options);
        if (const auto url = AgiUrl::of(options.program.front())) {
            far_ = std::make_unique<FarEnd>(*url);
            asterisk_.network = true;
            if (!url->script.empty()) set_environment("agi_network_script", url->script);
        } else {
            far_ = std::make_unique<FarEnd>(options.program);
            asterisk_.arguments.assign(options.program.begin() + 1, options.program.end());
        }
        set_environment("agi_request", options.program.front());
        if (terminal_.types())
            asterisk_.channel.live = [this](Time longest) { return live(longest); };
    }

    // 0 when AGISTATUS says SUCCESS or HANGUP.
    int run() {
        std::string words;
        for (const std::string& word : program_) words += ' ' + word;
        terminal_.print("Calling" + words +
                            (terminal_.types() ? "   (keys: 0-9 * # A-D, Ctrl-C hangs up)" : ""),
                        "1");
        agi::FdStream stream = far_->stream();
        asterisk_.begin();
        std::string line;
        try {
            for (;;) {
                send(stream);
                if (asterisk_.closed() || !receive(stream, line)) break;
                trace('>', line);
                keys_before_ = asterisk_.channel.keys().size();
                asterisk_.receive(line);
                request_ = line;
            }
        } catch (const agi::AGIHangup&) {  // the program has closed while something was sent
        }
        terminal_.status("");
        const int status = far_->wait();
        const std::string agistatus = asterisk_.agistatus(status);
        terminal_.print("");
        terminal_.print("Call over after " + seconds(asterisk_.channel.now()) + ": " +
                            std::to_string(asterisk_.channel.heard().size()) + " sounds, keys " +
                            (asterisk_.channel.keys().empty() ? "none" : asterisk_.channel.keys()) +
                            ", exit status " + std::to_string(status) + ", AGISTATUS " + agistatus,
                        agistatus == "FAILURE" ? "31" : "32");
        return agistatus == "FAILURE" ? 1 : 0;
    }

  private:
    void prepare(const Options& options) {
        program_ = options.program;
        asterisk_.channel.any_sound = Time{3000};
        if (!options.sounds.empty()) {
            asterisk_.channel.any_sound.reset();
            for (const auto& entry :
                 std::filesystem::recursive_directory_iterator{options.sounds}) {
                if (!entry.is_regular_file()) continue;
                const auto name =
                    std::filesystem::relative(entry.path(), options.sounds).replace_extension();
                asterisk_.channel.sounds[name.string()] = length_of(entry.path());
            }
        }
        for (const std::string& assignment : options.variables) {
            const std::size_t equals = assignment.find('=');
            asterisk_.channel.variables[assignment.substr(0, equals)] =
                equals == std::string::npos ? "" : assignment.substr(equals + 1);
        }
        for (const std::string& assignment : options.database) {
            const std::size_t equals = assignment.find('=');
            asterisk_.database['/' + assignment.substr(0, equals)] =
                equals == std::string::npos ? "" : assignment.substr(equals + 1);
        }
        // One group of keys after each prompt.
        Caller& caller = asterisk_.channel.caller;
        for (std::size_t begin = 0; begin < options.keys.size();) {
            const std::size_t end = std::min(options.keys.find(' ', begin), options.keys.size());
            if (end > begin) caller.after_sound(0).press(options.keys.substr(begin, end - begin));
            begin = end + 1;
        }
        if (!options.hangup_after.empty()) caller.at(duration(options.hangup_after)).hang_up();
        if (!options.record.empty()) {
            record_.reset(std::fopen(options.record.c_str(), "w"));
            if (!record_) throw std::runtime_error{"cannot write " + options.record};
        }
    }

    // From the size of the file and the rate of its format.
    static Time length_of(const std::filesystem::path& path) {
        const std::map<std::string, double> bytes_per_ms{
            {".gsm", 1.65}, {".wav", 16}, {".sln", 16}, {".ulaw", 8}, {".alaw", 8}, {".g722", 8}};
        const auto rate = bytes_per_ms.find(path.extension().string());
        const auto bytes = static_cast<double>(std::filesystem::file_size(path));
        return Time{
            static_cast<Time::rep>(rate == bytes_per_ms.end() ? 3000 : bytes / rate->second)};
    }

    void set_environment(const std::string& name, const std::string& value) {
        for (auto& entry : asterisk_.environment) {
            if (entry.first == name) {
                entry.second = value;
                return;
            }
        }
        asterisk_.environment.insert(asterisk_.environment.begin(), {name, value});
    }

    // Everything that Asterisk has to say.
    void send(agi::FdStream& stream) {
        std::string reply;
        while (auto line = asterisk_.next_line()) {
            notice_hangup();  // SIGHUP comes before the reply
            trace('<', *line);
            stream.write_line(*line);
            if (line->substr(0, 4) != "100 " && *line != "HANGUP" && reply.empty()) reply = *line;
        }
        notice_hangup();
        if (!request_.empty()) {
            typed_ = asterisk_.channel.keys().substr(keys_before_);
            const std::string text = described(agi::testing::words(request_), reply);
            if (!text.empty()) terminal_.print(clock(asterisk_.channel.now()) + "  " + text);
        }
        request_.clear();
    }

    // The next request. Meanwhile the line is idle: what is typed is lost, as on a real one.
    bool receive(agi::FdStream& stream, std::string& line) {
        if (stream.wait_line(Time{200})) return stream.read_line(line);
        terminal_.status(clock(asterisk_.channel.now()) + "  the program thinks ...");
        while (!stream.wait_line(Time{0})) {
            terminal_.wait_key(200, far_->read_fd());
            if (Terminal::take_interrupt() && !asterisk_.channel.hung_up()) {
                asterisk_.channel.hang_up();
                notice_hangup();
                send(stream);
            }
        }
        terminal_.status("");
        return stream.read_line(line);
    }

    void notice_hangup() {
        if (hangup_noticed_ || !asterisk_.channel.hung_up()) return;
        hangup_noticed_ = true;
        far_->signal_hangup();
    }

    // A person is at the telephone.
    Channel::Elapsed live(Time longest) {
        constexpr Time tick{50};
        const auto begin = std::chrono::steady_clock::now();
        for (;;) {
            const auto elapsed =
                std::chrono::duration_cast<Time>(std::chrono::steady_clock::now() - begin);
            if (elapsed >= longest) return {longest, std::nullopt};
            show_progress(asterisk_.channel.now() + elapsed);
            const auto key =
                terminal_.wait_key(static_cast<int>(std::min(tick, longest - elapsed).count()) + 1);
            if (Terminal::take_interrupt())
                return {elapsed, Caller::Action{Caller::Action::Kind::hang_up, {}, {}}};
            if (!key) continue;
            const char upper =
                *key >= 'a' && *key <= 'd' ? static_cast<char>(*key - 'a' + 'A') : *key;
            if (agi::is_dtmf(upper)) {
                return {elapsed,
                        Caller::Action{Caller::Action::Kind::press, std::string(1, upper), {}}};
            }
        }
    }

    void show_progress(Time now) {
        std::string text = clock(now) + "  ";
        const auto& heard = asterisk_.channel.heard();
        const auto length =
            heard.empty() ? std::nullopt : asterisk_.channel.length_of(heard.back().sound);
        if (length && now < heard.back().from + *length) {
            const Time position = now - heard.back().from;
            constexpr int cells = 20;
            const int filled = static_cast<int>(position * cells / *length);
            text += note() + heard.back().sound + ' ';
            for (int i = 0; i < cells; ++i) {
                text +=
                    i < filled ? (terminal_.utf8() ? "▓" : "#") : (terminal_.utf8() ? "░" : ".");
            }
            text += ' ' + seconds(position) + " of " + seconds(*length);
        } else {
            text += "waiting for you";
        }
        terminal_.status(text);
    }
    [[nodiscard]] std::string note() const { return terminal_.utf8() ? "♪ " : "* "; }

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
        terminal_.print("          " + std::string(2, direction) + ' ' + shown, "2");
    }

    // What a command was, in words.
    [[nodiscard]] std::string described(const std::vector<std::string>& words,
                                        const std::string& reply) const {
        const std::string verb =
            words.empty() ? "" : words[0] + (words.size() > 1 ? ' ' + words[1] : "");
        const std::string keys = typed_.empty() ? "" : "   keys: " + typed_;
        const auto word = [&](std::size_t at) {
            return at < words.size() ? words[at] : std::string{};
        };
        if (reply.substr(0, 3) != "200") return request_ + ": " + reply;
        const std::string result = reply.substr(11);
        if (verb == "ANSWER") return "answered";
        if (verb == "HANGUP") return "the program hangs up";
        if (verb == "STREAM FILE" || verb == "GET DATA" || verb == "GET OPTION") {
            if (result.substr(0, 2) != "-1") return note() + word(2) + keys;
            return note() + word(2) +
                   (asterisk_.channel.hung_up() ? "   you hang up" : "   cannot be played");
        }
        if (verb == "CONTROL STREAM") return note() + word(3) + keys;
        if (word(0) == "SAY") return note() + word(1) + ": " + word(2) + keys;
        if (verb == "RECORD FILE") return "records " + word(2) + ": " + result + keys;
        if (verb == "WAIT FOR") return "waits for a key" + keys;
        if (verb == "SET VARIABLE") return word(2) + " is now \"" + word(3) + '"';
        if (verb == "GET VARIABLE") {
            if (result == "0") return word(2) + " is not set";
            return word(2) + " is \"" + result.substr(3, result.size() - 4) + '"';
        }
        if (word(0) == "VERBOSE") return "console: " + word(1);
        return request_ + ": " + result;
    }

    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    Terminal& terminal_;
    Asterisk asterisk_;
    bool trace_;
    bool hangup_noticed_ = false;
    bool environment_shown_ = false;
    int environment_lines_ = 0;
    std::vector<std::string> program_;
    std::string request_;
    std::size_t keys_before_ = 0;
    std::string typed_;
    std::unique_ptr<std::FILE, Close> record_;
    std::unique_ptr<FarEnd> far_;
};

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"A telephone that calls an AGI program, without Asterisk"};
    app.add_option("program", options.program,
                   "The program and its arguments, or agi://host[:port]/script")
        ->required();
    app.add_option("--keys", options.keys,
                   "Keys to press: one group, separated by blanks, after each prompt");
    app.add_option("--hangup-after", options.hangup_after,
                   "Hang up after that time, such as 5s or 500ms");
    app.add_option("--set", options.variables, "Set a channel variable: NAME=VALUE")
        ->allow_extra_args(false);
    app.add_option("--db", options.database, "Put an entry into the database: family/key=VALUE")
        ->allow_extra_args(false);
    app.add_option("--sounds", options.sounds,
                   "Folder of sound files; without it every sound is there, 3 s long");
    app.add_option("--asterisk", options.version, "The version of Asterisk to be")
        ->capture_default_str();
    app.add_option("--record", options.record, "Write the call to a file that a test can play");
    app.add_flag("--trace", options.trace, "Show the lines of the protocol");
    app.prefix_command(false);
    app.positionals_at_end();
    CLI11_PARSE(app, argc, argv);

    try {
        std::signal(SIGPIPE, SIG_IGN);
        Terminal terminal{options.keys.empty() && options.hangup_after.empty()};
        return Call{options, terminal}.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "softphone: %s\n", error.what());
        return 2;
    }
}

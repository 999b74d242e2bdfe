// SPDX-License-Identifier: MIT
#pragma once
// One test call: the program under test on one leg, and a caller that the test plays on the other.

#include "ami.hpp"
#include "report.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace live {

/// The Asterisk that asterisk-up started; the variable AGI_ASTERISK_ENV names its `env` file. A `%`
/// in that path stands for the instance that ctest has given to the test.
class Asterisk {
  public:
    static Asterisk& get() {
        static Asterisk asterisk;
        return asterisk;
    }

    [[nodiscard]] const std::string& setting(const std::string& name) const {
        return settings_.at(name);
    }
    [[nodiscard]] Ami& ami() { return ami_; }

    /// Whether the log holds this text.
    [[nodiscard]] bool logged(const std::string& text) const {
        std::ifstream file{setting("AST_LOG")};
        const std::string log{std::istreambuf_iterator<char>{file}, {}};
        return log.find(text) != std::string::npos;
    }

    /// Which Asterisk it is: 22, 16...
    [[nodiscard]] int version() const {
        const auto& version = setting("AST_VERSION");
        return std::stoi(version.substr(version.find(' ')));
    }

    /// The processes that Asterisk has started and not yet waited for, zombies among them.
    [[nodiscard]] int children() const {
        int count = 0;
        for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
            std::ifstream file{entry.path() / "stat"};
            std::string stat;
            std::getline(file, stat);
            // pid (name) state parent...
            const auto name_end = stat.rfind(')');
            if (name_end == std::string::npos) continue;
            const auto parent = stat.find(' ', name_end + 2) + 1;
            if (stat.compare(parent, stat.find(' ', parent) - parent, setting("AST_PID")) == 0)
                ++count;
        }
        return count;
    }

    /// The path of the test program, which is also every program in program.hpp's sense.
    static const std::string& this_program() {
        static const std::string path = std::filesystem::read_symlink("/proc/self/exe").string();
        return path;
    }

    /// Makes a program known to the dialplan by name, as if it were installed.
    void install(const std::filesystem::path& program) {
        const auto link = std::filesystem::path{setting("AST_AGI_BIN")} / program.filename();
        std::filesystem::remove(link);
        std::filesystem::create_symlink(program, link);
    }

  private:
    Asterisk()
        : settings_{read_settings()},
          ami_{std::stoi(setting("AMI_PORT")), setting("AMI_USER"), setting("AMI_SECRET")} {}

    static std::string path_of_settings() {
        const char* variable = std::getenv("AGI_ASTERISK_ENV");
        std::string path = variable == nullptr ? "" : variable;
        const char* instance = std::getenv("CTEST_RESOURCE_GROUP_0_ASTERISK");  // id:1,slots:1
        const auto mark = path.find('%');
        if (instance != nullptr && mark != std::string::npos) {
            const std::string id{instance + std::string_view{"id:"}.size()};
            path.replace(mark, 1, id.substr(0, id.find(',')));
        }
        return path;
    }

    static std::map<std::string, std::string> read_settings() {
        std::ifstream file{path_of_settings()};
        if (!file)
            throw std::runtime_error{"AGI_ASTERISK_ENV does not name asterisk-up's env file"};
        std::map<std::string, std::string> settings;
        for (std::string line; std::getline(file, line);) {
            const auto equals = line.find('=');
            auto value = line.substr(equals + 1);
            if (value.size() > 1 && value.front() == '\'')
                value = value.substr(1, value.size() - 2);
            settings[line.substr(0, equals)] = value;
        }
        return settings;
    }

    std::map<std::string, std::string> settings_;
    Ami ami_;
};

/// Thousands of events would fill the connection that nobody reads meanwhile.
class WithoutEvents {
  public:
    WithoutEvents() { mask("off"); }
    WithoutEvents(const WithoutEvents&) = delete;
    WithoutEvents& operator=(const WithoutEvents&) = delete;
    ~WithoutEvents() { mask("on"); }

  private:
    static void mask(const char* to) {
        Asterisk::get().ami().action("Events", {{"EventMask", to}});
    }
};

struct Setup {
    std::string agi;               ///< The argument of AGI(), commas and all.
    std::string leg = "ans@agi";   ///< The extension that runs it.
    std::string caller = "quiet";  ///< What the caller does: an extension of [peer].
    std::string callerid = {};     ///< `Name <number>` of the caller.
    Headers variables = {};        ///< Of the leg that runs it.
};

class Call {
  public:
    explicit Call(const Setup& setup)
        : ami_{Asterisk::get().ami()},
          agi_{setup.agi},
          id_{next_id()},
          start_{ami_.events().size()},
          next_command_{start_} {
        Headers originate{{"Channel", "Local/" + setup.leg + "/n"},
                          {"ChannelId", caller()},
                          {"OtherChannelId", leg()},
                          {"Context", "peer"},
                          {"Exten", setup.caller},
                          {"Priority", "1"},
                          {"Async", "true"},
                          {"Variable", "AGI=" + escape_variable(setup.agi)}};
        if (!setup.callerid.empty()) originate.emplace_back("CallerID", setup.callerid);
        for (const auto& [name, value] : setup.variables) {
            originate.emplace_back("Variable", name + '=' + escape_variable(value));
        }
        ami_.action("Originate", originate);
    }

    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// A call that a failed test leaves behind must not disturb the next one.
    ~Call() {
        try {
            if (!hung_up()) hang_up();
        } catch (const std::exception&) {
            // It ended in this very moment.
        }
    }

    /// The argument of AGI().
    [[nodiscard]] const std::string& agi() const { return agi_; }

    /// The unique ids of the caller's channel and of the program's.
    [[nodiscard]] std::string caller() const { return id_ + "-caller"; }
    [[nodiscard]] std::string leg() const { return id_ + "-leg"; }

    /// Waits until Asterisk runs the program's next command that begins so.
    void wait_for_command(const std::string& beginning) {
        const auto begins_so = [&](const Message& event) {
            return ours(event) && event.is("AGIExecStart") && begins(event["Command"], beginning);
        };
        next_command_ =
            1 + ami_.wait_for(next_command_, begins_so, beginning + " from the program");
    }

    /// The sound files that the SAY commands played, in their order.
    [[nodiscard]] std::vector<std::string> said() {
        std::vector<std::string> files;
        const auto name = channel();
        for (auto i = start_; i < ami_.events().size(); ++i) {
            const auto& event = ami_.events()[i];
            if (event.is("TestEvent") && event["AppFunction"] == "ast_streamfile" &&
                event["Channel"] == name) {
                files.push_back(event["Message"]);
            }
        }
        return files;
    }

    /// Waits until the dialplan runs this application on the program's channel.
    void wait_for_application(const std::string& name, const std::string& options) {
        ami_.wait_for(
            start_,
            [&](const Message& event) {
                return ours(event) && event.is("Newexten") && event["Application"] == name &&
                       event["AppData"] == options;
            },
            name + '(' + options + ')');
    }

    /// Waits until a variable of the program's channel is set; its value.
    std::string wait_for_variable(const std::string& name,
                                  std::chrono::seconds timeout = std::chrono::seconds{10}) {
        const auto set = ami_.wait_for(
            start_,
            [&](const Message& event) {
                return ours(event) && event.is("VarSet") && event["Variable"] == name &&
                       !event["Value"].empty();
            },
            name, timeout);
        return unescape(ami_.events()[set]["Value"]);
    }

    /// Waits for an event of the program's channel.
    void wait_for_event(const char* name) {
        ami_.wait_for(
            start_, [&](const Message& event) { return ours(event) && event.is(name); }, name);
    }

    /// Waits for an event of Asterisk that has this header and value.
    void wait_for_event(const char* name, const char* header, const std::string& value) {
        ami_.wait_for(
            start_, [&](const Message& event) { return event.is(name) && event[header] == value; },
            name);
    }

    /// Does something while the program is in `wait_for_test`, then lets it go on.
    template <class Action>
    void meanwhile(Action action) {
        wait_for_command("WAIT FOR DIGIT 10000");
        action();
        press("0");
    }

    /// The caller presses these keys, one after the other.
    void press(std::string_view keys) {
        for (const char key : keys) {
            ami_.action("PlayDTMF", {{"Channel", caller()}, {"Digit", std::string(1, key)}});
        }
    }

    /// The caller hangs up.
    void hang_up() { ami_.action("Hangup", {{"Channel", caller()}}); }

    /// Waits for the end of AGI(); says how it went.
    std::string status() { return wait_for_variable("AGISTATUS", std::chrono::seconds{60}); }

    /// The names of the caller's channel and of the program's.
    [[nodiscard]] std::string caller_channel() { return channel_name(caller()); }
    [[nodiscard]] std::string channel() { return channel_name(leg()); }

    /// The present value of a variable or function of the program's channel, from Asterisk.
    [[nodiscard]] std::string ask(const std::string& expression) {
        return ami_.action("Getvar", {{"Channel", channel()}, {"Variable", expression}})["Value"];
    }

    /// What Asterisk last set a variable of the program's channel to.
    [[nodiscard]] std::string variable(const std::string& name) const {
        std::string value = "(not set)";
        each_event([&](const Message& event) {
            if (event.is("VarSet") && event["Variable"] == name) value = unescape(event["Value"]);
        });
        return value;
    }

    /// What the program's events of this kind said, in the order they came.
    [[nodiscard]] std::vector<std::string> every(const char* name, const char* header) const {
        std::vector<std::string> values;
        each_event([&](const Message& event) {
            if (event.is(name)) values.push_back(event[header]);
        });
        return values;
    }

    /// The commands that Asterisk has finished, each with its outcome in Asterisk's own words:
    /// `200 Success: GET DATA "beep" 1000 3`.
    [[nodiscard]] std::vector<std::string> commands() const {
        std::vector<std::string> all;
        each_event([&](const Message& event) {
            if (!event.is("AGIExecEnd")) return;
            all.push_back(event["ResultCode"] + ' ' + event["Result"] + ": " + event["Command"]);
        });
        return all;
    }

    /// The state of the program's channel when the first command that begins so had ended.
    [[nodiscard]] std::string state_after(const std::string& beginning) const {
        std::string state = "(no " + beginning + ")";
        each_event([&](const Message& event) {
            if (state.front() == '(' && event.is("AGIExecEnd") &&
                begins(event["Command"], beginning)) {
                state = event["ChannelStateDesc"];
            }
        });
        return state;
    }

    /// The program's channel is gone.
    [[nodiscard]] bool hung_up() const {
        bool gone = false;
        each_event([&](const Message& event) { gone = gone || event.is("Hangup"); });
        return gone;
    }

  private:
    /// Unlike that of any other call, of another test program's too.
    static std::string next_id() {
        static int calls = 0;
        return "live-" + std::to_string(::getpid()) + '-' + std::to_string(++calls);
    }

    [[nodiscard]] std::string channel_name(const std::string& id) {
        const auto made = ami_.wait_for(
            start_,
            [&](const Message& event) { return event.is("Newchannel") && event["Uniqueid"] == id; },
            "Newchannel");
        return ami_.events()[made]["Channel"];
    }

    [[nodiscard]] bool ours(const Message& event) const { return event["Uniqueid"] == leg(); }

    static bool begins(const std::string& text, const std::string& beginning) {
        return text.compare(0, beginning.size(), beginning) == 0;
    }

    template <class Visitor>
    void each_event(Visitor visit) const {
        for (auto i = start_; i < ami_.events().size(); ++i) {
            if (ours(ami_.events()[i])) visit(ami_.events()[i]);
        }
    }

    Ami& ami_;
    std::string agi_;
    std::string id_;
    std::size_t start_;
    std::size_t next_command_;
};

}  // namespace live

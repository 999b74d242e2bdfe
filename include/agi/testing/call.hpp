// SPDX-License-Identifier: MIT
#pragma once
// The state of a simulated call: what commands, functions and applications of the dialplan work on.

#include <agi/testing/channel.hpp>
#include <agi/version.hpp>
#include <agi/wire/server_version.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

struct Call;

/// An application of the dialplan: what EXEC runs. Gets its options, returns its result.
using Application = std::function<int(Call&, const std::string& options)>;
/// A subroutine of the dialplan: what GOSUB runs. Gets the argument, returns what Return() has, or
/// nothing when it ends without one.
using Subroutine = std::function<std::optional<std::string>(Call&, const std::string& argument)>;
/// A function of the dialplan: gets what is between the parentheses, returns nothing when it fails.
using Function = std::function<std::optional<std::string>(Call&, const std::string& argument)>;

/// One that is set: gets what is between the parentheses, and the value.
using WrittenFunction =
    std::function<void(Call&, const std::string& argument, const std::string& value)>;

/// A place in the dialplan.
struct Place {
    std::string context;
    std::string extension;
    int priority = 1;
};

/// Another channel of the system.
struct OtherChannel {
    int state = 6;  ///< Up.
    std::map<std::string, std::string> variables{};
};

/// What a speech engine makes of words.
struct Understood {
    int score = 0;
    std::string text{};
    std::string grammar{};
};
/// A speech engine: gets what the caller said, returns what that may have been, the best first.
using Recognizer = std::function<std::vector<Understood>(Call&, const std::string& words)>;

/// What SPEECH CREATE has made.
struct SpeechObject {
    std::set<std::string> grammars;  ///< Loaded.
    std::set<std::string> active;
};

/// In AsyncAGI, a limit of so many seconds or more shows that a client is there: it is none in virtual time.
struct DeadMansSwitch {
    double seconds = std::numeric_limits<double>::infinity();
    bool armed = false;
};

/// One call on a simulated Asterisk. `asterisk.hpp` adds the protocol to it.
struct Call {
    explicit Call(std::string agi_version)
        : environment{{"agi_request", "script"},
                      {"agi_channel", "PJSIP/alice-00000001"},
                      {"agi_language", "en"},
                      {"agi_type", "PJSIP"},
                      {"agi_uniqueid", "1700000000.1"},
                      {"agi_version", std::move(agi_version)},
                      {"agi_callerid", "5550100"},
                      {"agi_calleridname", "Alice Example"},
                      {"agi_callingpres", "0"},
                      {"agi_callingani2", "0"},
                      {"agi_callington", "0"},
                      {"agi_callingtns", "0"},
                      {"agi_dnid", "unknown"},
                      {"agi_rdnis", "unknown"},
                      {"agi_context", "default"},
                      {"agi_extension", "100"},
                      {"agi_priority", "1"},
                      {"agi_enhanced", "0.0"},
                      {"agi_accountcode", ""},
                      {"agi_threadid", "140312345675520"}},
          version{std::string_view{entry("agi_version")}} {}

    Channel channel;
    std::vector<std::pair<std::string, std::string>> environment;  ///< The agi_* block.
    std::vector<std::string> arguments;                            ///< agi_arg_1 and so on.
    ServerVersion version;
    bool network = false;  ///< FastAGI: a hang-up is a HANGUP line, not SIGHUP.
    bool async = false;    ///< AsyncAGI: see SimulatedManager. A hang-up ends it, without a word.
    DeadMansSwitch dead_man;
    bool began_dead = false;  ///< The channel was hung up when the call began: the `h` extension.
    bool takes_text = true;   ///< SEND TEXT works on this channel.
    bool takes_tdd = false;   ///< TDD MODE works on this channel.
    bool documented = true;   ///< Asterisk has its manual: a 520 shows the usage.

    std::map<std::string, std::string> database;  ///< AstDB: `/family/key` to value.
    std::map<std::string, std::string> globals;
    std::map<std::string, Application> applications;  ///< More than the usual ones, or instead.
    std::map<std::string, Function> functions;        ///< More than the usual ones, or instead.
    std::map<std::string, WrittenFunction> written_functions;  ///< Those that are set.
    std::map<std::string, Subroutine> subroutines;             ///< `context,extension,priority`.
    std::map<std::string, int> labels;  ///< `context,extension,label` to priority.
    std::map<std::string, OtherChannel> other_channels;
    std::vector<std::string> speech_engines;  ///< The first one is the default.
    bool engine_takes_grammars = true;
    Recognizer recognize;                 ///< Without it, every word is understood.
    std::vector<std::string> unwritable;  ///< Folders that RECORD FILE cannot write to.
    /// Whether RECORD FILE can write that file. Without it, all but what is in `unwritable`.
    std::function<bool(const std::string& file)> can_write;
    std::string music;  ///< The class of music on hold that plays; empty: none.

    std::map<std::string, std::chrono::milliseconds> recorded;  ///< What RECORD FILE has made.
    std::vector<std::string> sent_texts;                        ///< What SEND TEXT has sent.
    std::vector<std::string> console;                           ///< What VERBOSE has written.
    std::vector<std::string> not_simulated;  ///< What was asked for and is not here.
    std::optional<SpeechObject> speech;

    std::map<std::string, std::string> process_environment;  ///< What ENV() reads.
    std::map<std::string, std::string> channel_items;        ///< CHANNEL(): what was set.
    std::vector<std::pair<std::string, std::string>>
        hashes;                                 ///< HASH(): `hash,key`, the oldest first.
    std::map<std::string, std::string> shared;  ///< SHARED().
    std::time_t began_at = 1700000000;          ///< The time of day: EPOCH.

    /// What Asterisk has and the simulator does not is noted in `not_simulated` and taken for missing;
    /// otherwise NotSimulated is thrown, too.
    bool missing_if_not_simulated = false;

    /// A busy Asterisk: how long a line lies there before it is read.
    std::chrono::milliseconds reads_after{0};

    /// A line of the environment; it is made if it is not there.
    std::string& entry(std::string_view name) {
        for (auto& [existing, value] : environment) {
            if (existing == name) return value;
        }
        environment.emplace_back(name, "");
        return environment.back().second;
    }
    [[nodiscard]] std::string entry(std::string_view name) const {
        for (const auto& [existing, value] : environment) {
            if (existing == name) return value;
        }
        return {};
    }

    /// Whether the program was started by EAGI(): agi_enhanced is 1.0.
    [[nodiscard]] bool enhanced() const { return entry("agi_enhanced") == "1.0"; }

    /// Where the dialplan is now.
    [[nodiscard]] Place place() const {
        return {context_.value_or(entry("agi_context")),
                extension_.value_or(entry("agi_extension")),
                priority_.value_or(std::atoi(entry("agi_priority").c_str()))};
    }
    /// Where the dialplan goes on when the program has ended: after SET PRIORITY exactly there,
    /// else at the next priority.
    [[nodiscard]] Place next_place() const {
        Place next = place();
        next.priority += 1;
        return next;
    }
    /// SET AUTOHANGUP and TIMEOUT(absolute): in so many seconds; 0 or less: never mind.
    void hang_up_after(double seconds) {
        constexpr double longest = 1e9;
        dead_man.armed = seconds >= dead_man.seconds;
        if (dead_man.armed) return;
        if (seconds > 0) {
            channel.hang_up_at(channel.now() + std::chrono::milliseconds{
                                                   std::lround(std::min(seconds, longest) * 1000)});
        } else {
            channel.hang_up_at(std::nullopt);
        }
    }
    void go_to_context(const std::string& context) { context_ = context; }
    void go_to_extension(const std::string& extension) { extension_ = extension; }
    void go_to_priority(int priority) {
        priority_ = priority - 1;
    }  // Asterisk adds one when it goes on

  private:
    std::optional<std::string> context_;
    std::optional<std::string> extension_;
    std::optional<int> priority_;
};

}}}  // namespace agi::v0::testing

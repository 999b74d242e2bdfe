// SPDX-License-Identifier: MIT
// The recorded calls, made again on the simulator: it says what Asterisk said. differences.txt has every
// reply that is not the same, and why.

#include "catch.hpp"
#include <agi/testing/asterisk.hpp>
#include <agi/testing/dialogue.hpp>
#include <agi/wire/escape.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace agi;
using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

using Kind = DialogueLine::Kind;
using Time = std::chrono::milliseconds;

std::string file_text(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

bool begins(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
}

/// What is between two texts, if both are there.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const std::size_t begin = text.find(before);
    if (begin == std::string::npos) return {};
    const std::size_t end = text.find(after, begin + before.size());
    if (end == std::string::npos) return {};
    return text.substr(begin + before.size(), end - begin - before.size());
}

Time seconds(const std::string& text) {
    return Time{std::lround(std::strtod(text.c_str(), nullptr) * 1000)};
}

/// The lines without usage texts, which are documentation, and without the end of the environment.
std::vector<std::string> replies(const std::vector<std::string>& lines) {
    std::vector<std::string> out;
    bool in_usage = false;
    for (const std::string& line : lines) {
        if (begins(line, "520 End")) in_usage = false;
        if (!in_usage && !line.empty()) out.push_back(line);
        if (begins(line, "520-")) in_usage = true;
    }
    return out;
}

/// Takes `endpos=N` off the end of a reply; N.
long take_endpos(std::string& reply) {
    const std::size_t at = reply.rfind("endpos=");
    if (at == std::string::npos) return 0;
    const long position = std::strtol(reply.c_str() + at + 7, nullptr, 10);
    reply.resize(at);
    return position;
}

/// The same, apart from what differs by nature: where a key or a hang-up came, to 150 ms, and the
/// number in front of `(timeout)`, which is what was left of a wait.
bool same(std::string recorded, std::string simulated) {
    if (recorded == simulated) return true;
    constexpr long tolerance = 1200;
    const long there = take_endpos(recorded);
    const long here = take_endpos(simulated);
    if ((there < 0) != (here < 0) || std::abs(there - here) > tolerance) return false;
    const std::string timeout = " (timeout) ";
    const auto rest_of_wait = [&](std::string& reply) {
        if (reply.find(timeout) != std::string::npos) reply = timeout;
    };
    rest_of_wait(recorded);
    rest_of_wait(simulated);
    return recorded == simulated;
}

/// The engine of the recording says the same whatever it hears.
void prepare_speech(Asterisk& asterisk) {
    asterisk.speech_engines = {"stt"};
    asterisk.engine_takes_grammars = false;
    asterisk.recognize = [](Call&, const std::string&) {
        return std::vector<Understood>{{12, "yellow \"word\"", ""}, {87, "hello (world)", "g1"}};
    };
}

/// The system on which the calls were recorded.
void prepare(Asterisk& asterisk, const std::string& scenario) {
    asterisk.channel.sounds = {{"beep", 440ms}, {"tt-weasels", 2960ms}, {"digits/1", 920ms}};
    asterisk.channel.variables = {{"FROMDIAL", "set by the originator"}};
    asterisk.unwritable = {"/nosuch"};
    const std::string& name = asterisk.entry("agi_channel");
    asterisk.channel.answered = name.find("/run@") == std::string::npos;
    const std::string tag = scenario.substr(scenario.find('-') + 1) + "-1795330860601661530";
    asterisk.other_channels = {{name.substr(0, name.size() - 1) + '1', {6, {{"TAG", tag}}}}};
    if (scenario.find("record-silence") != std::string::npos)
        asterisk.channel.caller.at(0s).fall_silent();
    if (scenario.find("speech-aeap") != std::string::npos) prepare_speech(asterisk);
    asterisk.subroutines["sub,s,1"] = [](Call& call, const std::string& argument) {
        const std::size_t comma = std::min(argument.find(','), argument.size());
        const std::string first = argument.substr(0, comma);
        call.channel.variables["SUBSAW"] =
            first + '/' + (comma < argument.size() ? argument.substr(comma + 1) : "");
        return std::optional<std::string>{first.empty() ? "" : "returned " + first};
    };
    asterisk.subroutines["sub,slow,1"] = [](Call& call, const std::string&) {
        call.channel.idle_until(call.channel.now() + 1s);
        return std::optional<std::string>{""};
    };
    asterisk.subroutines["sub,hang,1"] = [](Call& call, const std::string&) {
        call.channel.hang_up();
        return std::optional<std::string>{};
    };
    const auto done = [](const char* variable, const char* value) {
        return [=](Call& call, const std::string&) {
            call.channel.variables[variable] = value;
            return 0;
        };
    };
    asterisk.applications = {{"System", done("SYSTEMSTATUS", "SUCCESS")},
                             {"AGI", done("AGISTATUS", "FAILURE")},
                             {"SoftHangup", done("HUNG", "")},
                             {"Gosub", done("GONE", "")},
                             {"Return", done("GONE", "")}};
}

/// One recording and the same call on the simulator.
class Replay {
  public:
    explicit Replay(const std::filesystem::path& path) : lines_{parse_dialogue(file_text(path))} {
        while (at_ < lines_.size() && lines_[at_].kind != Kind::received) ++at_;
        const std::size_t begin = at_;
        while (at_ < lines_.size() &&
               !(lines_[at_].kind == Kind::received && lines_[at_].text.empty()))
            ++at_;
        has_session = at_ < lines_.size() && begins(lines_[begin].text, "agi_");
        if (!has_session) return;
        Asterisk asterisk{version(begin)};
        asterisk.environment.clear();
        for (std::size_t i = begin; i < at_; ++i) read_environment(asterisk, lines_[i].text);
        prepare(asterisk, path.stem().string());
        read_settings(asterisk);
        ++at_;
        begin_call(asterisk, begin);
        for (; at_ < lines_.size(); ++at_) step(asterisk, lines_[at_]);
        finish(asterisk);
    }

    bool has_session = false;
    std::vector<std::string> recorded;
    std::vector<std::string> simulated;

    /// How the session ended, by name.
    struct Fact {
        std::string name;
        std::string recorded;
        std::string simulated;
    };
    std::vector<Fact> facts;

  private:
    std::string version(std::size_t begin) const {
        for (std::size_t i = begin; i < at_; ++i) {
            if (begins(lines_[i].text, "agi_version: ")) return lines_[i].text.substr(13);
        }
        return {};
    }

    static void read_environment(Asterisk& asterisk, const std::string& line) {
        const std::size_t colon = line.find(": ");
        const std::string name = line.substr(0, colon);
        if (name == "agi_network") {
            asterisk.network = true;
        } else if (begins(name, "agi_arg_")) {
            asterisk.arguments.push_back(line.substr(colon + 2));
        } else if (name != "agi_network_script") {
            asterisk.environment.emplace_back(name, line.substr(colon + 2));
        }
    }

    void read_settings(Asterisk& asterisk) const {
        for (const DialogueLine& line : lines_) {
            if (line.kind != Kind::remark) continue;
            for (const char* name : {"AGISIGHUP", "AGIEXITONHANGUP"}) {
                const std::size_t at = line.text.find(std::string{"), "} + name + '=');
                if (at == std::string::npos) continue;
                asterisk.channel.variables[name] = line.text.substr(line.text.find('=', at) + 1);
            }
            if (line.text.find("in the h extension") != std::string::npos)
                asterisk.channel.hang_up();
        }
    }

    /// The environment is the same, line by line.
    void begin_call(Asterisk& asterisk, std::size_t begin) {
        asterisk.begin();
        for (std::size_t i = begin; i < at_; ++i) {
            if (lines_[i].kind == Kind::received) recorded.push_back(lines_[i].text);
        }
        while (auto line = asterisk.next_line()) simulated.push_back(*line);
    }

    void step(Asterisk& asterisk, const DialogueLine& line) {
        switch (line.kind) {
            case Kind::sent:
                ++owed_;
                before_request_ = simulated.size();
                listen(asterisk, line.text);
                asterisk.receive(line.text);
                hang_up_together(asterisk, line.text);
                unread_ = true;
                break;
            case Kind::received:
                recorded.push_back(line.text);
                final(line.text);
                unread_ = false;
                break;
            case Kind::event: event(line.text); break;
            case Kind::remark: remark(asterisk, line.text); break;
        }
        while (auto said = asterisk.next_line()) simulated.push_back(*said);
    }

    void final(const std::string& line) {
        const bool reply = line.size() > 3 && line[0] >= '2' && line[0] <= '5' && line[3] == ' ';
        if (reply && owed_ > 0) --owed_;
    }

    /// The halves of a Local channel hang up together.
    static void hang_up_together(Asterisk& asterisk, const std::string& request) {
        const std::string& name = asterisk.entry("agi_channel");
        if (request == "HANGUP " + name.substr(0, name.size() - 1) + '1')
            asterisk.channel.hang_up();
    }

    /// Nothing else is planned: then the engine hears something.
    void listen(Asterisk& asterisk, const std::string& request) const {
        if (!begins(request, "SPEECH RECOGNIZE") || asterisk.channel.expects_anything()) return;
        const int number = static_cast<int>(asterisk.requests().size()) + 1;
        asterisk.channel.caller.during_command(number).say("something");
    }

    void event(const std::string& text) {
        if (begins(text, "SIGNAL SIGHUP")) ++signals_;
        if (begins(text, "EOF")) closed_ = true;
        const std::string status = between(text + ';', "exit status ", ";");
        if (!status.empty()) exit_status_ = std::atoi(status.c_str());
        if (begins(text, "the program kills itself")) exit_status_ = 1;
    }

    void remark(Asterisk& asterisk, const std::string& text) {
        Channel& channel = asterisk.channel;
        if (begins(text, "the other leg sends DTMF ")) {
            // Each key counts when it is released.
            Time time = channel.now() + seconds(text.substr(text.rfind(" in ") + 4)) + 100ms;
            for (const char key : between(text, "DTMF ", " in ")) {
                channel.caller.at(time).press({&key, 1});
                time += 250ms;
            }
            channel.plan(Caller::Step::When::at);
        } else if (begins(text, "the other leg hangs up in ")) {
            channel.caller.at(channel.now() + seconds(text.substr(26))).hang_up();
            channel.plan(Caller::Step::When::at);
        } else if (begins(text, "+") && owed_ == 0) {
            channel.idle_until(channel.now() + seconds(text.substr(1)));
        } else if (begins(text, "AGISTATUS afterwards: ")) {
            const std::string status = text.substr(22);
            agistatus_ = status.substr(0, status.find_first_of(" ,"));
        }
    }

    void finish(Asterisk& asterisk) {
        asterisk.channel.idle_until(asterisk.channel.now() + 2s);
        while (auto said = asterisk.next_line()) simulated.push_back(*said);
        // Nobody was there to read the last reply.
        if (unread_ && !closed_) simulated.resize(std::min(simulated.size(), before_request_));
        recorded = replies(recorded);
        simulated = replies(simulated);
        facts = {{"SIGHUP", signals_ > 0 ? "sent" : "not sent",
                  asterisk.signalled() ? "sent" : "not sent"},
                 {"stream", closed_ ? "closed" : "open", asterisk.closed() ? "closed" : "open"},
                 {"AGISTATUS", agistatus_, asterisk.agistatus(exit_status_)}};
    }

    std::vector<DialogueLine> lines_;
    std::size_t at_ = 0;
    std::size_t before_request_ = 0;
    int owed_ = 0;
    int signals_ = 0;
    int exit_status_ = 0;
    bool closed_ = false;
    bool unread_ = false;
    std::string agistatus_;
};

/// differences.txt: `transcript | number | recorded | simulated` to the reason, or
/// `transcript | not replayed` to it.
std::map<std::string, std::string> read_explanations() {
    std::map<std::string, std::string> explanations;
    std::ifstream file{std::string{AGI_TEST_DATA} + "/simulator/differences.txt"};
    REQUIRE(file);
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        const std::size_t last = line.rfind(" | ");
        REQUIRE(last != std::string::npos);
        INFO(line);
        CHECK(last + 3 < line.size());
        CHECK(explanations.emplace(line.substr(0, last), line.substr(last + 3)).second);
    }
    return explanations;
}

}  // namespace

TEST_CASE("Asterisk: says what the recorded Asterisk said") {
    auto explanations = read_explanations();
    const auto explained = [&](const std::string& what) { return explanations.erase(what) == 1; };
    std::vector<std::string> unexplained;
    std::size_t replayed = 0;
    std::size_t compared = 0;
    const auto compare = [&](const std::string& where, const std::string& recorded,
                             const std::string& simulated) {
        ++compared;
        if (same(recorded, simulated)) return;
        const std::string what =
            where + " | " + wire::escaped(recorded) + " | " + wire::escaped(simulated);
        if (!explained(what)) unexplained.push_back(what);
    };
    for (const auto& entry :
         std::filesystem::directory_iterator{std::string{AGI_TEST_DATA} + "/transcripts"}) {
        if (entry.path().extension() != ".log") continue;
        const std::string name = entry.path().stem().string();
        if (explained(name + " | not replayed")) continue;
        const Replay replay{entry.path()};
        if (!replay.has_session) {
            unexplained.push_back(name + " | not replayed");
            continue;
        }
        ++replayed;
        const std::size_t most = std::max(replay.recorded.size(), replay.simulated.size());
        for (std::size_t i = 0; i < most; ++i) {
            const std::string none = "(nothing)";
            compare(name + " | " + std::to_string(i + 1),
                    i < replay.recorded.size() ? replay.recorded[i] : none,
                    i < replay.simulated.size() ? replay.simulated[i] : none);
        }
        for (const auto& fact : replay.facts) {
            compare(name + " | " + fact.name, fact.recorded, fact.simulated);
        }
    }
    std::string report;
    for (const std::string& what : unexplained) report += "not explained: " + what + '\n';
    for (const auto& [what, why] : explanations)
        report += "not needed: " + what + " | " + why + '\n';
    INFO(report);
    CHECK(report.empty());
    CHECK(replayed > 100);
    CHECK(compared > 4000);
}

// SPDX-License-Identifier: MIT
// One AsyncAGI channel as one FastAGI connection, by value: the test is Asterisk and the session.

#include "asyncagi/pipe.hpp"
#include "catch.hpp"
#include <agi/ami/action.hpp>
#include <agi/asyncagi/tunnel.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

using namespace agi::asyncagi;
using namespace std::chrono_literals;
using asyncagi_tests::encoded;
using asyncagi_tests::Pipe;
using State = Tunnel::State;
using Lines = std::vector<std::string>;

namespace {

const std::string environment = "agi_request: async\nagi_channel: PJSIP/1\nagi_arg_1: pin\n\n";
const std::string fast_environment =
    "agi_network: yes\nagi_network_script: pin\nagi_request: async\nagi_channel: PJSIP/1\n\n";

const std::string asks_limit = "Getvar TIMEOUT(absolute)";
/// Wakes Asterisk where the call has no limit.
const std::string wake_unlimited = "Setvar 0";

/// AGI_OWNER after the session of another program.
const std::string other_release = "released/other-1-release";

/// Asterisk: a queue of commands, and the pipe that takes their replies.
class World {
  public:
    explicit World(const std::string& env = environment, const TunnelOptions& options = defaults())
        : tunnel{options, "PJSIP/1", first(env)} {}

    static TunnelOptions defaults() {
        TunnelOptions options;
        options.owner = "me";
        options.id = "id-";
        return options;
    }

    /// What the tunnel has said since the last time: `AGI command`, `AbsoluteTimeout 60`...
    Lines said() {
        Lines all;
        for (auto& output : tunnel.take_actions(now)) {
            const std::string text = output.action.text("x");
            const auto header = [&text](const std::string& name) {
                const std::size_t at = text.find("\r\n" + name + ": ");
                if (at == std::string::npos) return std::string{};
                const std::size_t begin = at + name.size() + 4;
                return text.substr(begin, text.find("\r\n", begin) - begin);
            };
            const std::string& name = output.action.name();
            if (name == "AGI") {
                queue.push_back({header("CommandID"), header("Command")});
                CHECK(header("CommandID") == output.command_id);
                all.push_back("AGI " + header("Command"));
            } else {
                const bool asks = name == "Getvar";
                all.push_back(name + ' ' + header("Timeout") + header("Control") + header("Digit") +
                              header("Exten") + header(asks ? "Variable" : "Value"));
            }
        }
        return all;
    }
    /// The same, without the wake-ups, and what is asked.
    Lines commands() {
        Lines all = said();
        all.erase(std::remove_if(all.begin(), all.end(),
                                 [](const std::string& text) {
                                     return text.compare(0, 16, "AbsoluteTimeout ") == 0 ||
                                            text.compare(0, 7, "Getvar ") == 0 ||
                                            text == wake_unlimited;
                                 }),
                  all.end());
        return all;
    }

    /// Asterisk runs the next command, whose reply is this.
    void run(std::string_view reply) {
        REQUIRE_FALSE(queue.empty());
        const auto command = queue.front();
        queue.pop_front();
        pipe.write(reply);
        tunnel.executed(now, command.id, pipe.read());
    }
    /// Runs the claim; what the tunnel sends before that is forgotten.
    void begin(const std::string& owner = "me") {
        claim();
        REQUIRE(queue.size() == 1);
        run(claim_reply(owner));
        if (tunnel.state() == State::running) said();
    }
    /// Until the claim is sent. What that is.
    Lines claim(const std::string& limit = "0") {
        tunnel.begin(now);
        return claim_with(limit);
    }
    Lines claim_with(const std::string& limit) {
        CHECK(said() == Lines{asks_limit});
        tunnel.answered(now, Question::may_wake, limit);
        return said();
    }
    /// `limit`: of the call when the owner took it, and now.
    [[nodiscard]] std::string claim_reply(const std::string& owner,
                                          const std::string& limit = "0:0") const {
        const std::string& command = queue.front().command;
        const std::size_t at = command.find("agi-claim:") + 10;
        const std::string nonce = command.substr(at, command.find(':', at) - at);
        return "200 result=1 (agi-claim:" + nonce + ':' + limit + ':' + owner + ":60)\n";
    }
    /// The session of another program ends, and that of AsyncAGI soon.
    void other_releases() { tunnel.executed(now, "other-1-release", encoded("200 result=1\n")); }
    void line(std::string_view text) { tunnel.line(now, text); }
    void redirect() { tunnel.redirect(agi::ami::Action{"Redirect"}.set("Exten", "s")); }
    /// Asterisk has begun with it.
    void starts() { tunnel.command_started(queue.front().command); }
    std::string bytes() { return tunnel.take_bytes(); }

    struct Queued {
        std::string id;
        std::string command;
    };
    Pipe pipe;
    Tunnel tunnel;
    std::deque<Queued> queue;
    Tunnel::Time now{};

  private:
    std::string first(const std::string& env) {
        pipe.write(env);
        return pipe.read();
    }
};

/// One whose call is ours.
struct Begun : World {
    explicit Begun(const TunnelOptions& options = defaults()) : World{environment, options} {
        begin();
        CHECK(bytes() == fast_environment);
    }
};

}  // namespace

TEST_CASE("Tunnel: the environment comes when the call is ours") {
    World world;
    const bool limited = GENERATE(false, true);
    const std::string unlimited = R"($[\"${AGI_OWNER}/${TIMEOUT(absolute)}\"=\"me/0\"])";
    Lines claim{
        "AGI GET FULL VARIABLE \"agi-claim:id-2:"
        "${SET(AGI_LIMIT=${IF($[${LEN(${AGI_OWNER})}]?${AGI_LIMIT}:${TIMEOUT(absolute)})})}:"
        "${TIMEOUT(absolute)}:"
        "${SET(AGI_OWNER=${IF($[${LEN(${AGI_OWNER})}]?${AGI_OWNER}:me)})}:"
        "${SET(${IF(" +
        unlimited + "?TIMEOUT(absolute):AGI_OWNER)}=${IF(" + unlimited + "?60:${AGI_OWNER})})}\""};
    if (!limited) claim.push_back(wake_unlimited);
    CHECK(world.claim(limited ? "20.500" : "0") == claim);
    CHECK(world.bytes().empty());
    world.run(world.claim_reply("me", limited ? "20.500:20.500" : "0:0"));
    CHECK(world.tunnel.state() == State::running);
    CHECK(world.bytes() == fast_environment);
    CHECK(world.said() == Lines{limited ? "AbsoluteTimeout 20.500" : "AbsoluteTimeout 60"});
}

TEST_CASE("Tunnel: another program's call is left alone") {
    World world;
    const std::string reply =
        GENERATE("200 result=1 (agi-claim:id-2:0:59.9:other:other)\n",
                 "200 result=1 (agi-claim:id-2:0:0::60)\n", "200 result=1 (agi-claim:id-2:me)\n",
                 "200 result=0\n", "510 Invalid or unknown command\n");
    world.claim();
    world.run(reply);
    CHECK(world.tunnel.state() == State::foreign);
    CHECK(world.bytes().empty());
    world.line("NOOP");
    CHECK(world.said().empty());
    world.tunnel.ended(world.now);
    CHECK(world.tunnel.state() == State::foreign);
}

TEST_CASE("Tunnel: takes the call of one that has died") {
    TunnelOptions options = World::defaults();
    options.from = "me_1";
    World world{"", options};
    world.tunnel.begin(world.now);
    const Lines claim = world.said();
    REQUIRE(claim.size() == 2);
    CHECK(claim[0].find(
              R"(${SET(AGI_OWNER=${IF($[\"${AGI_OWNER}\"!=\"me_1\"]?${AGI_OWNER}:me)})})") !=
          std::string::npos);
    CHECK(claim[1] == "AbsoluteTimeout 60");  // in place of the other's switch
    world.run(world.claim_reply("me", "41.200:41.200"));
    CHECK(world.said() == Lines{"AbsoluteTimeout 60"});
    world.tunnel.session_closed(world.now);
    CHECK(world.said()[1] == "Setvar 0");  // the switch was not the call's limit
}

TEST_CASE("Tunnel: an environment over 1,024 bytes is put together") {
    const bool leftover = GENERATE(false, true);
    for (const std::size_t size : {900U, 930U, 940U, 950U, 951U, 952U, 953U, 954U, 955U, 960U,
                                   1000U, 1500U, 1900U, 2500U, 4000U}) {
        CAPTURE(size, leftover);
        std::string env = "agi_request: async\nagi_channel: PJSIP/1\nagi_arg_1: pin\nagi_arg_2: ";
        env += std::string(size, 'x') + "\n\n";
        World world{env};
        if (!leftover) {
            world.begin();
        } else {  // a command that somebody has left is in front of our claim
            world.claim();
            world.queue.push_front({"other", "NOOP"});
            world.run("200 result=0\n");
            world.run(world.claim_reply("me"));
        }
        for (int i = 0; i < 5 && world.tunnel.state() != State::running; ++i) {
            REQUIRE(world.said() == Lines{"AGI NOOP"});  // without a limit
            world.run("200 result=0\n");
        }
        CHECK(world.bytes() ==
              "agi_network: yes\nagi_network_script: pin\nagi_request: async\n"
              "agi_channel: PJSIP/1\nagi_arg_1: " +
                  std::string(size, 'x') + "\n\n");
        world.line("NOOP \"a\"");
        CHECK(world.commands() == Lines{"AGI NOOP \"a\""});
        world.run("200 result=0\n");
        CHECK(world.bytes() == "200 result=0\n");
    }
}

TEST_CASE("Tunnel: a forged end in the environment ends nothing") {
    World world{"agi_request: async\nagi_calleridname: x\n\n200 result=7\nagi_arg_1: " +
                std::string(1200, 'y') + "\n\n"};
    world.begin();
    CHECK(world.bytes() == "agi_network: yes\nagi_network_script: " + std::string(1200, 'y') +
                               "\nagi_request: async\nagi_calleridname: x\n\n");
}

TEST_CASE("Tunnel: one command at a time, each with a wake-up behind it") {
    Begun world;
    world.line("ANSWER");
    CHECK(world.said() == Lines{"AGI ANSWER", "AbsoluteTimeout 60"});
    CHECK(world.tunnel.current() == "ANSWER");
    world.line("NOOP");
    CHECK(world.said().empty());
    world.run("200 result=0\n");
    CHECK(world.bytes() == "200 result=0\n");
    CHECK(world.said() == Lines{"AGI NOOP", "AbsoluteTimeout 60"});
    world.run("200 result=0\n");
    CHECK(world.bytes() == "200 result=0\n");
    CHECK(world.tunnel.current().empty());
}

TEST_CASE("Tunnel: long replies are joined, lost ones are errors, and the next is its own") {
    for (const std::size_t size : {1000U, 1010U, 1024U, 1500U, 3000U, 60'000U}) {
        CAPTURE(size);
        Begun world;
        world.line("GET VARIABLE X");
        world.said();
        const std::string reply = "200 result=1 (" + std::string(size, 'x') + ")\n";
        world.run(reply);
        while (world.bytes().empty()) {
            REQUIRE(world.commands() == Lines{"AGI NOOP"});
            world.run("200 result=0\n");
            if (!world.tunnel.current().empty()) continue;
            break;
        }
        world.line("NOOP");
        CHECK(world.commands() == Lines{"AGI NOOP"});
        world.run("200 result=0\n");
        const std::string rest = world.bytes();
        CHECK(rest.substr(rest.size() - 13) == "200 result=0\n");
    }
    Begun world;
    world.line("GET VARIABLE X");
    world.said();
    world.run("200 result=1 (" + std::string(900, '%') + ")\n");
    CHECK(world.commands() == Lines{"AGI NOOP"});
    world.run("200 result=0\n");
    CHECK(world.bytes() == "500 The reply was lost on its way over AMI\n");
    world.line("GET VARIABLE Y");
    world.said();
    world.run("200 result=1 (y)\n");
    CHECK(world.bytes() == "200 result=1 (y)\n");
}

TEST_CASE("Tunnel: results of other ids are nobody's") {
    Begun world;
    world.tunnel.executed(world.now, "id-77", encoded("200 result=7\n"));
    world.tunnel.executed(world.now, "", encoded("200 result=7\n"));
    world.line("NOOP");
    world.said();
    world.tunnel.executed(world.now, "other", encoded("200 result=7\n"));
    CHECK(world.bytes().empty());
    world.run("200 result=0\n");
    CHECK(world.bytes() == "200 result=0\n");
}

TEST_CASE("Tunnel: a line too long for AMI has its answer here") {
    Begun world;
    world.line("NOOP " + std::string(1008, 'x'));
    CHECK(world.commands().size() == 1);
    world.run("200 result=0\n");
    world.bytes();
    world.line("NOOP " + std::string(1009, 'x'));
    CHECK(world.said().empty());
    CHECK(world.bytes() == "500 Not sent: over 1013 bytes, which is what AMI takes\n");
}

TEST_CASE("Tunnel: the next line stops what FastAGI stops, and its reply is dropped") {
    struct Row {
        std::string line;
        std::string stop;
        std::string reply;
        std::string given;
        bool drain;
    };
    const std::vector<Row> rows{
        {R"(STREAM FILE "a" "")", "ControlPlayback stop", "200 result=0 endpos=8000\n", "", true},
        {R"(STREAM FILE "a" "5")", "ControlPlayback stop", "200 result=53 endpos=8000\n",
         "200 result=53 endpos=8000\n", true},
        {"WAIT FOR DIGIT 9000", "ControlPlayback stop", "200 result=1000\n", "", false},
        {"WAIT FOR DIGIT 9000", "ControlPlayback stop", "200 result=49\n", "200 result=49\n", true},
        {"GET DATA \"a\" 9000 4", "PlayDTMF #", "200 result=12\n", "", true},
        {R"(GET OPTION "a" "12")", "ControlPlayback stop", "200 result=0 endpos=8\n", "", true},
        {R"(GET OPTION "a" "12#")", "PlayDTMF #", "200 result=35 endpos=8\n", "", true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.line, row.reply);
        Begun world;
        world.line(row.line);
        world.said();
        world.starts();
        world.line("GET FULL VARIABLE \"agi-mark-1\"");
        CHECK(world.said() == Lines{row.stop});
        world.line("NOOP");
        CHECK(world.said().empty());  // one stop is enough
        world.run(row.reply);
        CHECK(world.bytes() == row.given);
        CHECK(world.said().empty());  // nothing goes behind a stop before its answer
        world.tunnel.stop_answered(world.now);
        CHECK(world.commands() == Lines{"AGI GET FULL VARIABLE \"agi-mark-1\""});
        world.run("200 result=1 (agi-mark-1)\n");
        CHECK(world.bytes() == "200 result=1 (agi-mark-1)\n");
        world.said();
        world.run("200 result=0\n");
        world.bytes();
        // A stop that came late must not hit the next prompt.
        world.line(R"(STREAM FILE "b" "")");
        if (row.drain) {
            CHECK(world.commands() == Lines{"AGI WAIT FOR DIGIT 5"});
            world.run("200 result=1000\n");
            CHECK(world.commands() == Lines{"AGI WAIT FOR DIGIT 5"});
            world.run("200 result=0\n");
            CHECK(world.bytes().empty());
        }
        CHECK(world.commands() == Lines{"AGI STREAM FILE \"b\" \"\""});
    }
}

TEST_CASE("Tunnel: a line that came before the command was sent stops it, too") {
    Begun world;
    world.line("NOOP");
    world.line("GET DATA \"a\" 9000 4");
    world.line("GET FULL VARIABLE \"agi-mark-1\"");
    world.said();
    world.run("200 result=0\n");
    world.bytes();
    CHECK(world.commands() == Lines{"AGI GET DATA \"a\" 9000 4"});
    world.starts();
    CHECK(world.said() == Lines{"PlayDTMF #"});
    world.run("200 result=\n");
    CHECK(world.bytes().empty());
}

TEST_CASE("Tunnel: the answer of a stop may come before the reply") {
    Begun world;
    world.line(R"(STREAM FILE "a" "")");
    world.line("NOOP");
    CHECK(world.commands() == Lines{"AGI STREAM FILE \"a\" \"\""});
    world.tunnel.command_started("NOOP");
    CHECK(world.said().empty());  // a stop before its begin would be lost
    world.starts();
    CHECK(world.said() == Lines{"ControlPlayback stop"});
    world.tunnel.stop_answered(world.now);
    CHECK(world.said().empty());
    world.run("200 result=0 endpos=1\n");
    CHECK(world.commands() == Lines{"AGI NOOP"});
}

TEST_CASE("Tunnel: other commands run to their end when a line comes") {
    for (const char* line : {R"(EXEC "Wait" "5")", R"(SAY DIGITS "1" "#")", "NOOP",
                             R"(RECORD FILE "a" "wav" "#" -1)"}) {
        Begun world;
        world.line(line);
        world.said();
        world.line("NOOP");
        CHECK(world.said().empty());
        world.run("200 result=7\n");
        CHECK(world.bytes() == "200 result=7\n");
        CHECK(world.commands() == Lines{"AGI NOOP"});
    }
}

TEST_CASE("Tunnel: stopped from elsewhere, a command has its reply") {
    Begun world;
    CHECK_FALSE(world.tunnel.stop());
    world.line(R"(EXEC "Wait" "5")");
    world.said();
    CHECK_FALSE(world.tunnel.stop());
    CHECK(world.said().empty());
    world.run("200 result=0\n");
    world.bytes();
    world.line("GET DATA \"a\" 9000 4");
    world.said();
    world.starts();
    CHECK(world.tunnel.stop());
    CHECK(world.said() == Lines{"PlayDTMF #"});
    CHECK(world.tunnel.stop());
    CHECK(world.said().empty());
    world.run("200 result=12\n");
    CHECK(world.bytes() == "200 result=12\n");
    world.tunnel.stop_answered(world.now);
    // 1000 is no key.
    world.line("WAIT FOR DIGIT 9000");
    CHECK(world.commands() == Lines{"AGI WAIT FOR DIGIT 5"});
    world.run("200 result=0\n");
    CHECK(world.commands() == Lines{"AGI WAIT FOR DIGIT 9000"});
    world.starts();
    world.tunnel.stop();
    world.run("200 result=1000\n");
    CHECK(world.bytes() == "200 result=0\n");
}

TEST_CASE("Tunnel: at the session's end the limit is set back, and the dialplan goes on") {
    Begun world;
    world.line("SET VARIABLE A B");
    world.tunnel.session_closed(world.now);
    CHECK(world.commands() == Lines{"AGI SET VARIABLE A B"});
    world.run("200 result=1\n");
    CHECK(world.said() == Lines{"AGI SET VARIABLE AGI_OWNER released/id-4-release", "Setvar 0",
                                "AGI ASYNCAGI BREAK"});
    CHECK(world.tunnel.state() == State::finishing);
    world.run("200 result=1\n");
    world.run("200 result=0\n");
    CHECK(world.tunnel.state() == State::finishing);
    world.tunnel.ended(world.now);
    CHECK(world.tunnel.state() == State::over);
    CHECK(world.said().empty());
}

TEST_CASE(
    "Tunnel: a session that ends in a prompt stops it, and waits for what cannot be stopped") {
    {
        Begun world;
        world.line(R"(STREAM FILE "a" "")");
        world.said();
        world.starts();
        world.tunnel.session_closed(world.now);
        CHECK(world.said() == Lines{"ControlPlayback stop"});
        world.tunnel.stop_answered(world.now);
        world.run("200 result=0 endpos=1\n");
        CHECK(world.commands().back() == "AGI ASYNCAGI BREAK");
    }
    Begun world;
    world.line(R"(EXEC "Dial" "x")");
    world.said();
    world.tunnel.session_closed(world.now);
    CHECK(world.said().empty());
    world.run("200 result=0\n");
    CHECK(world.commands().back() == "AGI ASYNCAGI BREAK");
}

TEST_CASE("Tunnel: the line failure ends the session") {
    Begun world;
    world.line("failure");
    CHECK(world.commands().back() == "AGI ASYNCAGI BREAK");
}

TEST_CASE("Tunnel: the dead man's switch keeps to the limit of the call") {
    TunnelOptions options = World::defaults();
    options.dead_man = 30'500ms;
    Begun world{options};
    const auto wake = [&world] {
        world.tunnel.keep(world.now);
        return world.said();
    };
    CHECK(wake() == Lines{"AbsoluteTimeout 30.500"});
    world.tunnel.ended(world.now);
    world.pipe.write(environment);
    world.tunnel.started(world.now, world.pipe.read());
    world.said();
    world.tunnel.answered(world.now, Question::limit, "20.25");
    CHECK(wake() == Lines{"AbsoluteTimeout 20.250"});
    world.now += 10s;
    CHECK(wake() == Lines{"AbsoluteTimeout 10.250"});
    world.now += 20s;
    CHECK(wake().empty());  // it is over
    world.line("SET AUTOHANGUP 100");
    CHECK(world.bytes() == "200 result=0\n");
    CHECK(world.said() == Lines{"AbsoluteTimeout 30.500"});
    world.line("SET AUTOHANGUP \"5\"");
    CHECK(world.said() == Lines{"AbsoluteTimeout 5"});
    world.bytes();
    world.line("SET AUTOHANGUP 0");
    CHECK(world.said() == Lines{"AbsoluteTimeout 30.500"});
    world.line("SET VARIABLE \"TIMEOUT(absolute)\" \"9\"");
    CHECK(world.said() ==
          Lines{"AGI SET VARIABLE \"TIMEOUT(absolute)\" \"9\"", "AbsoluteTimeout 9"});
    world.run("200 result=1\n");
    world.tunnel.session_closed(world.now);
    CHECK(world.said()[1] == "Setvar 9");
    CHECK(wake().empty());
}

TEST_CASE("Tunnel: a hang-up while a command runs") {
    Begun world;
    world.line(R"(EXEC "Wait" "5")");
    world.said();
    world.tunnel.hangup_requested();
    CHECK(world.bytes() == "HANGUP\n");
    world.run("200 result=-1\n");
    CHECK(world.bytes() == "200 result=-1\n");
    world.tunnel.ended(world.now);
    world.line("GET VARIABLE X");  // before the event Hangup
    CHECK(world.bytes().empty());
    world.tunnel.hung_up(world.now);
    CHECK(world.bytes() == "511 Command Not Permitted on a dead channel\n");
    CHECK(world.tunnel.channel_hung_up());
    world.said();
    world.line("NOOP");
    world.line("GET FULL VARIABLE \"agi-mark-1\"");
    world.line("GET FULL VARIABLE \"${X}\"");
    CHECK(world.bytes() ==
          "200 result=0\n200 result=1 (agi-mark-1)\n"
          "511 Command Not Permitted on a dead channel\n");
    CHECK(world.said().empty());
    world.tunnel.session_closed(world.now);
    CHECK(world.tunnel.state() == State::over);
}

TEST_CASE("Tunnel: a command that was queued behind a hang-up fails with the end") {
    Begun world;
    world.line("NOOP");
    world.line("NOOP");
    world.tunnel.ended(world.now);
    CHECK(world.bytes().empty());
    world.tunnel.hung_up(world.now);
    CHECK(world.bytes() == "HANGUP\n511 Command Not Permitted on a dead channel\n200 result=0\n");
}

TEST_CASE("Tunnel: a failed command ends AsyncAGI, and the loop of the dialplan goes on with it") {
    Begun world;
    world.line(R"(STREAM FILE "missing" "")");
    world.said();
    world.run("200 result=-1\n");
    CHECK(world.bytes() == "200 result=-1\n");
    world.tunnel.ended(world.now);
    CHECK(world.said() == Lines{"Setvar 0"});
    world.line("NOOP");
    CHECK(world.said().empty());
    world.now += 500ms;
    world.tunnel.tick(world.now);
    CHECK(world.tunnel.state() == State::away);
    // Its environment, over 1,024 bytes now, is not wanted again.
    std::string env = environment;
    env.insert(env.size() - 1, "agi_arg_2: " + std::string(1000, 'x') + '\n');
    world.pipe.write(env);
    world.tunnel.started(world.now, world.pipe.read());
    CHECK(world.commands() == Lines{"AGI NOOP"});
    world.run("200 result=0\n");
    CHECK(world.bytes() == "200 result=0\n");
}

TEST_CASE("Tunnel: a call that does not come back is as one that was hung up") {
    Begun world;
    world.line(R"(STREAM FILE "a" "")");
    world.said();
    world.tunnel.ended(world.now);  // Redirect: the command had no reply
    CHECK(world.said() == Lines{"Setvar 0"});
    world.now += 1s;
    world.tunnel.tick(world.now);
    CHECK(world.tunnel.state() == State::gone);
    CHECK_FALSE(world.tunnel.channel_hung_up());
    CHECK(world.bytes() == "HANGUP\n511 Command Not Permitted on a dead channel\n");
    world.tunnel.session_closed(world.now);
    CHECK(world.tunnel.state() == State::over);
    CHECK(world.said().empty());
}

TEST_CASE("Tunnel: behind a redirect of ours nothing is sent, and the session ends with AsyncAGI") {
    Begun world;
    const std::string dead = "511 Command Not Permitted on a dead channel\n";
    const auto leaves = [](int id, Lines before = {"Setvar 0"}) {
        before.emplace_back("Redirect s");
        before.push_back("Setvar released/id-" + std::to_string(id) + "-release");
        return before;
    };
    SECTION("while nothing runs") {
        world.redirect();
        CHECK(world.said() == leaves(3));
        CHECK(world.tunnel.is_owed());
        world.line("GET VARIABLE X");
        world.tunnel.keep(world.now);
        world.tunnel.tick(world.now + 1h);
        world.tunnel.redirect_answered(world.now, true);
        CHECK(world.said().empty());
        CHECK(world.bytes().empty());
        // Another session of the channel may begin right behind that.
        world.tunnel.ended(world.now);
        CHECK(world.bytes() == "HANGUP\n" + dead);
        CHECK(world.tunnel.state() == State::gone);
        CHECK_FALSE(world.tunnel.is_owed());
    }
    SECTION("and the session has ended") {
        world.redirect();
        world.said();
        world.tunnel.session_closed(world.now);
        CHECK(world.said().empty());
        CHECK(world.tunnel.state() == State::running);
        world.tunnel.ended(world.now);
        CHECK(world.tunnel.state() == State::over);
    }
    SECTION("while a command runs, which has its reply") {
        world.line("WAIT FOR DIGIT -1");
        world.said();
        world.starts();
        world.redirect();
        world.line("NOOP");
        world.tunnel.executed(world.now, "other", encoded("200 result=0\n"));
        CHECK(world.said() == leaves(4));
        world.run("200 result=-1\n");
        world.tunnel.ended(world.now);
        CHECK(world.bytes() == "HANGUP\n200 result=0\n");
    }
    SECTION("and it waits until a command has begun") {
        world.line("EXEC Wait 5");
        world.said();
        world.redirect();
        CHECK(world.said().empty());
        SECTION("which is told") { world.starts(); }
        SECTION("which its reply shows") { world.run("200 result=0\n"); }
        SECTION("or AsyncAGI has ended without it") {
            world.tunnel.ended(world.now);
            CHECK(world.said() == Lines{"Setvar 0", "Redirect s", "Setvar released/id-4-release"});
            CHECK(world.bytes() == "HANGUP\n" + dead);
            return;
        }
        CHECK(world.said() == leaves(4));
    }
    SECTION("and the rest of a long reply is not fetched") {
        world.line("GET VARIABLE X");
        world.said();
        world.starts();
        world.redirect();
        CHECK(world.said() == leaves(4));
        world.run("200 result=1 (" + std::string(1500, 'x') + ")\n");
        CHECK(world.said().empty());
        SECTION("as it ends") {
            world.tunnel.ended(world.now);
            CHECK(world.bytes() == "HANGUP\n" + dead);
        }
        SECTION("before Asterisk has refused it") {
            world.tunnel.redirect_answered(world.now, false);
            CHECK(world.said() == Lines{"Setvar me", "AGI NOOP", "AbsoluteTimeout 60"});
            world.run("200 result=0\n");
            CHECK(world.bytes() == "500 The reply was lost on its way over AMI\n");
        }
    }
    SECTION("and a limit that is over is not set again") {
        world.line("SET AUTOHANGUP 5");
        world.said();
        world.now += 5s;
        world.redirect();
        CHECK(world.said() == leaves(3, {}));
    }
    SECTION("when the session has ended before, and the dialplan goes on first") {
        world.tunnel.session_closed(world.now);
        world.said();
        world.redirect();
        CHECK(world.said().empty());
        world.tunnel.ended(world.now);
        CHECK(world.said() == Lines{"Redirect s"});
    }
    SECTION("when it has left AsyncAGI already") {
        world.tunnel.ended(world.now);
        world.said();
        world.redirect();
        CHECK(world.said() == leaves(3, {}));
        CHECK(world.tunnel.state() == State::gone);
    }
    CHECK(world.said().empty());
}

TEST_CASE(
    "Tunnel: after a redirect that is refused, or whose answer is lost, the session goes on") {
    Begun world;
    SECTION("while nothing runs") {
        world.redirect();
        world.line("GET VARIABLE X");
        world.said();
        SECTION("refused") {
            world.tunnel.redirect_answered(world.now, false);
            CHECK(world.said() == Lines{"Setvar me", "AbsoluteTimeout 60", "AGI GET VARIABLE X",
                                        "AbsoluteTimeout 60"});
        }
        SECTION("both of two refused") {
            world.redirect();
            world.said();
            world.tunnel.redirect_answered(world.now, false);
            CHECK(world.said().empty());
            world.tunnel.redirect_answered(world.now, false);
            CHECK(world.commands() == Lines{"Setvar me", "AGI GET VARIABLE X"});
        }
        SECTION("lost") {
            world.tunnel.disconnected();
            world.tunnel.reconnected(world.now, true);
            CHECK(world.commands() == Lines{"AGI GET VARIABLE X"});
        }
        world.run("200 result=1 (x)\n");
        CHECK(world.bytes() == "200 result=1 (x)\n");
    }
    SECTION("while a command runs, which has its reply") {
        world.line("WAIT FOR DIGIT -1");
        world.said();
        world.starts();
        world.redirect();
        world.said();
        SECTION("as nothing follows it") {
            world.tunnel.redirect_answered(world.now, false);
            CHECK(world.commands() == Lines{"Setvar me", "AGI NOOP"});
            world.run("200 result=49\n");
            CHECK(world.bytes() == "200 result=49\n");
        }
        SECTION("or is stopped by the next line") {
            world.line("NOOP");
            world.tunnel.redirect_answered(world.now, false);
            CHECK(world.commands() == Lines{"Setvar me", "AGI NOOP", "ControlPlayback stop"});
        }
    }
    world.said();
    world.tunnel.redirect_answered(world.now, false);  // an answer to none
    CHECK(world.said().empty());
    world.tunnel.ended(world.now);
    CHECK(world.tunnel.state() == State::away);
}

TEST_CASE("Tunnel: of several redirects the first is followed, and the others refused") {
    Begun world;
    world.redirect();
    world.redirect();
    CHECK(world.said() ==
          Lines{"Setvar 0", "Redirect s", "Redirect s", "Setvar released/id-3-release"});
    world.redirect();
    CHECK(world.said() == Lines{"Redirect s", "Setvar released/id-4-release"});
    world.tunnel.redirect_answered(world.now, true);
    world.tunnel.redirect_answered(world.now, false);
    world.tunnel.redirect_answered(world.now, false);
    world.line("NOOP");
    CHECK(world.said().empty());
    world.tunnel.ended(world.now);
    CHECK(world.tunnel.state() == State::gone);
}

TEST_CASE(
    "Tunnel: a redirect that is wanted when the connection is lost is sent when it is there") {
    Begun world;
    SECTION("while nothing runs") {
        world.tunnel.disconnected();
        world.redirect();
        CHECK(world.said().empty());
        world.tunnel.reconnected(world.now, true);
    }
    SECTION("while a command waits to be begun") {
        world.line("EXEC Wait 5");
        world.said();
        world.redirect();
        world.tunnel.disconnected();
        CHECK(world.said().empty());
        world.tunnel.reconnected(world.now, true);
        CHECK(world.said() == Lines{"AGI NOOP"});
        world.run("200 result=0\n");
    }
    const Lines said = world.said();
    CHECK(std::find(said.begin(), said.end(), "Redirect s") != said.end());
}

TEST_CASE("Tunnel: a channel that is no more when a command is sent") {
    Begun world;
    world.line("NOOP \"x\"");
    world.said();
    world.tunnel.refused(world.now, "nobody");
    CHECK(world.bytes().empty());
    world.tunnel.refused(world.now, world.queue.front().id);
    CHECK(world.bytes() == "HANGUP\n511 Command Not Permitted on a dead channel\n");
}

TEST_CASE("Tunnel: while the connection is lost lines wait, and what was under way is asked for") {
    Begun world;
    world.line("GET VARIABLE X");
    world.said();
    world.tunnel.disconnected();
    world.tunnel.keep(world.now);
    CHECK(world.said().empty());
    SECTION("its reply was lost") {
        world.line("NOOP");
        world.queue.pop_front();
        world.tunnel.reconnected(world.now, true);
        CHECK(world.commands() == Lines{"AGI NOOP"});
        world.run("200 result=0\n");
        CHECK(world.bytes() == "500 The reply was lost on its way over AMI\n");
        CHECK(world.commands() == Lines{"AGI NOOP"});
        world.run("200 result=0\n");
        CHECK(world.bytes() == "200 result=0\n");
    }
    SECTION("it runs still") {
        world.tunnel.reconnected(world.now, true);
        CHECK(world.commands() == Lines{"AGI NOOP"});
        world.run("200 result=1 (x)\n");
        CHECK(world.bytes() == "200 result=1 (x)\n");
        world.run("200 result=0\n");
        world.line("GET VARIABLE Y");
        CHECK(world.commands() == Lines{"AGI GET VARIABLE Y"});
        world.run("200 result=1 (y)\n");
        CHECK(world.bytes() == "200 result=1 (y)\n");
    }
    SECTION("it runs still, and its reply is long") {
        const std::string reply = "200 result=1 (" + std::string(1500, 'x') + ")\n";
        world.tunnel.reconnected(world.now, true);
        world.said();
        world.run(reply);
        world.run("200 result=0\n");
        CHECK(world.bytes() == reply);
        CHECK(world.said().empty());
    }
    SECTION("its reply was lost, and long") {
        world.queue.pop_front();
        world.pipe.write("200 result=1 (" + std::string(1500, 'x') + ")\n");
        world.pipe.read();
        world.tunnel.reconnected(world.now, true);
        world.said();
        world.run("200 result=0\n");
        CHECK(world.bytes() == "500 The reply was lost on its way over AMI\n");
        world.line("GET VARIABLE Y");
        world.said();
        world.run("200 result=1 (y)\n");
        CHECK(world.bytes() == "200 result=1 (y)\n");
    }
    SECTION("the call is no more") {
        world.tunnel.hung_up(world.now);
        CHECK(world.bytes() == "HANGUP\n511 Command Not Permitted on a dead channel\n");
    }
}

TEST_CASE("Tunnel: a stop that was wanted, or lost, while the connection was away is sent again") {
    Begun world;
    const int when = GENERATE(0, 1, 2);
    CAPTURE(when);
    world.line("WAIT FOR DIGIT -1");
    world.said();
    world.starts();
    if (when == 2) {  // it was sent, and its answer lost
        world.line("NOOP");
        CHECK(world.said() == Lines{"ControlPlayback stop"});
    }
    world.tunnel.disconnected();
    if (when == 0) world.line("NOOP");
    if (when == 1) world.tunnel.stop();
    CHECK(world.said().empty());
    world.tunnel.reconnected(world.now, true);
    CHECK(world.commands() == Lines{"AGI NOOP", "ControlPlayback stop"});
    world.run("200 result=1000\n");
    CHECK(world.bytes() == (when == 1 ? "200 result=0\n" : ""));
    world.tunnel.stop_answered(world.now);
    world.run("200 result=0\n");
    CHECK(world.commands() == (when == 1 ? Lines{} : Lines{"AGI NOOP"}));
}

TEST_CASE("Tunnel: a stop of a command whose reply was lost does not hit the next prompt") {
    Begun world;
    world.line(R"(STREAM FILE "a" "")");
    world.said();
    world.starts();
    world.line("NOOP");
    world.said();
    world.tunnel.disconnected();
    world.queue.pop_front();
    world.tunnel.reconnected(world.now, true);
    world.said();
    world.tunnel.stop_answered(world.now);
    world.run("200 result=0\n");
    CHECK(world.bytes().empty());
    CHECK(world.commands() == Lines{"AGI NOOP"});
    world.run("200 result=0\n");
    world.line(R"(STREAM FILE "b" "")");
    CHECK(world.commands() == Lines{"AGI WAIT FOR DIGIT 5"});
    world.run("200 result=0\n");
    CHECK(world.commands() == Lines{"AGI STREAM FILE \"b\" \"\""});
}

TEST_CASE("Tunnel: while nothing is seen, no time is over") {
    Begun world;
    world.tunnel.ended(world.now);
    world.said();
    world.tunnel.disconnected();
    world.now += 1min;
    world.tunnel.tick(world.now);
    CHECK(world.tunnel.state() == State::away);
    world.tunnel.reconnected(world.now, true);
    world.tunnel.tick(world.now);
    CHECK(world.tunnel.state() == State::away);
    world.now += 1s;
    world.tunnel.tick(world.now);
    CHECK(world.tunnel.state() == State::gone);
}

TEST_CASE("Tunnel: who takes the call of one that has died keeps it while its command runs") {
    TunnelOptions options = World::defaults();
    options.from = "me_1";
    World world{"", options};
    world.tunnel.begin(world.now);
    world.said();
    world.tunnel.keep(world.now);
    CHECK(world.said() == Lines{"AbsoluteTimeout 60"});
    world.tunnel.disconnected();
    world.tunnel.keep(world.now);
    CHECK(world.said().empty());
    world.tunnel.reconnected(world.now, false);
    world.said();
    world.tunnel.ended(world.now);
    CHECK(world.said() == Lines{"Setvar 0"});
}

TEST_CASE("Tunnel: a claim that has not won leaves the limit of the call alone") {
    World world;
    CHECK(world.claim("59.9").size() == 1);  // which another has set that was faster
    world.tunnel.answered(world.now, Question::may_wake, "0");
    CHECK(world.said().empty());
    world.now += 1h;
    world.tunnel.keep(world.now);
    world.tunnel.ended(world.now);
    CHECK(world.said().empty());
}

TEST_CASE("Tunnel: the limit of the call is that of the session that is ours") {
    World world;
    world.claim("59.9");
    SECTION("when it comes back") {
        world.tunnel.ended(world.now);
        world.pipe.write(environment);
        world.tunnel.started(world.now, world.pipe.read());
        CHECK(world.said().empty());
    }
    SECTION("when it was another's") {
        world.run(world.claim_reply(other_release, "0:59.9"));
        CHECK(world.claim_with("20").size() == 1);
    }
    world.run(world.claim_reply("me", "20:20"));
    CHECK(world.said() == Lines{"AbsoluteTimeout 20"});
    // It may be another in the next.
    world.tunnel.ended(world.now);
    CHECK(world.said() == Lines{"Setvar 20"});
    world.pipe.write(environment);
    world.tunnel.started(world.now, world.pipe.read());
    CHECK(world.said() == Lines{asks_limit});
    world.tunnel.answered(world.now, Question::limit, "10");
    world.tunnel.ended(world.now);
    CHECK(world.said() == Lines{"Setvar 10"});
    // The answer is older than what the session says.
    world.pipe.write(environment);
    world.tunnel.started(world.now, world.pipe.read());
    world.line("SET AUTOHANGUP 30");
    world.tunnel.answered(world.now, Question::limit, "10");
    world.said();
    world.tunnel.ended(world.now);
    CHECK(world.said() == Lines{"Setvar 30"});
}

TEST_CASE("Tunnel: a limit that is asked for when the connection is lost, or the call over") {
    World world;
    world.tunnel.begin(world.now);
    world.said();
    SECTION("the connection") {
        world.tunnel.disconnected();
        world.tunnel.reconnected(world.now, false);
        CHECK(world.claim_with("0").size() == 2);
        world.run(world.claim_reply("me"));
        CHECK(world.tunnel.state() == State::running);
    }
    SECTION("the call") {
        world.tunnel.hung_up(world.now);
        world.tunnel.answered(world.now, Question::may_wake, "0");
        CHECK(world.said().empty());
        CHECK(world.tunnel.state() == State::over);
    }
    SECTION("its session, and another begins") {
        world.tunnel.ended(world.now);
        world.tunnel.answered(world.now, Question::may_wake, "0");
        CHECK(world.said().empty());
        world.pipe.write(environment);
        world.tunnel.started(world.now, world.pipe.read());
        CHECK(world.claim_with("0").size() == 2);
    }
    SECTION("its session, and another begins before the answer") {
        world.tunnel.ended(world.now);
        world.pipe.write(environment);
        world.tunnel.started(world.now, world.pipe.read());
        CHECK(world.said().empty());
        world.tunnel.answered(world.now, Question::may_wake, "0");
        CHECK(world.said().size() == 2);
    }
}

TEST_CASE("Tunnel: a limit that is over is not set again") {
    World world;
    world.claim("20");
    world.run(world.claim_reply("me", "20:20"));
    world.said();
    // Asterisk may be a little early.
    world.now += GENERATE(19'000ms, 19'998ms, 20'000ms, 21'000ms);
    world.tunnel.ended(world.now);
    CHECK(world.said() == (world.now.time_since_epoch() == 19s ? Lines{"Setvar 1"} : Lines{}));
}

TEST_CASE("Tunnel: a limit that is over cuts nothing of what comes behind it") {
    Begun world;
    world.line("SET AUTOHANGUP 5");
    world.said();
    world.now += 5s;
    // Asterisk has gone to T, which is not seen yet.
    SECTION("a command") {
        world.line("ANSWER");
        CHECK(world.said() == Lines{"AGI ANSWER"});
    }
    SECTION("the end of the session") {
        world.tunnel.session_closed(world.now);
        CHECK(world.said() ==
              Lines{"AGI SET VARIABLE AGI_OWNER released/id-3-release", "AGI ASYNCAGI BREAK"});
    }
}

TEST_CASE("Tunnel: a call that had an owner of ours has the limit that it has now") {
    World world;
    world.claim("299.900");
    world.run(world.claim_reply("me", "0:299.900"));  // AGI_LIMIT is that of a session before
    world.tunnel.ended(world.now);
    CHECK(world.said().back() == "Setvar 299.900");
}

TEST_CASE("Tunnel: shows at once that the connection is there again") {
    Begun world;
    world.tunnel.disconnected();
    world.tunnel.reconnected(world.now, true);
    CHECK(world.said() == Lines{"AbsoluteTimeout 60"});
}

TEST_CASE("Tunnel: a call that another program has after a loss of the connection is over here") {
    Begun world;
    world.line("NOOP");
    world.said();
    world.tunnel.disconnected();
    world.tunnel.reconnected(world.now, false);
    CHECK(world.said().empty());
    CHECK(world.tunnel.state() == State::gone);
    CHECK(world.bytes() == "HANGUP\n511 Command Not Permitted on a dead channel\n");
}

TEST_CASE("Tunnel: a call that has left while the connection was lost is not given a limit") {
    Begun world;
    world.line("WAIT FOR DIGIT -1");
    world.starts();
    world.line("NOOP");
    world.said();
    world.tunnel.disconnected();
    world.tunnel.ended(world.now);
    world.said();
    world.tunnel.reconnected(world.now, true);
    CHECK(world.said() == Lines{"AGI NOOP"});
}

TEST_CASE(
    "Tunnel: a session whose begin was not seen has the environment and the limit of before") {
    World world;
    world.claim();
    SECTION("claimed") {
        world.run(world.claim_reply("me"));
        CHECK(world.bytes() == fast_environment);
        world.tunnel.ended(world.now);
        world.said();
        world.tunnel.started(world.now, {});
        CHECK(world.tunnel.state() == State::running);
        CHECK(world.said().empty());
    }
    SECTION("not yet") {
        world.tunnel.ended(world.now);
        world.tunnel.started(world.now, {});
        world.run(world.claim_reply("me"));
        CHECK(world.bytes() == fast_environment);
    }
}

TEST_CASE("Tunnel: a claim of another program that comes late ends no switch") {
    Begun world;
    world.tunnel.executed(world.now, "other-1", encoded("200 result=1 (agi-claim:2:0:0:me:me)\n"));
    CHECK(world.said() == Lines{"AbsoluteTimeout 60"});
}

TEST_CASE("Tunnel: a call that is not adopted after all keeps no switch of ours") {
    TunnelOptions options = World::defaults();
    options.from = "me_1";
    World world{GENERATE("", environment.c_str()), options};
    world.tunnel.begin(world.now);
    world.said();
    const bool taken_back = GENERATE(false, true);
    world.run(world.claim_reply(taken_back ? "" : other_release));
    const Lines said = world.said();
    CHECK(said.front() == "Setvar 0");
    if (taken_back) CHECK(said.back() == asks_limit);
}

TEST_CASE("Tunnel: a claim whose reply was lost may have won, and set the switch") {
    World world;
    world.claim();
    world.queue.clear();  // it has run
    world.tunnel.disconnected();
    SECTION("the call is there") {
        world.tunnel.reconnected(world.now, true);
        CHECK(world.said() == Lines{"AGI NOOP"});  // without a limit
        world.run("200 result=0\n");
        const bool limited = GENERATE(false, true);
        CHECK(world.claim_with(limited ? "15" : "56").size() == 1);
        world.run(world.claim_reply("me", limited ? "20:14" : "0:55"));
        CHECK(world.tunnel.state() == State::running);
        CHECK(world.said() == Lines{limited ? "AbsoluteTimeout 14" : "AbsoluteTimeout 60"});
        world.tunnel.session_closed(world.now);
        CHECK(world.said()[1] == (limited ? "Setvar 14" : "Setvar 0"));
    }
    SECTION("the call has begun another session") {
        world.tunnel.reconnected(world.now, true);
        world.said();
        world.tunnel.ended(world.now);
        world.pipe.write(environment);
        world.tunnel.started(world.now, world.pipe.read());
        world.run("200 result=0\n");
        CHECK(world.claim_with("55").size() == 1);
        world.run(world.claim_reply("me", "0:55"));
        world.said();
        world.tunnel.session_closed(world.now);
        CHECK(world.said()[1] == "Setvar 0");
    }
    SECTION("the call has left AsyncAGI") {
        world.tunnel.ended(world.now);
        CHECK(world.said().empty());
        const bool ours = GENERATE(false, true);
        world.tunnel.reconnected(world.now, ours);
        const Lines said = world.said();
        CHECK(std::count(said.begin(), said.end(), "Getvar AGI_LIMIT") == (ours ? 1 : 0));
        if (!ours) return;
        const auto answer = [&](const char* limit) {
            world.tunnel.answered(world.now, Question::is_armed, limit);
            return world.said();
        };
        CHECK(answer("20").empty());
        CHECK(answer("").empty());
        CHECK(answer("0") == Lines{"Setvar 0"});
        world.tunnel.hung_up(world.now);
        CHECK(answer("0").empty());
    }
}

TEST_CASE(
    "Tunnel: a break whose answer was lost is sent again, unless another program has the call") {
    Begun world;
    world.tunnel.session_closed(world.now);
    world.said();
    world.tunnel.disconnected();
    const bool ours = GENERATE(true, false);
    world.tunnel.reconnected(world.now, ours);
    const Lines said = world.commands();
    CHECK((ours ? said.back() == "AGI ASYNCAGI BREAK" : said.empty()));
    if (ours) world.tunnel.refused(world.now, world.queue.back().id);
    CHECK(world.tunnel.state() == State::over);
}

TEST_CASE(
    "Tunnel: a claim that comes behind another's session, before AsyncAGI ends, takes nothing") {
    World world;
    world.claim();
    world.other_releases();
    world.run(world.claim_reply(other_release, "0:0"));
    CHECK(world.tunnel.state() == State::foreign);
    CHECK(world.bytes().empty());
    CHECK(world.said().empty());
}

TEST_CASE("Tunnel: the next session of a call is for any program") {
    World world;
    world.begin(other_release);  // of before
    CHECK(world.tunnel.state() == State::claiming);
    CHECK(world.bytes().empty());
    const Lines again = world.claim_with("0");
    REQUIRE(again.size() == 2);
    CHECK(again[0].find(R"($[\"${AGI_OWNER}\"!=\"released/other-1-release\"]?${AGI_OWNER}:me)") !=
          std::string::npos);
    world.run(world.claim_reply(GENERATE("me", "third")));
    const bool ours = world.tunnel.state() == State::running;
    CHECK(world.bytes() == (ours ? fast_environment : ""));
    CHECK((ours || world.tunnel.state() == State::foreign));
    CHECK(world.said() == (ours ? Lines{"AbsoluteTimeout 60"} : Lines{}));
}

TEST_CASE("Tunnel: a claim that has waited from one session to the next is for the next") {
    World world;
    world.claim();
    world.other_releases();
    world.tunnel.ended(world.now);
    world.said();
    world.now += 1h;
    world.tunnel.tick(world.now);
    CHECK(world.tunnel.state() == State::away);
    SECTION("which is ours") {
        world.pipe.write("agi_request: async\nagi_arg_1: next\n\n");
        world.tunnel.started(world.now, world.pipe.read());
        CHECK(world.said().empty());
        world.run(world.claim_reply(other_release));
        CHECK(world.claim_with("0").size() == 2);
        world.run(world.claim_reply("me"));
        CHECK(world.tunnel.state() == State::running);
        CHECK(world.bytes() ==
              "agi_network: yes\nagi_network_script: next\nagi_request: async\n\n");
    }
    SECTION("which is not") {
        world.run(world.claim_reply("me"));
        CHECK(world.said() == Lines{"AGI SET VARIABLE AGI_OWNER \"\"", "Setvar 0"});
        CHECK(world.tunnel.state() == State::over);
        CHECK(world.bytes().empty());
    }
    SECTION("which is another's") {
        world.run(world.claim_reply("other"));
        CHECK(world.said().empty());
        CHECK(world.tunnel.state() == State::over);
    }
    SECTION("which does not come") {
        world.tunnel.hung_up(world.now);
        CHECK(world.said().empty());
        CHECK(world.tunnel.state() == State::over);
    }
}

TEST_CASE("Tunnel: a session that is over or to come is claimed when it does not end") {
    World world{""};  // found: nobody here has seen it begin
    SECTION("found so") { world.begin(other_release); }
    SECTION("after a loss of the connection") {
        world.pipe.write(environment);
        world.tunnel.started(world.now, world.pipe.read());
        world.claim_with("0");
        world.tunnel.disconnected();
        world.tunnel.reconnected(world.now, false);
        world.said();
        world.run(world.claim_reply(other_release));
        world.run("200 result=0\n");
    }
    CHECK(world.tunnel.state() == State::claiming);
    CHECK(world.said().empty());
    world.now += 999ms;
    world.tunnel.tick(world.now);
    CHECK(world.said().empty());
    SECTION("it stays") {
        world.now += 1ms;
        world.tunnel.tick(world.now);
        world.tunnel.tick(world.now + 1h);
        CHECK(world.claim_with("20").size() == 1);
        world.run(world.claim_reply("me"));
        CHECK(world.tunnel.state() == State::running);
    }
    SECTION("it begins") {
        world.pipe.write(environment);
        world.tunnel.started(world.now, world.pipe.read());
        CHECK(world.claim_with("0").size() == 2);
        world.run(world.claim_reply("me"));
        CHECK(world.tunnel.state() == State::running);
    }
    SECTION("it ends, and does not begin again") {
        world.tunnel.ended(world.now);
        world.said();
        world.now += 1s;
        world.tunnel.tick(world.now);
        CHECK(world.said().empty());
        CHECK(world.tunnel.state() == State::over);
    }
}

TEST_CASE("Tunnel: follows a channel that is renamed") {
    Begun world;
    world.tunnel.renamed("PJSIP/2");
    world.line("NOOP");
    CHECK(world.tunnel.take_actions(world.now).front().action.text("1") ==
          "Action: AGI\r\nChannel: PJSIP/2\r\nCommand: NOOP\r\nCommandID: id-3\r\nActionID: 1\r\n"
          "\r\n");
    world.redirect();
    world.tunnel.renamed("PJSIP/3");
    world.tunnel.command_started("NOOP");
    CHECK(world.tunnel.take_actions(world.now)[1].action.text("1") ==
          "Action: Redirect\r\nExten: s\r\nChannel: PJSIP/3\r\nActionID: 1\r\n\r\n");
}

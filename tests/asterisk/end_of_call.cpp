// SPDX-License-Identifier: MIT
// The caller hangs up in any command and between commands, over a pipe and over a socket; a program
// or Asterisk itself ends. Whatever it is, the program ends, and cleans up where that is possible.

#include "end_of_call.hpp"

#include "../connection.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include <agi/process/run.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace live;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> commands{
    "control-stream", "exec-playback", "exec-wait",   "get-data",    "get-option",     "idle",
    "receive-char",   "receive-text",  "record-file", "stream-file", "wait-for-digit", "writing"};

/// A FastAGI server in this program: the handler runs on the plain socket that was accepted.
class Server {
  public:
    Server() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        port_ = listen_on_loopback(fd_, 64);
        thread_ = std::thread{[this] { accept_all(); }};
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        for (std::thread& call : calls_) call.join();
        ::close(fd_);
    }
    [[nodiscard]] std::string url() const {
        return "agi://127.0.0.1:" + std::to_string(port_) + "/x";
    }

  private:
    void accept_all() {
        for (;;) {
            const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            calls_.emplace_back([fd] {
                serve(fd);
                ::close(fd);
            });
        }
    }
    static void serve(int fd) {
        std::unique_ptr<ReportWriter> report;
        try {
            agi::Session session{agi::FdStream{fd}};
            const auto argument = [&](int n) {
                return std::string{session.environment().argument(n).value()};
            };
            report = std::make_unique<ReportWriter>(argument(2));
            end_of_call(session, *report, argument(1), argument(3), argument(2) + ".sound");
            (*report)("status", EXIT_SUCCESS);
        } catch (const agi::AGIHangup&) {
            if (report) (*report)("status", EXIT_SUCCESS);
        } catch (const std::exception& error) {
            if (report) (*report)("error", error.what());
        }
    }

    int fd_;
    std::uint16_t port_ = 0;
    std::thread thread_;
    std::list<std::thread> calls_;
};

/// The caller hangs up in each of the commands, in calls that run side by side; checks what holds
/// for all of them, and then each call by itself.
template <class Check>
void hang_up_in_all(const std::string& agi, const Headers& variables, Check check) {
    const LogSince log;
    std::list<ProcessCall> calls;
    for (const auto& name : commands) {
        Setup setup;
        setup.variables = variables;
        calls.emplace_back(agi, name, "", setup);
        calls.back().wait_for_command(request_of(name));
    }
    for (auto& call : calls) call.hang_up();
    for (auto& call : calls) {
        INFO(call.name() << ' ' << call.key());
        CHECK(call.status() == "HANGUP");
        Report report = call.report();
        // After a hang-up Asterisk does not wait for the program's end.
        soon([&] {
            report = call.report();
            return report["status"] != "(nothing)" || report["error"] != "(nothing)";
        });
        INFO(report["error"]);
        CHECK(report["status"] == "0");
        check(call, report);
    }
    CHECK(all_have_ended());
    CHECK(log.complaints().empty());
}

void check_cleaned_up(const ProcessCall& call, const Report& report) {
    CHECK(report["cleaned_up"] == "true");
    CHECK(call.database() == call.name());
}

/// By what the program learnt of the hang-up. Asterisk may refuse a command before the signal has got
/// through: one that is under way, or the question whether a -1 was a hang-up.
void check_source(const ProcessCall& call, const Report& report, const std::string& expected) {
    const std::string source = report["source"];
    if (call.name() != "idle" && source == "dead_channel") return;
    CHECK(source == expected);
}

}  // namespace

TEST_CASE("End of call: a program is told by SIGHUP, and cleans up") {
    hang_up_in_all(AGI_LIVE_PROCESS, {}, [](const ProcessCall& call, const Report& report) {
        check_cleaned_up(call, report);
        // RECORD FILE says it in its reply, too: whichever comes first.
        if (call.name() == "record-file" && report["source"] == "reply") return;
        check_source(call, report, "signal");
    });
}

TEST_CASE("End of call: a program that is not told (AGISIGHUP=no) learns it, and cleans up") {
    hang_up_in_all(
        AGI_LIVE_PROCESS, {{"AGISIGHUP", "no"}}, [](const ProcessCall& call, const Report& report) {
            check_cleaned_up(call, report);
            CHECK(report["source"] == (call.name() == "record-file" ? "reply" : "dead_channel"));
        });
}

TEST_CASE("End of call: AGIEXITONHANGUP=yes ends the program, too") {
    hang_up_in_all(AGI_LIVE_PROCESS, {{"AGIEXITONHANGUP", "yes"}},
                   [](const ProcessCall& call, const Report& report) {
                       CHECK(report["cleaned_up"] == "(nothing)");
                       CHECK(call.database() == "(nothing)");
                   });
}

TEST_CASE("End of call: a session on a socket is told by a line, and cleans up") {
    const Server server;
    hang_up_in_all(server.url(), {}, [](const ProcessCall& call, const Report& report) {
        check_cleaned_up(call, report);
        check_source(call, report, call.name() == "record-file" ? "reply" : "hangup_line");
    });
}

TEST_CASE("End of call: a session on a socket that is not told (AGISIGHUP=no)") {
    const Server server;
    hang_up_in_all(
        server.url(), {{"AGISIGHUP", "no"}}, [](const ProcessCall& call, const Report& report) {
            check_cleaned_up(call, report);
            CHECK(report["source"] == (call.name() == "record-file" ? "reply" : "dead_channel"));
        });
}

TEST_CASE("End of call: AGIEXITONHANGUP=yes ends a session on a socket") {
    const Server server;
    hang_up_in_all(server.url(), {{"AGIEXITONHANGUP", "yes"}},
                   [](const ProcessCall& call, const Report& report) {
                       CHECK(report["cleaned_up"] == "(nothing)");
                       CHECK(call.database() == "(nothing)");
                   });
}

TEST_CASE("End of call: the caller hangs up before the environment is read") {
    for (const char* exit : {"no", "yes"}) {
        INFO("AGIEXITONHANGUP=" << exit);
        Setup setup;
        setup.variables = {{"AGIEXITONHANGUP", exit}};
        ProcessCall call{AGI_LIVE_PROCESS, "late", "", setup};
        REQUIRE(soon([&] { return call.report()["started"] == "true"; }));
        call.hang_up();
        CHECK(call.status() == "HANGUP");
        CHECK(all_have_ended());
        CHECK(call.report()["hung_up"] == "true");
        CHECK(call.database() == (std::string{exit} == "no" ? "idle" : "(nothing)"));
    }
    // The second one ended after its call, and alone: no zombie is left of any program.
    CHECK(soon([] { return Asterisk::get().children() == 0; }));
}

namespace {

/// Asterisk 16 loses the exit status of a program now and then, once callers have hung up in others:
/// its own handler of SIGCHLD comes first. The status is SUCCESS then.
bool is_failure(const std::string& status) {
    return status == "FAILURE" || (Asterisk::get().version() < 20 && status == "SUCCESS");
}

}  // namespace

TEST_CASE("End of call: what AGISTATUS says of the program's end") {
    ProcessCall killed{AGI_LIVE_PROCESS, "killed"};
    killed.wait_for_command("NOOP");
    ProcessCall fails{AGI_LIVE_PROCESS, "fails"};
    fails.wait_for_command("NOOP");
    ProcessCall number{AGI_LIVE_PROCESS, "throws_a_number"};
    ProcessCall full{AGI_LIVE_PROCESS, "full"};
    CHECK(is_failure(killed.status()));
    CHECK(is_failure(fails.status()));
    CHECK(fails.report()["status"] == "1");
    CHECK(is_failure(number.status()));
    // The console says why.
    CHECK(Asterisk::get().logged("agi: its own trouble"));
    CHECK(Asterisk::get().logged("agi: a value of the type int was thrown"));
    CHECK(is_failure(full.status()));
    CHECK(full.report()["status"] == "1");
    CHECK(full.commands().empty());
    // The call goes on in the dialplan.
    killed.wait_for_application("Hangup", "");
    full.wait_for_application("Hangup", "");
    CHECK(all_have_ended());
}

namespace {

/// What asterisk-up needs to start the same Asterisk again: its root folder.
std::string suite() {
    std::ifstream file{Asterisk::get().setting("AST_DIR") + "/bin/asterisk"};
    const std::string script{std::istreambuf_iterator<char>{file}, {}};
    const auto end = script.rfind("/usr/sbin/asterisk\"");
    const auto begin = script.rfind('"', end) + 1;
    return end == std::string::npos || begin == end ? "system" : script.substr(begin, end - begin);
}

/// Another Asterisk, beside the one that all other calls use.
class SecondAsterisk {
  public:
    SecondAsterisk() : directory_{Asterisk::get().setting("AST_DIR") + "-2"} {
        std::filesystem::remove_all(directory_);
        REQUIRE(tool("asterisk-up", ' ' + suite()));
        std::ifstream file{directory_ + "/env"};
        for (std::string line; std::getline(file, line);) {
            settings_[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
        }
    }
    SecondAsterisk(const SecondAsterisk&) = delete;
    SecondAsterisk& operator=(const SecondAsterisk&) = delete;
    ~SecondAsterisk() {
        stop();
        std::filesystem::remove_all(directory_);
    }
    [[nodiscard]] int number(const std::string& setting) const {
        return std::stoi(settings_.at(setting));
    }
    [[nodiscard]] std::string report() const { return directory_ + "/report"; }
    bool stop() { return tool("asterisk-down", " 2> /dev/null"); }

  private:
    [[nodiscard]] bool tool(const std::string& name, const std::string& more) const {
        const auto command = AGI_ASTERISK_TOOLS "/" + name + ' ' + directory_ + more;
        return std::system(command.c_str()) == 0;
    }

    std::string directory_;
    std::map<std::string, std::string> settings_;
};

}  // namespace

TEST_CASE("End of call: Asterisk stops, or is killed, during a call") {
    for (const bool kill : {true, false}) {
        INFO((kill ? "killed" : "stopped"));
        SecondAsterisk asterisk;
        const std::string path = asterisk.report();
        Ami ami{asterisk.number("AMI_PORT"), "test", "test"};
        ami.action("Originate",
                   {{"Channel", "Local/ans@agi/n"},
                    {"Context", "peer"},
                    {"Exten", "quiet"},
                    {"Priority", "1"},
                    {"Async", "true"},
                    {"Variable", "AGI=" + escape_variable(AGI_LIVE_PROCESS ",stream-file," + path +
                                                          ",killed")}});
        ami.wait_for(
            0, [](const Message& event) { return event.is("AGIExecStart"); }, "STREAM FILE");
        if (kill) {
            ::kill(asterisk.number("AST_PID"), SIGKILL);
        } else {
            CHECK(asterisk.stop());
        }
        CHECK(soon([&] { return Report{path}["status"] == "0"; }));
        // An Asterisk that stops hangs up first, and waits for the program.
        if (kill) CHECK(Report{path}["cleaned_up"] == "(nothing)");
    }
}

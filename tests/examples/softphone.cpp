// SPDX-License-Identifier: MIT
// The softphone as a process: unattended, with programs in other languages, over TCP, and with a person
// at a terminal.

#include "softphone.hpp"

#include "../connection.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/testing/dialogue.hpp>

#if defined(AGI_SOFTPHONE) && defined(AGI_PIN)

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

namespace {

using namespace phone;
using namespace std::chrono_literals;

const std::string pin = AGI_PIN;

// A softphone at a terminal of its own.
class Telephone {
  public:
    Telephone(unsigned short columns, const std::string& arguments) {
        winsize size{24, columns, 0, 0};
        pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            setenv("TERM", "xterm", 1);
            execl("/bin/sh", "sh", "-c", ("LC_ALL=C exec " + softphone + ' ' + arguments).c_str(),
                  static_cast<char*>(nullptr));
            _exit(127);
        }
    }
    Telephone(const Telephone&) = delete;
    Telephone& operator=(const Telephone&) = delete;
    ~Telephone() {
        close(terminal_);
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }

    // Reads the screen until this text has appeared.
    bool shows(const std::string& text) {
        for (const auto end = std::chrono::steady_clock::now() + 20s;
             std::chrono::steady_clock::now() < end;) {
            const std::size_t found = screen_.find(text, seen_);
            if (found != std::string::npos) {
                seen_ = found + text.size();
                return true;
            }
            pollfd wanted{terminal_, POLLIN, 0};
            std::array<char, 512> bytes{};
            if (poll(&wanted, 1, 100) <= 0) continue;
            const ssize_t size = read(terminal_, bytes.data(), bytes.size());
            if (size <= 0) break;
            screen_.append(bytes.data(), static_cast<std::size_t>(size));
        }
        UNSCOPED_INFO("not shown: " << text << "\nscreen: " << screen_);
        return false;
    }
    void type(const std::string& keys) const {
        REQUIRE(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }
    void send(int signal) const { kill(pid_, signal); }

    int wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = 0;
        return status;
    }
    // Whether lines are edited and typing is shown, as in every shell.
    [[nodiscard]] bool is_cooked() const {
        termios settings{};
        REQUIRE(tcgetattr(terminal_, &settings) == 0);
        return (settings.c_lflag & ICANON) != 0 && (settings.c_lflag & ECHO) != 0;
    }
    [[nodiscard]] const std::string& screen() const { return screen_; }

  private:
    int terminal_ = -1;
    pid_t pid_ = 0;
    std::string screen_;
    std::size_t seen_ = 0;
};

}  // namespace

TEST_CASE("softphone: unattended, groups of keys follow the prompts") {
    const Run call = run("--set PIN=1234 --keys '4321# 1234#' " + pin);
    CHECK(call.status == 0);
    has(call.output, "(no sound)   keys: 4321#");
    has(call.output, "auth-incorrect");
    has(call.output, "(no sound)   keys: 234#");
    has(call.output, "PIN_RESULT is now \"entered\"");
    has(call.output, "AGISTATUS SUCCESS");
}

TEST_CASE("softphone: hangs up after a time") {
    const Run call = run("--set PIN=1234 --hangup-after 4s " + pin);
    CHECK(call.status == 0);
    has(call.output, "00:04.0");
    has(call.output, "you hang up");
    has(call.output, "AGISTATUS HANGUP");
}

TEST_CASE("softphone: --trace shows the wire, --record writes a dialogue") {
    const std::string file = temporary_path("call").string();
    const Run call = run("--set PIN=1234 --keys 1234# --trace --record " + file + ' ' + pin);
    has(call.output, ">> GET DATA \"\" 5000 10");
    has(call.output, "<< 200 result=1234");
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    const auto dialogue = agi::testing::parse_dialogue(text.str());
    REQUIRE(dialogue.size() > 25);
    CHECK(dialogue.front().text == "agi_request: " + pin);
    CHECK(dialogue.back().text.rfind("200 result=0 endpos=", 0) == 0);
}

TEST_CASE("softphone: arguments, database and sounds") {
    const std::string program =
        script("sh",
               "#!/bin/sh\n"
               "while read -r line && [ -n \"$line\" ]; do last=$line; done\n"
               "echo \"VERBOSE \\\"$last $1\\\" 1\"; read -r reply\n"
               "echo 'DATABASE GET fam key'; read -r reply\n"
               "echo \"VERBOSE \\\"$reply\\\" 1\"; read -r reply\n"
               "echo 'STREAM FILE missing \"\"'; read -r reply\n"
               "echo 'NO SUCH COMMAND'; read -r reply\n");
    const Run call = run("--db fam/key=value --sounds /nonexistent " + program);
    CHECK(call.status == 2);
    const std::string folder = temporary_path("sounds").string();
    mkdir(folder.c_str(), 0755);
    const Run second = run("--db fam/key=value --sounds " + folder + ' ' + program + " 42");
    has(second.output, "console: agi_arg_1: 42 42");
    has(second.output, "console: 200 result=1 (value)");
    has(second.output, "missing   cannot be played");
    has(second.output, "no such command: NO SUCH COMMAND");
    CHECK(second.status == 1);  // a missing file makes AGISTATUS FAILURE
}

TEST_CASE("softphone: a program that cannot be run or reached is a clear error") {
    const Run missing = run("--keys 1 /nonexistent/program");
    CHECK(missing.status == 2);
    has(missing.output, "softphone: /nonexistent/program: No such file or directory");
    const std::string plain = script("plain", "#!/bin/sh\n");
    chmod(plain.c_str(), 0644);
    const Run no_program = run("--keys 1 " + plain);
    CHECK(no_program.status == 2);
    has(no_program.output, "(it is not executable: chmod +x " + plain + "): Permission denied");
    const std::string windows = script("windows", "#!/bin/sh\r\n");
    const Run line_ends = run("--keys 1 " + windows);
    CHECK(line_ends.status == 2);
    has(line_ends.output,
        "(its lines end as on Windows: sed -i 's/\\r$//' " + windows + "): No such");
    const Run no_shell = run("--keys 1 " + script("shell", "#!/nonexistent/sh -e\n"));
    CHECK(no_shell.status == 2);
    has(no_shell.output, "(it begins with #!/nonexistent/sh -e, which is not there): No such file");
    const Run nameless = run("--keys 1 agi:///script");
    CHECK(nameless.status == 2);
    has(nameless.output, "no host in agi:///script");
    const Run refused = run("--keys 1 agi://127.0.0.1:1/x");
    CHECK(refused.status == 2);
    has(refused.output, "Connection refused");
}

TEST_CASE("softphone: wrong options are a clear error") {
    for (const char* arguments :
         {"", "--nosuch x", "--hangup-after 5x x", "--hangup-after soon x", "--keys 12x true"}) {
        CAPTURE(arguments);
        CHECK(run(arguments).status == 2);
    }
    CHECK(run("--help").status == 0);
}

TEST_CASE("softphone: a program that crashes is said to") {
    const Run call = run("--keys 1 " + script("crash",
                                              "#!/bin/sh\n"
                                              "echo 'STREAM FILE hello \"\"'; read -r line\n"
                                              "kill -SEGV $$\n"));
    CHECK(call.status == 1);
    has(call.output, "killed: Segmentation fault, AGISTATUS FAILURE");
}

TEST_CASE("softphone: a last line that has no end is run as Asterisk does") {
    const Run call = run("--keys 1 " + script("cut",
                                              "#!/bin/sh\n"
                                              "while read -r line && [ -n \"$line\" ]; do :; done\n"
                                              "printf 'SET VARIABLE LAST yes'\n"));
    CHECK(call.status == 0);
    has(call.output, "LAST is now \"yes\"");
}

TEST_CASE(
    "softphone: what a program prints to standard output is no command, and is shown as it is") {
    const Run call = run("--keys 1 " + script("print",
                                              "#!/bin/sh\n"
                                              "while read -r line && [ -n \"$line\" ]; do :; done\n"
                                              "printf 'PHP Warning: \\033[2J\\n'; read -r reply\n"
                                              "echo 'GET DATA'; read -r reply\n"));
    has(call.output, "no such command: PHP Warning: \\x1b[2J\n");
    has(call.output, "wrong arguments: GET DATA\n");
}

TEST_CASE("softphone: calls a Perl program that uses Asterisk::AGI") {
    if (std::system("perl -MAsterisk::AGI -e 1 2> /dev/null") != 0) {
        WARN("SKIPPED: no Asterisk::AGI (libasterisk-agi-perl)");
        return;
    }
    const std::string program =
        script("pl",
               "#!/usr/bin/perl\n"
               "use Asterisk::AGI;\n"
               "my $agi = new Asterisk::AGI; my %in = $agi->ReadParse(); $agi->answer();\n"
               "my $pin = $agi->get_data('enter-pin', 3000, 4);\n"
               "$agi->set_variable('GOT', \"$pin of $in{callerid}\");\n");
    const Run call = run("--keys 987# " + program);
    CHECK(call.status == 0);
    has(call.output, "GOT is now \"987 of 5550100\"");
}

TEST_CASE("softphone: calls a FastAGI server") {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const std::string server_url =
        "agi://127.0.0.1:" + std::to_string(listen_on_loopback(listener, 1));
    std::string account;
    std::string digits;
    std::thread server{[&] {
        const int fd = accept(listener, nullptr, nullptr);
        {
            agi::Session session{agi::FdStream{fd}};
            account = session.environment().script().query("account").value_or("");
            digits = agi::GetData{"enter-pin", 5s, 4}(session).digits;
        }
        close(fd);
    }};
    const Run call = run("--keys 42# '" + server_url + "/pin?account=4%202'");
    server.join();
    close(listener);
    CHECK(account == "4 2");
    CHECK(digits == "42");
    CHECK(call.status == 0);
}

TEST_CASE("softphone: a server that hangs up without a command is told, and is a failure") {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const std::string server_url =
        "agi://127.0.0.1:" + std::to_string(listen_on_loopback(listener, 1));
    std::thread server{[&] {
        const int fd = accept(listener, nullptr, nullptr);
        char byte = '\0';
        while (read(fd, &byte, 1) == 1 && byte != '\n') {
        }
        shutdown(fd, SHUT_WR);
        while (read(fd, &byte, 1) == 1) {
        }
        close(fd);
    }};
    const Run call = run("--keys 1 '" + server_url + "/mistyped'");
    server.join();
    close(listener);
    CHECK(call.status == 1);
    has(call.output, "without a command: does it know this script?");
}

TEST_CASE("softphone: at a terminal, keys that are typed are key presses") {
    Telephone telephone{80, "--set PIN=1234 " + pin};
    REQUIRE(telephone.shows("agent-pass"));
    CHECK_FALSE(telephone.is_cooked());
    telephone.type("1234#");
    REQUIRE(telephone.shows("agent-pass   keys: 1"));
    REQUIRE(telephone.shows("keys: 234#"));
    REQUIRE(telephone.shows("auth-thankyou"));
    telephone.type("\x03");  // Ctrl-C
    REQUIRE(telephone.shows("you hang up"));
    REQUIRE(telephone.shows("AGISTATUS HANGUP"));
    CHECK(telephone.wait() == 0);
    CHECK(telephone.is_cooked());
}

TEST_CASE("softphone: at a terminal, a command that comes too early ends the prompt") {
    const std::string program = script("hurry",
                                       "#!/bin/sh\n"
                                       "while read -r line && [ -n \"$line\" ]; do :; done\n"
                                       "echo 'STREAM FILE long \"\"'; sleep 1\n"
                                       "echo 'a word to the log' >&2\n"
                                       "echo 'VERBOSE done'; read -r reply\n");
    const std::string folder = temporary_path("long").string();
    mkdir(folder.c_str(), 0755);
    std::ofstream{folder + "/long.ulaw"} << std::string(8000 * 60, ' ');  // a minute
    Telephone telephone{200, "--sounds " + folder + ' ' + program};
    REQUIRE(telephone.shows("AGISTATUS SUCCESS"));
    has(telephone.screen(), "a word to the log");
    has(telephone.screen(), "long   ended by the next command");
    has(telephone.screen(), "console: done");
    CHECK(telephone.wait() == 0);
}

TEST_CASE("softphone: at a terminal, the second Ctrl-C ends a program that does not care") {
    const std::string program = script("deaf",
                                       "#!/bin/sh\n"
                                       "trap '' HUP PIPE\n"
                                       "echo 'VERBOSE ready'; read -r reply\n"
                                       "sleep 1000\n");
    Telephone telephone{200, program};
    REQUIRE(telephone.shows("console: ready"));
    REQUIRE(telephone.shows("the program thinks"));
    telephone.type("\x03");
    REQUIRE(telephone.shows("the program thinks"));
    telephone.type("\x03");
    REQUIRE(telephone.shows("killed: Killed, AGISTATUS HANGUP"));
    CHECK(telephone.wait() == 0);
    CHECK(telephone.is_cooked());
}

TEST_CASE("softphone: a narrow terminal never breaks the line that changes") {
    Telephone telephone{24, "--set PIN=1234 " + pin};
    REQUIRE(telephone.shows("agent-pass"));
    telephone.type("\x03");
    REQUIRE(telephone.shows("AGISTATUS"));
    std::size_t lines = 0;
    const std::string& screen = telephone.screen();
    for (std::size_t at = screen.find("\r\033[J"); at != std::string::npos;
         at = screen.find("\r\033[J", at + 1)) {
        const std::size_t begin = screen.rfind('\n', at) + 1;
        const std::size_t previous = screen.rfind("\r\033[J", at == 0 ? 0 : at - 1);
        const std::size_t from =
            previous != std::string::npos && previous + 4 > begin ? previous + 4 : begin;
        CHECK(at - from < 24);
        ++lines;
    }
    CHECK(lines > 0);
}

TEST_CASE("softphone: a signal that ends it leaves the terminal as it was, and no program") {
    const int signal = GENERATE(SIGTERM, SIGHUP, SIGQUIT);
    const std::string plan = GENERATE("", "--keys - ", "--rehearse ");
    CAPTURE(signal, plan);
    // Two processes that do not care for it.
    const std::string file = temporary_path("pids").string();
    std::remove(file.c_str());  // that of the signal before
    const std::string program = script("stays",
                                       "#!/bin/sh\ntrap '' TERM HUP QUIT INT PIPE\n"
                                       "sleep 1000 & echo $$ $! end > \"$1\"; sleep 1000\n");
    Telephone telephone{80, plan + program + ' ' + file};
    pid_t first = 0;
    pid_t second = 0;
    std::string end;
    for (int i = 0; i < 2000 && end.empty(); ++i) {
        std::this_thread::sleep_for(10ms);
        std::ifstream{file} >> first >> second >> end;
    }
    REQUIRE(end == "end");
    telephone.send(signal);
    const int status = telephone.wait();
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == signal));
    CHECK(telephone.is_cooked());
    const auto ends = [](pid_t pid) {
        for (int i = 0; i < 2000 && kill(pid, 0) == 0; ++i) std::this_thread::sleep_for(10ms);
        return kill(pid, 0) != 0;
    };
    CHECK(ends(first));
    CHECK(ends(second));
}

#endif

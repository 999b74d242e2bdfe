// SPDX-License-Identifier: MIT
// A noisy program does not disturb its call.

#include "../connection.hpp"
#include "batch.hpp"
#include "catch.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

using namespace live;

namespace {

/// Asterisk's standard error is the program's. Lines that Asterisk itself prints may cut some.
int lines_of_junk() {
    std::ifstream console{Asterisk::get().setting("AST_DIR") + "/log/console"};
    int lines = 0;
    for (std::string line; std::getline(console, line);) {
        if (line.find("junk") != std::string::npos) ++lines;
    }
    return lines;
}

/// Starts a program for one connection, as a server of the inetd kind does: the connection is its
/// standard input, output and error.
class Inetd {
  public:
    Inetd(std::string name, std::string report)
        : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        port_ = listen_on_loopback(fd_, 1);
        thread_ = std::thread{[this, name = std::move(name), report = std::move(report)] {
            const int connection = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
            const pid_t child = ::fork();
            if (child == 0) {
                for (int fd = 0; fd < 3; ++fd) ::dup2(connection, fd);
                ::execl(AGI_LIVE_PROCESS, AGI_LIVE_PROCESS, name.c_str(), report.c_str(),
                        static_cast<char*>(nullptr));
                ::_exit(127);
            }
            ::close(connection);
            ::waitpid(child, nullptr, 0);
        }};
    }
    Inetd(const Inetd&) = delete;
    Inetd& operator=(const Inetd&) = delete;
    ~Inetd() {
        ::shutdown(fd_, SHUT_RDWR);
        thread_.join();
        ::close(fd_);
    }
    [[nodiscard]] std::string url() const {
        return "agi://127.0.0.1:" + std::to_string(port_) + "/x";
    }

  private:
    int fd_;
    int port_ = 0;
    std::thread thread_;
};

}  // namespace

TEST_CASE("Guard: 10,000 lines on standard output are on standard error, and the call goes on") {
    const LogSince log;
    const int before = lines_of_junk();
    ProcessCall call{AGI_LIVE_PROCESS, "junk"};
    CHECK(call.status() == "SUCCESS");
    const Report report = call.report();
    CHECK(report["status"] == "0");
    CHECK(report["child"] == "0");
    CHECK(report["endpos"] == "true");
    CHECK(report["after"] == "its own");
    CHECK(report["in_step"] == "true");
    CHECK(call.commands() == std::vector<std::string>{
                                 "200 Success: STREAM FILE \"beep\" \"\"",
                                 "200 Success: SET VARIABLE \"AFTER\" \"its own\"",
                                 "200 Success: GET VARIABLE \"AFTER\"",
                             });
    CHECK(log.complaints().empty());

    CHECK(lines_of_junk() - before >= 10000);
}

TEST_CASE("Guard: what is printed before agi::run is found, and disturbs no command") {
    for (const char* name : {"printed", "printed_part"}) {
        INFO(name);
        ProcessCall call{AGI_LIVE_PROCESS, name};
        call.status();
        CHECK(call.report()["in_step"] == "true");
        CHECK(call.report()["own"] == "own");
        CHECK(call.report()["status"] == "0");
        const auto commands = call.commands();
        const std::string all = fmt::format("{}", fmt::join(commands, "\n"));
        CHECK_THAT(all, Catch::Matchers::ContainsSubstring("hello"));
        CHECK_THAT(all,
                   Catch::Matchers::ContainsSubstring("something was printed before agi::run"));
    }
}

TEST_CASE("Guard: what is in a buffer before agi::run is no command") {
    ProcessCall call{AGI_LIVE_PROCESS, "buffered"};
    CHECK(call.status() == "SUCCESS");
    CHECK(call.commands() == std::vector<std::string>{
                                 "200 Success: SET VARIABLE \"MARK\" \"own\"",
                                 "200 Success: GET VARIABLE \"MARK\"",
                             });
}

TEST_CASE("Guard: a program whose standard error is the call, too, says nothing there") {
    const std::string path = Asterisk::get().setting("AST_DIR") + "/report-inetd";
    std::remove(path.c_str());
    const Inetd inetd{"noisy", path};
    Setup setup;
    setup.agi = inetd.url();
    Call call{setup};
    call.status();
    CHECK(Report{path}["own"] == "own");
    CHECK(Report{path}["in_step"] == "true");
    CHECK(call.commands() == std::vector<std::string>{
                                 "200 Success: SET VARIABLE \"MARK\" \"own\"",
                                 "200 Success: GET VARIABLE \"MARK\"",
                                 "200 Success: VERBOSE \"agi: EXEC Set ERR=thrown\" 0",
                             });
    CHECK(soon([&] { return Report{path}["status"] == "1"; }));
}

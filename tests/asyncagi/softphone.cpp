// SPDX-License-Identifier: MIT
// The softphone as the caller of a program that takes its calls over AMI.

#include "examples/softphone.hpp"

#ifdef AGI_SOFTPHONE

#include "asyncagi/calls.hpp"
#include "catch.hpp"
#include "connection.hpp"
#include <agi/agi.hpp>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string>

using namespace std::chrono_literals;
using namespace asyncagi_tests;
using namespace phone;
namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;

namespace {

void pin(fastagi::Call& call) {
    const auto entry = agi::GetData{"enter-pin", 5s, 4}(call);
    agi::SetVariable{"PIN", entry.digits + call.query("x").value_or("")}(call);
    agi::StreamFile{"bye"}(call);
}

/// A program that logs in at a softphone, whenever there is one.
class Program {
  public:
    template <class Handler>
    explicit Program(Handler handler, const std::string& secret = "secret") {
        running_.server.route("pin", std::move(handler));
        asyncagi::SourceOptions options;
        options.ami.port = port_;
        options.ami.user = "ivr";
        options.ami.secret = secret;
        options.ami.log = {};
        options.ami.first_pause = options.ami.last_pause = 1ms;
        source_.emplace(running_.server, std::move(options));
        source_->start();
        running_.run();
    }
    [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    const std::uint16_t port_ = free_port();
    fastagi_tests::Running running_;
    std::optional<asyncagi::Source> source_;
};

}  // namespace

TEST_CASE("softphone: calls a program over AMI") {
    const Program program{pin};
    const Run call = run("--keys 1234 'ami://ivr:secret@" + program.place() + "/pin?x=5'");
    CHECK(call.status == 0);
    has(call.output, "a program takes the call");
    has(call.output, "enter-pin   keys: 1234");
    has(call.output, "PIN is now \"12345\"");
    has(call.output, "the program lets the call go on");
    has(call.output, "2 sounds, keys 1234, AGI() is over, AGISTATUS SUCCESS");
}

TEST_CASE("softphone: hangs up on a program over AMI") {
    const Program program{pin};
    const Run call = run("--hangup-during enter-pin ami://" + program.place() + "/pin");
    CHECK(call.status == 0);
    has(call.output, "enter-pin   you hang up");
    has(call.output, "AGISTATUS HANGUP");
}

TEST_CASE("softphone: rehearses a program over AMI, and runs scenarios with it") {
    const Program program{pin};
    const std::string url = "ami://" + program.place() + "/pin";
    const Run rehearsal = run("--rehearse --keys 1234 " + url);
    CAPTURE(rehearsal.output);
    CHECK(rehearsal.status == 0);
    has(rehearsal.output, "25 calls, 6 commands");
    const std::string folder = temporary_path("scenarios").string();
    REQUIRE(std::system(("mkdir " + folder).c_str()) == 0);
    for (const char* name : {"one", "two"}) {
        std::ofstream{folder + '/' + name + ".call"}
            << "program = [\"" << url << "?x=" << name << "\"]\n"
            << "[world]\nsounds = { enter-pin = \"2s\", bye = \"1s\" }\n"
            << "[[caller]]\nafter = \"enter-pin\"\npress = \"1234\"\n"
            << "[expect.variables]\nPIN = \"1234" << name << "\"\n";
    }
    const Run suite = run("--scenario " + folder);
    CHECK(suite.status == 0);
    has(suite.output, "2 scenarios, 0 failed");
}

TEST_CASE("softphone: a failed command over AMI brings the call back") {
    const Program program{[](fastagi::Call& call) {
        const bool failed = throws<agi::AGIAppError>([&] { agi::StreamFile{"none"}(call); });
        agi::SetVariable{"AFTER", failed ? "failed" : "played"}(call);
    }};
    const std::string folder = temporary_path("no-sounds").string();
    REQUIRE(std::system(("mkdir " + folder).c_str()) == 0);
    const Run call = run("--sounds " + folder + " --keys 1 ami://" + program.place() + "/pin");
    CHECK(call.status == 0);
    has(call.output, "a failed command ends AGI(), and the dialplan comes back");
    has(call.output, "AFTER is now \"failed\"");
}

TEST_CASE("softphone: waits for a program over AMI no longer than its patience") {
    const Program wrong{pin, "wrong"};
    const std::string with = "--patience 300ms --keys 1 ami://ivr:secret@";
    const Run call = run(with + wrong.place() + "/pin");
    CHECK(call.status == 2);
    has(call.output, "no program has logged in at ami://");
    const Run bad = run("--keys 1 ami://192.0.2.1:5038/pin");
    CHECK(bad.status == 2);
    has(bad.output, "cannot listen at 192.0.2.1:5038");
    CHECK(run("--eagi x.wav --keys 1 ami://:5038/pin").status == 2);
}

TEST_CASE("softphone: a person types keys for a program over AMI, which stops a prompt") {
    const Program program{[](fastagi::Call& call) {
        const auto digit = agi::WaitForDigit{-1ms}(call).digit;
        agi::SetVariable{"KEY", std::string(1, digit.value_or('-'))}(call);
        int asked = 0;
        const bool stopped = call.execute_until(
                                     agi::StreamFile{"music"}, [&] { return ++asked > 2; }, 10ms)
                                 .stopped;
        agi::SetVariable{"STOPPED", stopped ? "yes" : "no"}(call);
    }};
    const std::string url = "ami://" + program.place() + "/pin";
    int master = -1;
    const pid_t child = ::forkpty(&master, nullptr, nullptr, nullptr);
    REQUIRE(child >= 0);
    if (child == 0) {
        ::execl(softphone.c_str(), softphone.c_str(), url.c_str(), nullptr);
        ::_exit(127);
    }
    std::string output;
    bool typed = false;
    pollfd wanted{master, POLLIN, 0};
    std::array<char, 512> bytes{};
    while (::poll(&wanted, 1, 20'000) > 0) {
        const ssize_t size = ::read(master, bytes.data(), bytes.size());
        if (size <= 0) break;
        output.append(bytes.data(), static_cast<std::size_t>(size));
        if (!typed && output.find("any key") != std::string::npos) {
            typed = ::write(master, "5", 1) == 1;
        }
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    ::close(master);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    has(output, "KEY is now \"5\"");
    has(output, "STOPPED is now \"yes\"");
}

#endif

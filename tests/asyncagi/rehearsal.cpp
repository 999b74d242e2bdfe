// SPDX-License-Identifier: MIT
// Calls over AMI that are ended at every step.

#include "asyncagi/calls.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/manager_rehearsal.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace asyncagi_tests;
namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;
namespace testing = agi::testing;

TEST_CASE("rehearse_over_ami: a call that is ended at every step") {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"enter-pin", 2s}, {"bye", 1s}};
    asterisk.channel.caller.after("enter-pin").press("1234");
    asterisk.arguments = {"pin"};
    int looked = 0;
    testing::RehearsalOptions options;
    options.work_done = [&](Asterisk& after, const testing::Run& run) {
        ++looked;
        return run.loss != testing::Loss::none || after.value("PIN") == "1234";
    };
    const auto rehearsal = testing::rehearse_over_ami(
        asterisk,
        [](fastagi::Server& server, asyncagi::Source&) {
            server.route("pin", [](fastagi::Call& call) {
                const auto pin = agi::GetData{"enter-pin", 5s, 4}(call);
                agi::SetVariable{"PIN", pin.digits}(call);
                agi::StreamFile{"bye"}(call);
            });
        },
        options);
    INFO(rehearsal.summary());
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 6);
    CHECK(rehearsal.runs == 31);
    CHECK(looked == 31);
}

namespace {

/// The first line of what a rehearsal finds wrong with a handler.
template <class Handler>
std::string problem_of(Handler handler, std::chrono::milliseconds patience = 20s) {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"enter-pin", 2s}};
    asterisk.channel.caller.after("enter-pin").press("1234");
    asterisk.arguments = {"pin"};
    testing::ManagerOptions manager;
    manager.patience = patience;
    const auto rehearsal = testing::rehearse_over_ami(
        asterisk, [&](fastagi::Server& server, asyncagi::Source&) { server.route("pin", handler); },
        {}, manager);
    CHECK_FALSE(rehearsal.passed());
    return rehearsal.problem.substr(0, rehearsal.problem.find('\n'));
}

}  // namespace

TEST_CASE("rehearse_over_ami: finds an exception that should not leave a handler") {
    CHECK(problem_of([](fastagi::Call&) { throw std::runtime_error{"no database"}; }) ==
          "whole call: an exception leaves the handler: no database");
    CHECK(problem_of([](fastagi::Call&) { throw 1; }) ==
          "whole call: something that is no std::exception leaves the handler");
    // Once the caller is gone, with the end of the claim.
    CHECK(problem_of([](fastagi::Call& call) {
              try {
                  agi::GetData{"enter-pin", 5s, 4}(call);
              } catch (const agi::AGIDeadChannelError&) {
                  throw std::domain_error{"no clean-up"};
              }
          }) == "hang-up during command 1: an exception leaves the handler: no clean-up");
    // A reply that is lost with the connection may leave it, and nothing else of the kind.
    CHECK(problem_of([](fastagi::Call& call) {
              try {
                  agi::GetData{"enter-pin", 5s, 4}(call);
              } catch (const agi::AGIUnknownError&) {
                  throw std::domain_error{"taken for the caller's"};
              }
          }) ==
          "connection lost before command 2: an exception leaves the handler: taken for the "
          "caller's");
    CHECK(problem_of([](fastagi::Call&) {
              throw agi::AGIUnknownError{"x"};
          }).find("whole call: an exception leaves the handler: ") == 0);
}

TEST_CASE("rehearse_over_ami: finds a handler that hangs, or goes on and on") {
    constexpr auto patience = 2s;
    CHECK(problem_of([](fastagi::Call& call) { call.send("WAIT FOR DIGIT -1"); }, patience) ==
          "whole call: the handler hangs: the program waits for the caller without end: WAIT FOR "
          "DIGIT -1");
    CHECK(problem_of(
              [](fastagi::Call& call) {
                  while (!call.server_stopping()) std::this_thread::sleep_for(1ms);
              },
              patience) == "whole call: the handler hangs: the program does not end the call");
    CHECK(problem_of([](fastagi::Call& call) {
              while (!call.hung_up()) call.send("NOOP");
          }) == "whole call: the handler hangs: the program goes on and on");
    // Without its call.
    CHECK(problem_of(
              [](fastagi::Call& call) {
                  try {
                      agi::GetData{"enter-pin", 5s, 4}(call);
                  } catch (const agi::AGIHangup&) {
                      while (!call.server_stopping()) std::this_thread::sleep_for(1ms);
                  }
              },
              patience) == "hang-up during command 1: the handler goes on and on");
}

TEST_CASE("rehearse_over_ami: finds a call without a route, and work that is left undone") {
    Asterisk asterisk;
    asterisk.arguments = {"nobody"};
    const auto route = [](fastagi::Server& server, asyncagi::Source&) {
        server.route("somebody", [](fastagi::Call&) {});
    };
    CHECK(testing::rehearse_over_ami(asterisk, route)
              .problem.find("whole call: no route takes the call") == 0);
    asterisk.arguments = {"somebody"};
    testing::RehearsalOptions options;
    options.work_done = [](Asterisk&, const testing::Run& run) {
        return run.loss != testing::Loss::away_during;
    };
    CHECK(testing::rehearse_over_ami(asterisk, route, options)
              .problem.find("connection lost for good during command 1: work is left undone") == 0);
}

#ifdef AGI_HAS_COROUTINES

TEST_CASE("rehearse_over_ami: handlers that are coroutines") {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"enter-pin", 2s}};
    asterisk.arguments = {"pin"};
    const auto rehearsal =
        testing::rehearse_over_ami(asterisk, [](fastagi::Server& server, asyncagi::Source&) {
            server.route("pin", [](fastagi::AsyncCall& call) -> agi::Task<> {
                const agi::GetData ask{"enter-pin", 5s, 4};
                const auto pin = co_await call(ask);
                const agi::SetVariable set{"PIN", pin.digits};
                co_await call(set);
            });
        });
    INFO(rehearsal.summary());
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 5);
    const auto failing =
        testing::rehearse_over_ami(asterisk, [](fastagi::Server& server, asyncagi::Source&) {
            server.route("pin", [](fastagi::AsyncCall&) -> agi::Task<> {
                throw std::domain_error{"no database"};
                co_return;
            });
        });
    CHECK(failing.problem.find("whole call: an exception leaves the handler: no database") == 0);
}

#endif

// SPDX-License-Identifier: MIT
#pragma once
// The simulated Asterisk that plays the call of a running one.

#include "fast_agi.hpp"
#include <agi/session/session.hpp>
#include <agi/testing/asterisk.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/wire/environment.hpp>
#include <agi/wire/reply.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace live {

using namespace std::chrono_literals;

/// The same call on the simulator.
inline agi::testing::Asterisk twin_of(const agi::Environment& environment) {
    agi::testing::Asterisk twin{std::string{environment.get("agi_version").value()}};
    for (auto& [name, value] : twin.environment) value = environment.get(name).value();
    twin.network = true;
    twin.channel.answered = true;
    twin.channel.sounds = {{"beep", 440ms}};
    twin.unwritable = {"/nosuch"};
    twin.labels = {{"landing,here,label", 4}};
    twin.subroutines["sub,s,1"] = [](agi::testing::Call&, const std::string& argument) {
        return std::optional<std::string>{"back with " + argument.substr(0, argument.find(','))};
    };
    twin.subroutines["sub,s,label"] = [](agi::testing::Call&, const std::string&) {
        return std::optional<std::string>{"from the label"};
    };
    return twin;
}

/// What of a reply has to be the same: of a 520 not its text.
inline std::string compared(const agi::Reply& reply) {
    if (reply.code() == 520) return "520";
    return std::string{reply.raw()};
}

/// The same call twice: on this Asterisk, which is not asked for events meanwhile, and simulated.
struct TwoCalls {
    FastAgiCall fast{};
    decltype(fast.session()) real = fast.session();
    const WithoutEvents quiet{};
    agi::testing::Asterisk twin = twin_of(real.environment());
    agi::Session<agi::testing::SimulatedStream> simulated{agi::testing::SimulatedStream{twin}};
};

}  // namespace live

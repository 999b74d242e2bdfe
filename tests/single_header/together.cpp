// SPDX-License-Identifier: MIT
// All single headers in one file: a call with the simulated Asterisk, and a server.

#include "agi.hpp"
#include "agi_fastagi.hpp"
#include "agi_testing.hpp"

#include <chrono>

int main() {
    agi::testing::Asterisk asterisk;
    asterisk.channel.any_sound = std::chrono::seconds{2};
    asterisk.channel.caller.after("enter-pin").press("1234#");
    const auto flow = [](auto& session) {
        agi::Answer{}(session);
        const auto pin = agi::GetData{"enter-pin", std::chrono::seconds{5}, 4}(session);
        agi::SetVariable{"PIN", pin.digits}(session);
    };
    const auto rehearsal = agi::testing::rehearse(asterisk, flow);
    if (!rehearsal.passed()) return 1;
    agi::Session session{agi::testing::SimulatedStream{asterisk}};
    flow(session);
    if (asterisk.value("PIN") != "1234") return 2;

    agi::fastagi::Server server;
    server.route("pin", flow);
    server.listen("127.0.0.1", 0);
    server.stop(std::chrono::milliseconds{0});
    server.run();
    return 0;
}

// SPDX-License-Identifier: MIT
// A program that imports the module: a dialogue with the simulated Asterisk.

#include <chrono>
#include <iostream>
#include <string>

import agi;

int main() {
    using namespace std::chrono_literals;
    agi::testing::Asterisk asterisk;
    asterisk.channel.any_sound = 2s;
    asterisk.channel.caller.during("enter-pin").press("1234").during("again").press("4711");
    agi::Session session{agi::testing::SimulatedStream{asterisk}};
    agi::Answer{}(session);
    agi::ivr::Ask pin;
    pin.prompt = {"enter-pin"};
    pin.digits = agi::ivr::exactly(4);
    const std::string first = pin(session).digits;
    const std::string second = agi::GetData{"again", 5s, 4}(session).digits;
    if (first == "1234" && second == "4711") return 0;
    std::cerr << first << ' ' << second << '\n';
    return 1;
}

// SPDX-License-Identifier: MIT
// A program of AGI() with one header, and without Asterisk.

#include "agi.hpp"

#include <sstream>

int main() {
    std::istringstream from_asterisk{"agi_channel: SIP/100\n\n200 result=1234\n200 result=0\n"};
    std::ostringstream to_asterisk;
    agi::Session session{agi::IostreamStream{from_asterisk, to_asterisk}};

    agi::ivr::Ask pin;
    pin.prompt = {"enter-pin"};
    pin.digits = agi::ivr::exactly(4);
    if (agi::GetData{"enter-pin"}(session).digits != "1234") return 1;
    agi::Answer{}(session);
    return to_asterisk.str().rfind("GET DATA", 0) == 0 ? 0 : 1;
}

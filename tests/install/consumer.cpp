// SPDX-License-Identifier: MIT
// What a user's first program needs: a session, a command with a result, and one without.

#include <agi/agi.hpp>
#include <agi/stream/iostream_stream.hpp>
#ifdef WITH_FMT
#include <agi/fmt.hpp>
#endif

#include <iostream>
#include <sstream>
#include <string>

int main() {
#ifdef EXPECTED_VERSION
    if (std::string{AGI_VERSION_STRING} != EXPECTED_VERSION) return 1;
#endif
    static_assert(AGI_VERSION >= 100);
    std::istringstream from_asterisk{"agi_channel: SIP/100\n\n200 result=0\n200 result=1234\n"};
    std::ostringstream to_asterisk;

    agi::Session session{agi::IostreamStream{from_asterisk, to_asterisk}};
    agi::Answer{}(session);
    const auto pin = agi::GetData{"enter-pin"}(session);

#ifdef WITH_FMT
    if (agi::SetVariable{"SCORE", 0.87}.request() != R"(SET VARIABLE "SCORE" "0.87")") return 1;
#endif
    std::cout << to_asterisk.str() << "digits: " << pin.digits << '\n';
    return pin.digits == "1234" && to_asterisk.str().rfind("ANSWER\nGET DATA", 0) == 0 ? 0 : 1;
}

// SPDX-License-Identifier: MIT
// Keys that are numbers or texts.

#include <agi/ivr/ivr.hpp>

int main() {
    agi::ivr::Ask ask;
    agi::ivr::Manners house;
    ask.cancel = '*';
    house.attendant = '0';
#if REJECT == 1
    ask.cancel = 0;
#elif REJECT == 2
    house.attendant = "0";
#endif
    return ask.cancel == '*' && house.attendant == '0' ? 0 : 1;
}

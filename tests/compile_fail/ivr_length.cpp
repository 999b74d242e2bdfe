// SPDX-License-Identifier: MIT
#include <agi/ivr/ivr.hpp>

int main() {
    agi::ivr::Ask ask;
#ifdef REJECT
    ask.digits = 6;
#else
    ask.digits = agi::ivr::exactly(6);
#endif
}

// SPDX-License-Identifier: MIT
#include <agi/agi.hpp>
#include <agi/process/run.hpp>

int main() {
#if !defined REJECT
    return agi::run([](agi::AnySession& call) { agi::Answer{}(call); });
#elif REJECT == 1
    return agi::run([] {});
#elif REJECT == 2
    return agi::run([](agi::ProcessSession) {});
#elif REJECT == 3
    return agi::run([](agi::ProcessSession&) { return "done"; });
#elif REJECT == 4
    return agi::run([](int, char**) {});
#endif
}

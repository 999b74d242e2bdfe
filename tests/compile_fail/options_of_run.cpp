// SPDX-License-Identifier: MIT
#include <agi/process/run.hpp>

#include <utility>

int main() {
    agi::SessionOptions options;
#ifdef REJECT
    return agi::run([](agi::ProcessSession&) {}, options);
#else
    return agi::run([](agi::ProcessSession&) {}, std::move(options));
#endif
}

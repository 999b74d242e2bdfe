// SPDX-License-Identifier: MIT
// Many more calls than the limit allows.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/program.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;

namespace {

// Sanitizers take ten times the time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t share = 10;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr std::size_t share = 10;
#else
constexpr std::size_t share = 1;
#endif
#else
constexpr std::size_t share = 1;
#endif

/// As many descriptors as this process may have.
void raise_descriptor_limit() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 16384);
    ::setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace

TEST_CASE("Crowd: 20,000 connections against a limit of 1,000") {
    constexpr std::size_t limit = 1000 / share;
    constexpr std::size_t crowd = 20'000 / share;
    constexpr std::size_t wave = 100;
    raise_descriptor_limit();
    ServerOptions with = options();
    with.max_calls = with.max_threads = limit;
    with.max_connections = limit + wave;
    Running running{std::move(with)};
    running.server.fallback([](Call& call) {
        agi::Noop{"one"}(call);
        agi::Noop{"two"}(call);
    });
    const auto port = running.start();

    std::vector<Peer> calls;
    for (std::size_t i = 0; i < limit; ++i) calls.emplace_back(port, "x");
    std::size_t begun = 0;
    for (Peer& peer : calls) begun += peer.line() == "NOOP \"one\"" ? 1U : 0U;
    CHECK(begun == limit);

    std::size_t refused = 0;
    for (std::size_t done = limit; done < crowd; done += wave) {
        std::vector<Peer> peers;
        for (std::size_t i = 0; i < wave; ++i) peers.emplace_back(port, "x");
        for (Peer& peer : peers) peer.answer();
        for (Peer& peer : peers) {
            refused += peer.answer() == "SET VARIABLE \"FASTAGI_STATUS\" \"BUSY\"" ? 1U : 0U;
        }
        for (Peer& peer : peers) CHECK(peer.line() == "(closed)");
    }
    CHECK(refused == crowd - limit);

    // The calls of before go on, and when they are over there is room again.
    std::size_t ended = 0;
    for (Peer& peer : calls) {
        peer.send("200 result=0\n");
        ended += peer.answer() == "NOOP \"two\"" && peer.line() == "(closed)" ? 1U : 0U;
    }
    CHECK(ended == limit);
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    Peer last{port, "x"};
    CHECK(last.answer() == "NOOP \"one\"");
    CHECK(last.answer() == "NOOP \"two\"");
    CHECK(last.line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    const Counts counts = running.server.counts();
    CHECK(counts.calls == crowd + 1);
    CHECK(counts.refused == crowd - limit);
    CHECK(counts.failed == 0);
    CHECK(running.logged("all calls that may run do") == crowd - limit);
    // The limit of connections may be reached while those of the last wave are closed.
    CHECK(running.log().size() <= crowd - limit + 1);
}

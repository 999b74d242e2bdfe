// SPDX-License-Identifier: MIT
// SharedSecret; this test is the Asterisk that answers.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include "sha1.hpp"
#include <agi/command/program.hpp>
#include <agi/fastagi/shared_secret.hpp>
#include <agi/testing/words.hpp>

#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;

namespace {

/// The random text of a question.
std::string nonce_of(const std::string& request) {
    const auto words = agi::testing::words(request);
    REQUIRE(words.size() == 4);
    const std::string head = "${SHA1(${FASTAGI_SECRET}${SHA1(";
    const std::string tail = "${FASTAGI_SECRET})})}";
    const std::string& expression = words[3];
    REQUIRE(expression.compare(0, head.size(), head) == 0);
    REQUIRE(expression.size() == head.size() + 32 + tail.size());
    REQUIRE(expression.substr(head.size() + 32) == tail);
    return expression.substr(head.size(), 32);
}

/// What Asterisk answers that has this secret.
std::string hash_of(const std::string& request, const std::string& secret) {
    return sha1(secret + sha1(nonce_of(request) + secret));
}
std::string answer_of(const std::string& request, const std::string& secret) {
    return "200 result=1 (" + hash_of(request, secret) + ")\n";
}

}  // namespace

TEST_CASE("SharedSecret: only who knows it reaches the handler") {
    Running running;
    running.server.use(SharedSecret{"correct-horse"});
    running.server.route("blocking", [](Call& call) { agi::Noop{"in"}(call); });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [](AsyncCall& call) -> agi::Task<> {
        const agi::Noop noop{"in"};
        co_await call(noop);
    });
    const std::string path = GENERATE("blocking", "async");
#else
    const std::string path = "blocking";
#endif
    const auto port = running.start();
    std::set<std::string> questions;
    for (int i = 0; i < 3; ++i) {
        Peer peer{port, path};
        const std::string question = peer.line();
        questions.insert(question);
        peer.send(answer_of(question, "correct-horse"));
        CHECK(peer.answer() == "NOOP \"in\"");
        CHECK(peer.line() == "(closed)");
    }
    CHECK(questions.size() == 3);
    const std::string earlier = answer_of(*questions.begin(), "correct-horse");
    Peer peer{port, path};
    const std::string question = peer.line();
    peer.send(GENERATE_COPY(values<std::string>({
        earlier,
        "200 result=1 ()\n",
        "200 result=1 (da39a3ee5e6b4b0d3255bfef95601890afd80709)\n",
    })));
    CHECK(peer.answer() == "VERBOSE \"FastAGI: denied, as it does not know the secret\" 0");
    CHECK(peer.answer() == "SET VARIABLE \"FASTAGI_STATUS\" \"DENIED\"");
    CHECK(peer.line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.log() ==
          std::vector<std::string>{"warning: call 4 from 127.0.0.1 (PJSIP/100-00000001, " + path +
                                   "): denied, as it does not know the secret"});
}

TEST_CASE("SharedSecret: an answer that is right in part is wrong") {
    Running running;
    running.server.use(SharedSecret{"correct-horse"});
    running.server.fallback([](Call& call) { agi::Noop{"in"}(call); });
    const auto port = running.start();
    const auto denied = [&](const std::function<std::string(std::string)>& change) {
        Peer peer{port, "x"};
        const std::string question = peer.line();
        peer.send("200 result=1 (" + change(hash_of(question, "correct-horse")) + ")\n");
        return peer.answer() == "VERBOSE \"FastAGI: denied, as it does not know the secret\" 0";
    };
    const auto other = [](char digit) { return digit == '0' ? '1' : '0'; };
    for (std::size_t i = 0; i < 40; ++i) {
        CAPTURE(i);
        CHECK(denied([&](std::string hash) {
            hash[i] = other(hash[i]);
            return hash;
        }));
    }
    CHECK(denied([](const std::string& hash) { return hash + '0'; }));
    CHECK(denied([](const std::string& hash) { return hash.substr(0, 39); }));
    CHECK(denied([](const std::string& hash) { return ' ' + hash; }));
    CHECK_FALSE(denied([](const std::string& hash) { return hash; }));
    Peer peer{port, "x"};
    const std::string question = peer.line();
    peer.send("200 result=1 (" + sha1(nonce_of(question) + "correct-horse") + ")\n");
    CHECK(peer.line().find("VERBOSE") == 0);
}

TEST_CASE("SharedSecret: every digit of the random text is random") {
    Running running;
    running.server.use(SharedSecret{"correct-horse"});
    running.server.fallback([](Call&) {});
    const auto port = running.start();
    std::vector<std::set<char>> digits(32);
    std::set<char> all;
    for (int i = 0; i < 64; ++i) {
        Peer peer{port, "x"};
        const std::string nonce = nonce_of(peer.line());
        for (std::size_t at = 0; at < nonce.size(); ++at) digits[at].insert(nonce[at]);
        all.insert(nonce.begin(), nonce.end());
    }
    // Less than that in one of 32 places happens once in 10^40 times or so.
    for (const auto& place : digits) CHECK(place.size() > 4);
    CHECK(all.size() == 16);
}

TEST_CASE("SharedSecret: a text that a dialplan could read otherwise is none") {
    for (const char* const secret : {"", "a,b", "${X}", "a b", "a\nb", "\xc3\xa4"}) {
        CHECK_THROWS_AS(SharedSecret{secret}, std::invalid_argument);
    }
}

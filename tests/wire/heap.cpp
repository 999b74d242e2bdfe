// SPDX-License-Identifier: MIT
// That commands cost no heap call of the library's own. Counts the calls of the whole program.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/say.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/wire/request.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

using namespace agi;
using namespace std::chrono_literals;

namespace {

std::atomic<bool> counting{false};
std::atomic<std::size_t> calls{0};

void* counted(std::size_t size) noexcept {
    if (counting) ++calls;
    return std::malloc(size == 0 ? 1 : size);
}

/// How many heap calls the function makes.
template <class Function>
std::size_t heap_calls(const Function& function) {
    calls = 0;
    counting = true;
    function();
    counting = false;
    return calls;
}

}  // namespace

void* operator new(std::size_t size) {
    if (void* const memory = counted(size)) return memory;
    throw std::bad_alloc{};
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return counted(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

namespace {

/// Answers every request with the same reply.
struct Echo {
    std::string_view reply = "200 result=0";
    std::size_t sent = 0;
    bool environment = true;

    bool read_line(std::string& line) {
        line.assign(environment ? std::string_view{} : reply);
        environment = false;
        return true;
    }
    void write_line(std::string_view line) { sent += line.size(); }
};

}  // namespace

TEST_CASE("heap: the counter counts") {
    const auto one = [] { delete new int{1}; };
    CHECK(heap_calls(one) == 1);
    CHECK(heap_calls([] {}) == 0);
}

TEST_CASE("heap: a request of up to 512 bytes makes no call") {
    const std::string text(505, 'x');
    std::size_t size = 0;
    CHECK(heap_calls([&] { size = wire::Request{"NOOP", text}.view().size(); }) == 0);
    CHECK(size == 512);
    CHECK(heap_calls([&] {
              const wire::Request request{"NOOP", text};
              const wire::Request copy{
                  request};  // NOLINT(performance-unnecessary-copy-initialization)
              size = copy.view().size();
          }) == 0);
    CHECK(size == 512);
    CHECK(heap_calls([&] { size = wire::Request{"NOOP", text, 1}.view().size(); }) > 0);
    CHECK(size == 514);
}

TEST_CASE("heap: text that is escaped makes no call either") {
    const std::string text(250, '"');
    CHECK(heap_calls([&] { wire::Request{"NOOP", text}; }) == 0);
}

TEST_CASE("heap: a command with short text makes no call in a session") {
    Session<Echo> session{Echo{}};
    const auto check = [&](std::string_view reply, const auto& command) {
        session.stream().reply = reply;
        const std::size_t before = session.stream().sent;
        command(session);  // the session's buffers grow to what they need
        REQUIRE(session.stream().sent > before);
        CHECK(heap_calls([&] {
                  for (int i = 0; i < 10; ++i) command(session);
              }) == 0);
    };
    check("200 result=0", Answer{});
    check("200 result=1234", GetData{"enter-pin", 5s, 4});
    check("200 result=12 (timeout)", GetData{"enter-pin", 5s, 4});
    check("200 result=49 endpos=8000", StreamFile{"welcome", "12#"});
    check("200 result=0", SayNumber{42, "12"});
    check("200 result=0", Noop{"hello"});
    check("200 result=1", SetVariable{"NAME", "value"});
}

TEST_CASE("heap: HANGUP lines and provisional replies make no call") {
    Exchange talk;
    Order order;
    order.kind = Order::Kind::start;
    talk.begin(order);
    talk.line("");
    talk.end();
    order = {};
    order.request = "NOOP";
    const auto once = [&] {
        talk.begin(order);
        talk.nothing();
        talk.written();
        for (const char* line :
             {"HANGUP", "100 result=0 Trying...", "200 result=0 (tag) endpos=800"}) {
            if (talk.need() != Exchange::Need::read) return false;
            talk.line(line);
        }
        const bool done = talk.need() == Exchange::Need::done;
        talk.end();
        return done;
    };
    REQUIRE(once());
    bool good = false;
    CHECK(heap_calls([&] { good = once(); }) == 0);
    CHECK(good);
}

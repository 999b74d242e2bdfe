// SPDX-License-Identifier: MIT
#pragma once
// One thread of a server that waits for many calls at a time.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/owned_socket.hpp>
#include <agi/version.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <unordered_set>
#include <utility>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// A loop and its calls. All but `context` is for its own thread.
class Loop {
  public:
    Loop() { reserve_descriptors(); }

    /// Takes the call out of its loop, and destroys it. Whoever sees its connection end may call again
    /// at once: there is room by then.
    struct Remove {
        Loop* loop;
        void operator()(AsyncCall* call) const noexcept {
            loop->calls_.erase(call);
            const OwnedSocket connection{take_socket(*call)};
            delete call;
            loop->give_memory_back();
        }
    };
    using CallPointer = std::unique_ptr<AsyncCall, Remove>;

    CallPointer add(CallFacts facts, OwnedSocket socket, SessionOptions options) {
        const auto protocol = facts.peer.protocol();
        CallPointer added{
            new AsyncCall{std::move(facts), std::in_place, std::move(options), context_}, {this}};
        calls_.insert(added.get());
        LoopSocket& connection = CallAccess::channel(*added).stream();
        connection.assign(protocol, socket.fd());
        static_cast<void>(socket.release());
        connection.non_blocking(true);
        peak_ = std::max(peak_, calls_.size());
        if (calls_.size() >= reserved_) reserve_descriptors();
        return added;
    }

    /// The connection of a call that waits for nothing. It leaves the loop, which would otherwise hear
    /// of it for as long as a forked child has it.
    static OwnedSocket take_socket(AsyncCall& call) noexcept {
        error_code ignored;
        auto& socket = CallAccess::channel(call).stream();
        return OwnedSocket{socket.is_open() ? socket.release(ignored) : -1};
    }

    [[nodiscard]] const std::unordered_set<AsyncCall*>& calls() const noexcept { return calls_; }
    [[nodiscard]] net::io_context& context() noexcept { return context_; }

    /// Ends the loop.
    void end() {
        ended_ = true;
        context_.stop();
    }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// It can be run again.
    void restart() {
        ended_ = false;
        context_.restart();
    }

  private:
    static constexpr std::size_t block = 1024;

    /// Descriptors that Asio has a place for, but no more than one that is open.
    struct Places {
        Places() = default;
        Places(const Places&) = delete;
        Places& operator=(const Places&) = delete;
        ~Places() {
            error_code ignored;
            for (LoopSocket& socket : sockets) {
                if (socket.is_open()) static_cast<void>(socket.release(ignored));
            }
            if (file >= 0) ::close(file);
        }
        void take(net::io_context& context) {
            sockets.reserve(block);
            while (file >= 0 && sockets.size() < block) {
                error_code error;
                sockets.emplace_back(context).assign(net::ip::tcp::v4(), file, error);
                if (error) break;
            }
        }
        int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);  // nothing that epoll would wait for
        std::vector<LoopSocket> sockets;
    };

    /// Asio keeps for ever what it allocates for a descriptor. Allocated in one piece, it does not
    /// hold on to the memory of the calls around it.
    void reserve_descriptors() noexcept {
        try {
            Places places;
            places.take(context_);
            reserved_ += block;
        } catch (const std::bad_alloc&) {
            // It works without.
        }
    }

    /// After a peak of calls.
    void give_memory_back() noexcept {
        if (peak_ < block || calls_.size() > peak_ / 8) return;
        peak_ = calls_.size();
#ifdef __GLIBC__
        ::malloc_trim(0);
#endif
    }

    std::atomic<bool> ended_{false};
    std::size_t reserved_ = 0;
    std::size_t peak_ = 0;
    std::unordered_set<AsyncCall*> calls_;  // outlives what the context holds
    net::io_context context_{1};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET

// SPDX-License-Identifier: MIT
#pragma once
// One thread of a server that waits for many calls at a time.

#include <agi/fastagi/call.hpp>
#include <agi/version.hpp>

#include <fcntl.h>

#include <algorithm>
#include <memory>
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

    /// Takes the call out of its loop, and destroys it.
    struct Remove {
        Loop* loop;
        void operator()(AsyncCall* call) const noexcept {
            loop->calls_.erase(call);
            delete call;
            loop->give_memory_back();
        }
    };
    using CallPointer = std::unique_ptr<AsyncCall, Remove>;

    CallPointer add(CallFacts facts, LoopSocket socket) {
        SessionOptions options = facts.server->session_options();
        auto call =
            std::make_unique<AsyncCall>(std::move(facts), std::move(socket), std::move(options));
        calls_.insert(call.get());
        peak_ = std::max(peak_, calls_.size());
        if (calls_.size() >= reserved_) reserve_descriptors();
        return CallPointer{call.release(), {this}};
    }

    [[nodiscard]] const std::unordered_set<AsyncCall*>& calls() const noexcept { return calls_; }
    [[nodiscard]] net::io_context& context() noexcept { return context_; }

  private:
    static constexpr std::size_t block = 1024;

    /// Asio keeps for ever what it allocates for a descriptor. Allocated in one piece, it does not
    /// hold on to the memory of the calls around it.
    void reserve_descriptors() {
        reserved_ += block;
        std::vector<LoopSocket> sockets;
        sockets.reserve(block);
        error_code error;
        sockets.emplace_back(context_).open(net::ip::tcp::v4(), error);
        while (sockets.size() < block && !error) {
            const int copy = ::fcntl(sockets.front().native_handle(), F_DUPFD_CLOEXEC, 0);
            if (copy < 0) break;  // out of descriptors: the listener will say so
            sockets.emplace_back(context_).assign(net::ip::tcp::v4(), copy, error);
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

    std::size_t reserved_ = 0;
    std::size_t peak_ = 0;
    std::unordered_set<AsyncCall*> calls_;  // outlives what the context holds
    net::io_context context_{1};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET

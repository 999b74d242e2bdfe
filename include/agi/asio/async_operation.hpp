// SPDX-License-Identifier: MIT
#pragma once
// One operation of an AsyncSession, from its begin to its completion.

#include <agi/asio/async_channel.hpp>
#include <agi/version.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

template <class Command>
using ResultOf = decltype(std::declval<const Command&>().parse(std::declval<const Reply&>()));

/// How an asynchronous operation with this result completes.
template <class Result>
struct Completion {
    using Type = void(std::exception_ptr, Result);
};
template <>
struct Completion<void> {
    using Type = void(std::exception_ptr);
};

/// Whether an operation was cancelled by its slot; Asio has these since 1.19.
template <class Self>
auto is_cancelled(const Self& self, int /*better*/)
    -> decltype(self.get_cancellation_state().cancelled(), bool{}) {
    return static_cast<unsigned>(self.get_cancellation_state().cancelled()) != 0;
}
template <class Self>
bool is_cancelled(const Self& /*self*/, long /*worse*/) noexcept {
    return false;
}

/// Runs one exchange on a channel: the implementation for net::async_compose.
template <class Channel, class Exchange>
class AsyncOperation {
  public:
    AsyncOperation(Channel& channel, Exchange exchange)
        : channel_{&channel}, exchange_{std::move(exchange)} {}

    template <class Self>
    void operator()(Self& self, error_code error = {}, std::size_t size = 0) {
        if (ended_) return complete(self);
        Step step = Step::done;
        try {
            step = begun_ ? channel_->advance(error, size) : exchange_.begin(*channel_);
            while (step == Step::done && !exchange_.complete(*channel_)) step = channel_->go_on();
            if (begun_) channel_->check_wait(step, is_cancelled(self, 0));
        } catch (...) {
            failure_ = std::current_exception();
        }
        const bool at_once = !std::exchange(begun_, true);
        if (!failure_ && step == Step::read) return channel_->async_read(std::move(self));
        if (!failure_ && step == Step::write) return channel_->async_write(std::move(self));
        if (!at_once) return complete(self);
        ended_ = true;  // nothing completes before the call that began it has returned
        net::post(channel_->stream().get_executor(), std::move(self));
    }

  private:
    template <class Self>
    void complete(Self& self) {
        using Result = typename Exchange::Result;
        if constexpr (std::is_void_v<Result>) {
            try {
                if (!failure_) exchange_.finish(*channel_);
            } catch (...) {
                failure_ = std::current_exception();
            }
            self.complete(failure_);
        } else {
            Result result{};
            try {
                if (!failure_) result = exchange_.finish(*channel_);
            } catch (...) {
                failure_ = std::current_exception();
            }
            self.complete(failure_, std::move(result));
        }
    }

    Channel* channel_;
    Exchange exchange_;
    std::exception_ptr failure_;
    bool begun_ = false;
    bool ended_ = false;
};

}}}}  // namespace agi::v0::wire::AGI_NET

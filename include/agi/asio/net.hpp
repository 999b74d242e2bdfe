// SPDX-License-Identifier: MIT
#pragma once
// Asio: the standalone library, or that of Boost where AGI_BOOST_ASIO is defined.

#include <agi/version.hpp>
#include <agi/wire/refuse.hpp>

#include <string_view>
#include <type_traits>
#include <utility>  // which the awaitable.hpp of Boost 1.74 forgets

// AGI_NET names an inline namespace: what is built on one Asio does not link to what is built on the other.
#ifdef AGI_BOOST_ASIO
#if !__has_include(<boost/asio.hpp>)
#error \
    "agi: AGI_BOOST_ASIO needs Boost.Asio: install libboost-dev (Debian, Ubuntu) or boost-devel (Fedora)"
#endif
#define AGI_NET boost_asio
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#ifdef BOOST_ASIO_HAS_CO_AWAIT
#define AGI_HAS_COROUTINES
#endif
#else
#if !__has_include(<asio.hpp>)
#error \
    "agi: FastAGI needs Asio: install libasio-dev (Debian, Ubuntu) or asio-devel (Fedora), or define AGI_BOOST_ASIO"
#endif
#define AGI_NET standalone_asio
#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/compose.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#ifdef ASIO_HAS_CO_AWAIT
#define AGI_HAS_COROUTINES
#endif
#endif

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

#ifdef AGI_BOOST_ASIO
namespace net = boost::asio;
using boost::system::error_code;
using boost::system::system_error;
#else
namespace net = ::asio;
using ::asio::error_code;
using ::asio::system_error;
#endif

/// Whether it is a socket itself, and not a layer on one, such as TLS.
template <class Stream, class = void>
struct is_socket : std::false_type {};
template <class Stream>
struct is_socket<Stream, std::void_t<decltype(std::declval<Stream&>().non_blocking(true))>>
    : std::true_type {};

/// Whether the peer, or the way to it, is gone. TLS has errors of its own for a peer that closes
/// without a word; their category is named here, as this must not need OpenSSL.
inline bool is_closed(const error_code& error) noexcept {
    return error == net::error::eof || error == net::error::connection_reset ||
           error == net::error::broken_pipe || error == net::error::timed_out ||
           std::string_view{error.category().name()} == "asio.ssl.stream";
}

}}}}  // namespace agi::v0::wire::AGI_NET

namespace agi { inline namespace v0 { inline namespace AGI_NET {

#ifdef AGI_HAS_COROUTINES
/// What a coroutine returns.
template <class T = void>
using Task = wire::net::awaitable<T>;
#else
#if __cplusplus < 202002L
#define AGI_NO_TASK \
    "agi: coroutines need C++20: -std=c++20, or target_compile_features(... cxx_std_20) in CMake"
#else
#define AGI_NO_TASK \
    "agi: this Asio has no coroutines with this compiler: take g++, or a newer clang and Asio"
#endif
/// Whoever names it is told what it needs.
template <class T = void>
#ifdef __clang__
class Task {
    static_assert(wire::never<T>, AGI_NO_TASK);
};
#else
class AGI_REFUSE(AGI_NO_TASK) Task {
    AGI_REFUSE_IN_BODY(T, AGI_NO_TASK);
};
#endif
#undef AGI_NO_TASK
#endif

}}}  // namespace agi::v0::AGI_NET

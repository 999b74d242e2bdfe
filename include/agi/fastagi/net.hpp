// SPDX-License-Identifier: MIT
#pragma once
// The parts of Asio that a server needs beside those of a session.

#include <agi/asio/net.hpp>
#include <agi/version.hpp>

#ifdef AGI_BOOST_ASIO
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/signal_set.hpp>
#else
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/signal_set.hpp>
#endif

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

namespace net = wire::net;
using wire::error_code;
using wire::system_error;

}}}}  // namespace agi::v0::fastagi::AGI_NET

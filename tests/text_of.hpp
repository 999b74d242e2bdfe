// SPDX-License-Identifier: MIT
#pragma once
// How an operation has completed, in words.

#include <agi/wire/error.hpp>

#include <exception>
#include <string>

inline std::string text_of(const std::exception_ptr& error) {
    try {
        if (error) std::rethrow_exception(error);
        return "done";
    } catch (const agi::AGIHangup&) {
        return "hung up";
    } catch (const std::exception& thrown) {
        return thrown.what();
    }
}

# agi::dev is agi::agi with every warning an error: what the project's own programs link to. The tests
# have values that fmt formats.

# There are no modules, and the scanner for them is often not installed.
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

add_library(agi_dev INTERFACE)
add_library(agi::dev ALIAS agi_dev)
target_link_libraries(agi_dev INTERFACE agi::agi)
if(AGI_TESTS OR AGI_LIVE_TESTS OR AGI_BENCHMARK)
    find_package(fmt 8 CONFIG REQUIRED)
    target_link_libraries(agi_dev INTERFACE agi::fmt)
endif()
target_compile_options(
    agi_dev
    INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror)

if(AGI_SANITIZE)
    set(agi_sanitize -fsanitize=${AGI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(agi_dev INTERFACE ${agi_sanitize})
    target_link_options(agi_dev INTERFACE ${agi_sanitize})
    if(AGI_SANITIZE MATCHES thread)
        # ThreadSanitizer does not know fences. Asio's are needless where its mutexes are.
        target_compile_definitions(agi_dev INTERFACE
            ASIO_DISABLE_FENCED_BLOCK BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()

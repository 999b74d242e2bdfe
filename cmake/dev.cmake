# agi::dev is agi::agi with every warning, an error where there are tests: what the project's own programs
# link to. The tests have values that fmt formats.

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
    INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast)
if(AGI_TESTS OR AGI_LIVE_TESTS OR AGI_FUZZ OR AGI_BENCHMARK)
    target_compile_options(agi_dev INTERFACE -Werror)
endif()

if(AGI_SANITIZE)
    set(agi_sanitize -fsanitize=${AGI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    if(AGI_NO_SANITIZE)
        list(APPEND agi_sanitize -fno-sanitize=${AGI_NO_SANITIZE})
    endif()
    # Each check has a place in the source, with pointers: millions, which a program that may be loaded
    # anywhere would correct whenever it starts.
    target_compile_options(agi_dev INTERFACE ${agi_sanitize} -fno-pie)
    target_link_options(agi_dev INTERFACE ${agi_sanitize} -no-pie)
    if(AGI_SANITIZE MATCHES thread)
        # ThreadSanitizer does not know fences. Asio's are needless where its mutexes are.
        target_compile_definitions(agi_dev INTERFACE
            ASIO_DISABLE_FENCED_BLOCK BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()

# agi_add_catch2_program(<name> <source>...) adds a test program, with Catch2 2.13 or 3.

find_package(Catch2 REQUIRED)
include(Catch)

# For catch_discover_tests: a test that the program does not find again is a failure, not an empty
# success. Version 3 does so by itself.
set(agi_catch2_arguments "")
if(NOT TARGET Catch2::Catch2WithMain)
    set(agi_catch2_arguments -w NoTests)
endif()

function(agi_add_catch2_program name)
    set(tests ${PROJECT_SOURCE_DIR}/tests)
    add_executable(${name} ${ARGN})
    target_include_directories(${name} PRIVATE ${tests})
    target_precompile_headers(${name} PRIVATE ${tests}/catch.hpp)
    target_link_libraries(${name} PRIVATE agi::dev)
    if(TARGET Catch2::Catch2WithMain)
        target_link_libraries(${name} PRIVATE Catch2::Catch2WithMain)
    else()
        target_link_libraries(${name} PRIVATE Catch2::Catch2)
        target_sources(${name} PRIVATE ${tests}/catch_main.cpp)
        set_source_files_properties(${tests}/catch_main.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
endfunction()

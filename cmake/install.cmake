# Installs the headers, the CMake package and the pkg-config files. All of it is the same on every
# architecture, so it goes to share/. Each part has targets of its own, as each may be there or not.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(agi_package_dir ${CMAKE_INSTALL_DATADIR}/cmake/agi)
set(agi_pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/agi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/agi)

install(TARGETS agi EXPORT agi-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT agi-targets NAMESPACE agi:: DESTINATION ${agi_package_dir})
foreach(part fmt fastagi asyncagi tls)
    install(TARGETS agi_${part} EXPORT agi-${part}-targets)
    install(EXPORT agi-${part}-targets NAMESPACE agi:: DESTINATION ${agi_package_dir})
endforeach()

# A minor version may break things while the major version is 0.
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(agi_compatibility SameMinorVersion)
else()
    set(agi_compatibility SameMajorVersion)
endif()
configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/agi-config.cmake.in ${PROJECT_BINARY_DIR}/agi-config.cmake
    INSTALL_DESTINATION ${agi_package_dir}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/agi-config-version.cmake
    COMPATIBILITY ${agi_compatibility}
    ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/agi-config.cmake ${PROJECT_BINARY_DIR}/agi-config-version.cmake
        DESTINATION ${agi_package_dir})

# Relative to the file itself, so that an installed tree can be moved.
file(RELATIVE_PATH agi_pkgconfig_to_include
    ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
function(agi_pkgconfig name description requires flags)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/agi.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${agi_pkgconfig_dir})
endfunction()
set(agi_asio_flags -pthread)
if(AGI_BOOST_ASIO)
    set(agi_asio_flags "-DAGI_BOOST_ASIO -pthread")
endif()
agi_pkgconfig(agi "${PROJECT_DESCRIPTION}" "" "-I\${includedir}")
if(AGI_FMT_HEADER_ONLY)
    agi_pkgconfig(agi-fmt "agi/fmt.hpp: values that fmt can format" "agi" "-DFMT_HEADER_ONLY")
else()
    agi_pkgconfig(agi-fmt "agi/fmt.hpp: values that fmt can format" "agi, fmt >= 8" "")
endif()
agi_pkgconfig(agi-fastagi "FastAGI servers for agi" "agi" "${agi_asio_flags}")
agi_pkgconfig(agi-asyncagi "Asterisk's manager and AsyncAGI for agi" "agi-fastagi" "")
agi_pkgconfig(agi-tls "TLS and shared secrets for agi" "agi-asyncagi, openssl" "")

# Installs the headers, the CMake package and the pkg-config file. All of it is the same on every
# architecture, so it goes to share/.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(agi_package_dir ${CMAKE_INSTALL_DATADIR}/cmake/agi)
set(agi_pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/agi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp")
install(TARGETS agi agi_fastagi EXPORT agi-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT agi-targets NAMESPACE agi:: DESTINATION ${agi_package_dir})

# A minor version may break things while the major version is 0.
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(agi_compatibility SameMinorVersion)
else()
    set(agi_compatibility SameMajorVersion)
endif()
configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/agi-config.cmake.in ${PROJECT_BINARY_DIR}/agi-config.cmake
    INSTALL_DESTINATION ${agi_package_dir}
    NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/agi-config-version.cmake
    COMPATIBILITY ${agi_compatibility}
    ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/agi-config.cmake ${PROJECT_BINARY_DIR}/agi-config-version.cmake
        DESTINATION ${agi_package_dir})

# Relative to the file itself, so that an installed tree can be moved.
file(RELATIVE_PATH agi_pkgconfig_to_include
    ${CMAKE_INSTALL_FULL_DATADIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
set(agi_pkgconfig_defines "")
if(AGI_FMT_HEADER_ONLY)
    set(agi_pkgconfig_defines " -DFMT_HEADER_ONLY")
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/agi.pc.in ${PROJECT_BINARY_DIR}/agi.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/agi.pc DESTINATION ${agi_pkgconfig_dir})

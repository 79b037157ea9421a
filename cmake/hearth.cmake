# Functions shared by the CMakeLists: a module is a folder of src/ with its unit tests beside the
# sources (*_test.cc), benchmarks (*_bench.cc) and one file per instruction set (avx2.cc, avx512.cc).

set(HEARTH_WARNINGS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND HEARTH_WARNINGS -Wno-restrict)  # false alarms on std::string, GCC bug 105651
  # False alarms in GCC 12's own AVX-512 header, GCC bug 105593.
  set(HEARTH_AVX512_WARNINGS -Wno-uninitialized -Wno-maybe-uninitialized)
endif()

# Products of floats must round where the source says so: the same bits with every compiler and on
# every path. Kernels ask for fused multiply-add by name.
set(HEARTH_FLAGS -ffp-contract=off -fno-math-errno)

if(HEARTH_SANITIZE)
  add_compile_options(-fsanitize=${HEARTH_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HEARTH_SANITIZE})
endif()
# The modules that read what nobody has checked: libFuzzer is guided by their branches. In kernels and
# tests the counting would only cost time.
set(HEARTH_FUZZED_MODULES base ir formats text frontends genai)

set(HEARTH_MODULES "" CACHE INTERNAL "")

# Most of the time of compiling is headers, so GCC gets the modules' sources a few at a time. The debug
# preset compiles each file by itself, which also shows that it includes what it uses.
option(HEARTH_UNITY "Compile several sources of a module together" ON)

# Half of the time that Clang takes is headers of the standard library and of nlohmann/json, so for
# it they are compiled once for the modules and once for the tests. GCC gains little and loses track
# of which warnings come from system headers.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(HEARTH_PCH_DEFAULT ON)
endif()
option(HEARTH_PCH "Precompile the headers that most sources include" ${HEARTH_PCH_DEFAULT})
set(HEARTH_COMMON_HEADERS
    <algorithm> <array> <atomic> <chrono> <cmath> <cstdint> <cstring> <filesystem> <fstream>
    <functional> <limits> <map> <memory> <mutex> <numeric> <optional> <set> <span> <sstream>
    <string> <string_view> <thread> <tuple> <unordered_map> <utility> <variant> <vector>
    <fmt/format.h> <nlohmann/json.hpp>)

# hearth_precompile(target kind headers...): the first target of a kind compiles the headers, the
# others reuse them.
function(hearth_precompile target kind)
  if(NOT HEARTH_PCH)
    return()
  endif()
  get_property(first GLOBAL PROPERTY HEARTH_PCH_${kind})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${HEARTH_COMMON_HEADERS} ${ARGN})
    set_property(GLOBAL PROPERTY HEARTH_PCH_${kind} ${target})
  endif()
endfunction()

function(hearth_compile_flags target)
  target_compile_options(${target} PRIVATE ${HEARTH_WARNINGS} ${HEARTH_FLAGS})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
endfunction()

# hearth_isa_flags(source out): compiler flags of a file for one instruction set, which ends its name
# (or starts it: avx512_fma_peak.cc); the names are those of base/cpu.h, and amx_int8, amx_bf16.
set(HEARTH_AVX2 -mavx2 -mfma -mf16c)
set(HEARTH_AVX512 ${HEARTH_AVX2} -mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl
    -mprefer-vector-width=512 ${HEARTH_AVX512_WARNINGS})
function(hearth_isa_flags source out)
  set(flags "")
  if(source MATCHES "(amx|avx512_bf16)[a-z0-9_]*\\.cc$")
    set(flags ${HEARTH_AVX512} -mavx512vnni -mavx512bf16)
    if(source MATCHES "amx[a-z0-9_]*\\.cc$")
      list(APPEND flags -mamx-tile -mamx-int8 -mamx-bf16)
    endif()
  elseif(source MATCHES "avx512_vnni[a-z_]*\\.cc$")
    set(flags ${HEARTH_AVX512} -mavx512vnni)
  elseif(source MATCHES "avx512[a-z_]*\\.cc$")
    set(flags ${HEARTH_AVX512})
  elseif(source MATCHES "avx_vnni[a-z_]*\\.cc$")
    set(flags ${HEARTH_AVX2} -mavxvnni)
  elseif(source MATCHES "avx2[a-z_]*\\.cc$")
    set(flags ${HEARTH_AVX2})
  endif()
  set(${out} "${flags}" PARENT_SCOPE)
endfunction()

# hearth_module(name DEPS modules... LIBS libraries... [TEST_SHARDS n]): static library hearth_<name>
# from src/<name>/**/*.cc, and hearth_<name>_test from its *_test.cc files.
function(hearth_module name)
  cmake_parse_arguments(ARG "" "TEST_SHARDS" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(benches ${sources})
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  set(emulated ${sources})  # kernels on emulated intrinsics: run by tests only
  list(FILTER emulated INCLUDE REGEX "_emulated\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_(test|bench|emulated)\\.cc$")
  if(NOT sources)
    return()
  endif()
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set_source_files_properties(${emulated} PROPERTIES COMPILE_OPTIONS
      "-mavx2;-mfma;-mf16c;-Wno-psabi" SKIP_PRECOMPILE_HEADERS ON)
    foreach(source ${emulated})
      if(source MATCHES "amx[a-z0-9_]*\\.cc$")  # of AMX only the tiles are emulated
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS
          "${HEARTH_AVX512};-mavx512vnni;-mavx512bf16")
      elseif(HEARTH_SANITIZE AND source MATCHES "int8_matmul/avx512_emulated\\.cc$")
        # Its plain loops, unrolled, take Clang with sanitizers six minutes, and one without
        # them; the native file of the same code has them.
        set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS -fno-sanitize=all)
      endif()
    endforeach()
    list(APPEND tests ${emulated})
    foreach(source ${sources})
      hearth_isa_flags(${source} flags)
      if(flags)
        set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${flags}"
          SKIP_PRECOMPILE_HEADERS ON)
      endif()
    endforeach()
  else()
    list(FILTER sources EXCLUDE REGEX "(avx|amx)[a-z0-9_]*\\.cc$")
  endif()
  add_library(hearth_${name} STATIC ${sources})
  hearth_compile_flags(hearth_${name})
  if(HEARTH_FUZZ AND name IN_LIST HEARTH_FUZZED_MODULES)
    target_compile_options(hearth_${name} PRIVATE -fsanitize=fuzzer-no-link)
    hearth_precompile(hearth_${name} FUZZED_MODULES)
  else()
    hearth_precompile(hearth_${name} MODULES)
  endif()
  set_target_properties(hearth_${name} PROPERTIES UNITY_BUILD ${HEARTH_UNITY}
    UNITY_BUILD_BATCH_SIZE 6)
  target_include_directories(hearth_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(hearth_${name} PUBLIC ${ARG_LIBS})
  foreach(dep ${ARG_DEPS})
    target_link_libraries(hearth_${name} PUBLIC hearth_${dep})
  endforeach()
  set(HEARTH_MODULES "${HEARTH_MODULES};hearth_${name}" CACHE INTERNAL "")
  if(HEARTH_TESTS AND tests)
    hearth_test(hearth_${name}_test SOURCES ${tests} LIBS hearth_${name} SHARDS ${ARG_TEST_SHARDS})
  endif()
  if(HEARTH_BENCH AND benches)
    find_package(benchmark REQUIRED)
    add_executable(hearth_${name}_bench ${benches})
    hearth_compile_flags(hearth_${name}_bench)
    target_link_libraries(hearth_${name}_bench PRIVATE hearth_${name} benchmark::benchmark_main)
  endif()
endfunction()

# A GoogleTest executable registered with ctest as one test, or as SHARDS tests <name>.1, <name>.2, ...
# of a share each, for those that would keep one core busy when all others are done.
function(hearth_test name)
  cmake_parse_arguments(ARG "" "SHARDS" "SOURCES;LIBS" ${ARGN})
  find_package(GTest REQUIRED)
  enable_testing()
  add_executable(${name} ${ARG_SOURCES})
  hearth_compile_flags(${name})
  target_compile_definitions(${name} PRIVATE HEARTH_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest_main GTest::gmock)
  hearth_precompile(${name} TESTS <gtest/gtest.h>)
  if(ARG_SHARDS)
    foreach(shard RANGE 1 ${ARG_SHARDS})
      math(EXPR index "${shard} - 1")
      add_test(NAME ${name}.${shard} COMMAND ${name})
      set_tests_properties(${name}.${shard} PROPERTIES
        ENVIRONMENT "GTEST_TOTAL_SHARDS=${ARG_SHARDS};GTEST_SHARD_INDEX=${index}")
    endforeach()
  else()
    add_test(NAME ${name} COMMAND ${name})
  endif()
  add_dependencies(unit_tests ${name})
endfunction()

# The library people link: every module in one interface target, hearth::hearth.
function(hearth_library)
  add_library(hearth INTERFACE)
  add_library(hearth::hearth ALIAS hearth)
  target_include_directories(hearth INTERFACE ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(hearth INTERFACE ${HEARTH_MODULES})
endfunction()

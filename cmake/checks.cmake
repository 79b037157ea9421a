# The rules of the house are part of the build: a forbidden #include or a file that has outgrown its
# idea fails it like an error of the compiler.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_custom_target(hearth_checks ALL
    COMMAND ${Python3_EXECUTABLE} tools/check_deps
    COMMAND ${Python3_EXECUTABLE} tools/check_shape
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM
    COMMENT "Checking include rules and shape")
endif()

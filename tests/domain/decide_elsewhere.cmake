# Runs PROGRAM as in two places of the world and compares what it prints.
#   cmake -DPROGRAM=... -P decide_elsewhere.cmake
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env TZ=UTC LANG=C LC_ALL=C ${PROGRAM}
  OUTPUT_VARIABLE here RESULT_VARIABLE failed_here)
execute_process(
  COMMAND ${CMAKE_COMMAND} -E env TZ=Asia/Kathmandu LANG=tr_TR.UTF-8 LC_ALL=C.UTF-8 ${PROGRAM}
  OUTPUT_VARIABLE there RESULT_VARIABLE failed_there)
message("${here}${there}")
if(failed_here OR failed_there)
  message(FATAL_ERROR "the program failed")
endif()
if(NOT here STREQUAL there)
  message(FATAL_ERROR "decisions depend on where they are made")
endif()

# Tests of importing, exporting and simulating.
docket_test(import_test
  SOURCES import_time_test.cc import_byte_source_test.cc import_readers_test.cc import_map_test.cc
          import_proposal_test.cc import_command_test.cc fake_server.cc
  LIBRARIES docket_import docket_client LibArchive::LibArchive)
target_compile_options(import_test PRIVATE -Wno-restrict) # GCC bug 105651

docket_test(export_test
  SOURCES export_output_file_test.cc export_writers_test.cc
  LIBRARIES docket_export)
target_compile_options(export_test PRIVATE -Wno-restrict) # GCC bug 105651

docket_test(simulate_test
  SOURCES simulate_command_test.cc simulate_model_test.cc simulate_random_test.cc
  LIBRARIES docket_simulate)
target_compile_options(simulate_test PRIVATE -Wno-restrict) # GCC bug 105651

# What the client assumes of the rules, against the rules.
docket_test(import_domain_test
  SOURCES import_template_test.cc simulate_domain_test.cc
  LIBRARIES docket_import docket_simulate docket_domain)
target_compile_options(import_domain_test PRIVATE -Wno-restrict) # GCC bug 105651

# The program against a real server, with the real logs where they are.
if(TARGET docketd AND TARGET docket)
  add_test(NAME client.import_e2e
    COMMAND python3 ${CMAKE_SOURCE_DIR}/tests/client/import_e2e_test.py ${CMAKE_BINARY_DIR})
  set_tests_properties(client.import_e2e PROPERTIES TIMEOUT 600)
  add_test(NAME client.export_e2e
    COMMAND python3 ${CMAKE_SOURCE_DIR}/tests/client/export_e2e_test.py ${CMAKE_BINARY_DIR})
  set_tests_properties(client.export_e2e PROPERTIES TIMEOUT 600)
endif()

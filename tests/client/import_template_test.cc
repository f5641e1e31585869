#include <gtest/gtest.h>

#include "client/import/board_columns.h"
#include "domain/board.h"

namespace docket::client::imports {
namespace {

TEST(ItSupportColumns, AreThoseOfTheTemplate) {
  const auto real = domain::templateColumns("it-support");
  ASSERT_TRUE(real.has_value());
  std::vector<BoardColumn> expected;
  for (const domain::Column& column : *real) {
    expected.push_back({column.id.value, column.name, std::string(domain::text(column.category))});
  }
  EXPECT_EQ(itSupportColumns().columns, expected);
}

}  // namespace
}  // namespace docket::client::imports

#include <gtest/gtest.h>

#include "client/import/board_columns.h"
#include "client/import/ownership.h"
#include "domain/board.h"
#include "domain/text_rules.h"

namespace docket::client::imports {
namespace {

TEST(ItSupportColumns, AreThoseOfTheTemplate) {
  const auto real = domain::boardTemplate("it-support");
  ASSERT_TRUE(real.has_value());
  std::vector<BoardColumn> expected;
  for (const domain::Column& column : real->columns) {
    const bool any = column.waitsFor == domain::WaitsFor::nothing;
    expected.push_back({column.id.value, column.name, std::string(domain::text(column.category)),
                        any ? std::string() : std::string(domain::text(column.waitsFor))});
  }
  EXPECT_EQ(itSupportColumns().columns, expected);
}

TEST(SubjectIds, AreThoseThatTheDomainTakes) {
  const auto agree = [](const std::string& text) {
    const bool taken = !domain::checkSubject("assignee", domain::SubjectId{text}).has_value();
    EXPECT_EQ(isSubjectId(text), taken) << text;
    EXPECT_EQ(isSubjectId(text), !domain::checkTeam("team", domain::TeamId{text}).has_value());
    EXPECT_FALSE(domain::checkSubject("assignee", domain::SubjectId{subjectIdFor(text, false)}));
    EXPECT_FALSE(domain::checkTeam("team", domain::TeamId{teamIdFor(text)}));
  };
  for (int byte = 0; byte < 256; ++byte) agree(std::string("a") + static_cast<char>(byte));
  for (const std::size_t size : {1U, 33U, 34U, 99U, 100U, 101U}) {
    agree(std::string(size, 'a'));
    agree(std::string(size, ' '));
    agree(std::string(size, '!'));
  }
}

}  // namespace
}  // namespace docket::client::imports

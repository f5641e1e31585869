// Visiting a variant with one named case an alternative: leaving one out does not compile.
#pragma once

namespace docket::domain {

template <class... Functions>
struct Cases : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Cases(Functions...) -> Cases<Functions...>;

}  // namespace docket::domain

// Runs Google Benchmark and then holds each figure against its ceiling of the same run.
//
// A benchmark named `X/ceiling/...` is the ceiling of every `X/NAME/...` with the same rest, and of
// those without one when it has none. Compared are the medians of items_per_second.
#pragma once

namespace docket::bench {

// main() of a benchmark. Repeats each five times, interleaved, unless the command line says
// otherwise.
int runWithRatios(int argc, char** argv);

}  // namespace docket::bench

// One thread for questions that take long, such as hashing all rows of a view.
//
// Threads: post() and stop() from any thread; the tasks run on the worker's own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace docket::server {

class BackgroundWorker {
 public:
  explicit BackgroundWorker(std::size_t tasksMax = 16);
  ~BackgroundWorker();  // stops

  // False, and nothing is done, when too much waits already or the worker has stopped.
  [[nodiscard]] bool post(std::function<void()> task);

  // Finishes the task in hand, drops the others, ends the thread. Repeatable.
  void stop();

 private:
  void run();

  const std::size_t tasksMax_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace docket::server

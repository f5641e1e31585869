#include "server/background_worker.h"

#include <utility>

namespace docket::server {

BackgroundWorker::BackgroundWorker(std::size_t tasksMax)
    : tasksMax_(tasksMax), thread_([this] { run(); }) {}

BackgroundWorker::~BackgroundWorker() {
  stop();
}

bool BackgroundWorker::post(std::function<void()> task) {
  const std::scoped_lock lock(mutex_);
  if (stopping_ || tasks_.size() >= tasksMax_) return false;
  tasks_.push_back(std::move(task));
  changed_.notify_one();
  return true;
}

void BackgroundWorker::stop() {
  std::deque<std::function<void()>> dropped;  // their captures end outside the lock
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    dropped.swap(tasks_);
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void BackgroundWorker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
    if (stopping_) return;
    {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace docket::server

import Glibc

/// The processor time that a body takes on this thread: unlike the time on the wall, it does not grow with what else runs.
func processorTime(_ body: () throws -> Void) rethrows -> Duration {
  let before = now()
  try body()
  return now() - before
}

private func now() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

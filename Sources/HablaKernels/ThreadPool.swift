import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A small pool of threads that run the numbered parts of one job.
///
/// The caller works too, so a pool of 1 has no threads of its own. Parts are handed out in order
/// to whoever is free; as long as the parts themselves do not depend on the thread count, results
/// are the same for any count. Idle threads sleep. Threads: one job at a time; `run` called from
/// within a part runs its parts one after the other.
package final class ThreadPool: @unchecked Sendable {
  /// Threads that work on a job, the caller included (>= 1).
  package let threadCount: Int
  private let shared: Shared
  private var threads: [pthread_t] = []

  /// Starts `threadCount` - 1 threads (`threadCount` is clamped to 1...64).
  package init(threadCount: Int) {
    self.threadCount = min(max(threadCount, 1), 64)
    shared = Shared()
    for _ in 1..<max(self.threadCount, 1) {
      let box = Unmanaged.passRetained(shared)
      #if canImport(Darwin)
      var thread: pthread_t?
      #else
      var thread = pthread_t()
      #endif
      let failed = pthread_create(
        &thread, nil,
        { argument in
          #if canImport(Darwin)
          Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue().work()
          #else
          if let argument { Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue().work() }
          #endif
          return nil
        }, box.toOpaque())
      #if canImport(Darwin)
      if failed == 0, let thread { threads.append(thread) } else { box.release() }
      #else
      if failed == 0 { threads.append(thread) } else { box.release() }
      #endif
    }
  }

  deinit {
    shared.stop()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Calls `body(0)`, ..., `body(parts - 1)`, each once, and returns when all have returned.
  ///
  /// `body` must be safe to call from several threads at once for different parts.
  package func run(_ parts: Int, _ body: (Int) -> Void) {
    if parts <= 1 || threads.isEmpty || shared.busy {
      for part in 0..<max(parts, 0) { body(part) }
      return
    }
    withoutActuallyEscaping(body) { shared.run(parts, $0) }
  }
}

/// State that the pool and its threads share; outlives the pool until the last thread ends.
private final class Shared: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let finished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var body: ((Int) -> Void)?
  private var parts = 0
  private var generation: UInt64 = 0
  private var active = 0
  private var stopping = false
  private let next = Atomic<Int>(0)
  private let running = Atomic<Bool>(false)

  /// Whether a job is in progress.
  var busy: Bool { running.load(ordering: .acquiring) }

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(finished, nil)
  }

  deinit {
    pthread_cond_destroy(finished)
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    finished.deallocate()
    wake.deallocate()
    mutex.deallocate()
  }

  func stop() {
    pthread_mutex_lock(mutex)
    stopping = true
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  func run(_ count: Int, _ work: @escaping (Int) -> Void) {
    pthread_mutex_lock(mutex)
    running.store(true, ordering: .releasing)
    body = work
    parts = count
    next.store(0, ordering: .relaxed)
    generation &+= 1
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    drain(work, count)
    pthread_mutex_lock(mutex)
    while active > 0 { pthread_cond_wait(finished, mutex) }
    body = nil
    running.store(false, ordering: .releasing)
    pthread_mutex_unlock(mutex)
  }

  func work() {
    var seen: UInt64 = 0
    pthread_mutex_lock(mutex)
    while true {
      while !stopping && (generation == seen || body == nil) { pthread_cond_wait(wake, mutex) }
      if stopping { break }
      seen = generation
      guard let job = body else { continue }
      let count = parts
      active += 1
      pthread_mutex_unlock(mutex)
      drain(job, count)
      pthread_mutex_lock(mutex)
      active -= 1
      if active == 0 { pthread_cond_signal(finished) }
    }
    pthread_mutex_unlock(mutex)
  }

  private func drain(_ work: (Int) -> Void, _ count: Int) {
    while true {
      let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if part >= count { return }
      work(part)
    }
  }
}

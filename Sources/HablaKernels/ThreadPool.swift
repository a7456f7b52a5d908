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
/// are the same for any count. Between the jobs of one computation threads wait actively for a
/// few microseconds, then they sleep. Threads: one job at a time; `run` called from within a part
/// runs its parts one after the other. Any number of pools may exist.
package final class ThreadPool: @unchecked Sendable {
  /// Threads that work on a job, the caller included (>= 1).
  package let threadCount: Int
  private let shared: Shared
  private var threads: [pthread_t] = []

  /// Starts `threadCount` - 1 threads (`threadCount` is clamped to 1...64).
  package init(threadCount: Int) {
    self.threadCount = min(max(threadCount, 1), 64)
    shared = Shared()
    for worker in 1..<max(self.threadCount, 1) {
      let box = Unmanaged.passRetained(Start(shared: shared, worker: worker))
      #if canImport(Darwin)
      var thread: pthread_t?
      #else
      var thread = pthread_t()
      #endif
      let failed = pthread_create(
        &thread, nil,
        { argument in
          #if canImport(Darwin)
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          start.shared.work(start.worker)
          #else
          if let argument {
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            start.shared.work(start.worker)
          }
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
  package func run(_ parts: Int, _ body: (Int) -> Void) { run(parts) { part, _ in body(part) } }

  /// The same, with the number of the thread (0 ..< `threadCount`) that runs the part.
  ///
  /// Calls with the same thread number never overlap, unless made from within a part: scratch
  /// memory can be kept by thread.
  package func run(_ parts: Int, _ body: (_ part: Int, _ worker: Int) -> Void) {
    if parts <= 1 || threads.isEmpty || shared.busy {
      for part in 0..<max(parts, 0) { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { shared.run(parts, $0) }
  }
}

/// What a new thread is given.
private final class Start: Sendable {
  let shared: Shared
  let worker: Int

  init(shared: Shared, worker: Int) {
    self.shared = shared
    self.worker = worker
  }
}

/// State that the pool and its threads share; outlives the pool until the last thread ends.
private final class Shared: @unchecked Sendable {
  /// Looks at an atomic before a thread goes to sleep: a few microseconds, as long as the gaps
  /// between the layers of a network, shorter than waking a thread takes.
  private static let patience = 2000

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let finished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var body: ((Int, Int) -> Void)?
  private var parts = 0
  private var stopping = false
  /// Counts jobs; written under the mutex.
  private let generation = Atomic<UInt>(0)
  /// Threads inside the present job, the caller not counted; written under the mutex.
  private let active = Atomic<Int>(0)
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

  func run(_ count: Int, _ work: @escaping (Int, Int) -> Void) {
    pthread_mutex_lock(mutex)
    running.store(true, ordering: .releasing)
    body = work
    parts = count
    next.store(0, ordering: .relaxed)
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
    drain(work, count, 0)
    var patience = Self.patience
    while patience > 0 && active.load(ordering: .relaxed) > 0 { patience -= 1 }
    pthread_mutex_lock(mutex)
    while active.load(ordering: .relaxed) > 0 { pthread_cond_wait(finished, mutex) }
    body = nil
    running.store(false, ordering: .releasing)
    pthread_mutex_unlock(mutex)
  }

  func work(_ worker: Int) {
    var seen: UInt = 0
    pthread_mutex_lock(mutex)
    while true {
      while !stopping && (generation.load(ordering: .relaxed) == seen || body == nil) {
        pthread_cond_wait(wake, mutex)
      }
      if stopping { break }
      seen = generation.load(ordering: .relaxed)
      active.wrappingAdd(1, ordering: .relaxed)
      pthread_mutex_unlock(mutex)
      participate(worker)
      pthread_mutex_lock(mutex)
      if active.wrappingSubtract(1, ordering: .relaxed).newValue == 0 {
        pthread_cond_signal(finished)
      }
      pthread_mutex_unlock(mutex)
      var patience = Self.patience
      while patience > 0 && generation.load(ordering: .relaxed) == seen { patience -= 1 }
      pthread_mutex_lock(mutex)
    }
    pthread_mutex_unlock(mutex)
  }

  /// Works on the present job.
  ///
  /// A function of its own, so that its reference to the caller's closure is gone when it returns:
  /// the closure must not outlive the caller's `run`, which waits for `active` to become 0.
  @inline(never)
  private func participate(_ worker: Int) {
    if let body { drain(body, parts, worker) }
  }

  private func drain(_ work: (Int, Int) -> Void, _ count: Int, _ worker: Int) {
    while true {
      let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
      if part >= count { return }
      work(part, worker)
    }
  }
}

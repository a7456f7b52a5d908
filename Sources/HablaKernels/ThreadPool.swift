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
/// are the same for any count. Between the jobs of one computation threads wait actively for some
/// ten microseconds, then they sleep. Threads: one job at a time; `run` called from within a part
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

extension ThreadPool {
  /// Calls `body(start, count)` for consecutive blocks of `rows` rows, on all threads.
  ///
  /// For work that is done row by row or is a `PanelProduct` of the rows. Where a row's result
  /// does not depend on its neighbours every thread gets an equal share; with OpenBLAS, which may sum in another order for another number of rows,
  /// blocks depend on `rows` alone, so that results do not depend on the thread count.
  package func overRows(_ rows: Int, _ body: (_ start: Int, _ count: Int) -> Void) {
    if rows <= 0 { return }
    let block = blockRows(rows)
    run((rows + block - 1) / block) { part in
      body(part * block, min(block, rows - part * block))
    }
  }

  /// Rows per part when `rows` rows are split over the threads.
  private func blockRows(_ rows: Int) -> Int {
    if !Processor.usesWideKernels { return rows <= 96 ? 32 : 64 }
    return (rows + threadCount - 1) / threadCount
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
///
/// A job is announced, joined and closed in one atomic word, so that threads which are awake need no
/// lock between the layers of a network. The mutex is for those that sleep.
private final class Shared: @unchecked Sendable {
  /// Looks at an atomic before a thread goes to sleep: some ten microseconds, as long as the gaps
  /// between the layers of a network, shorter than waking a thread takes.
  private static let patience = 30_000

  /// Bit 0: the job may be joined; bits 1 to 15: threads that joined; above: number of the job.
  private let job = Atomic<UInt64>(0)
  private static let open: UInt64 = 1
  private static let oneJoined: UInt64 = 2
  private static let numberShift: UInt64 = 16
  /// Written before a job is opened and after its last thread has finished.
  private var body: ((Int, Int) -> Void)?
  private var parts = 0
  private let next = Atomic<Int>(0)
  /// Threads that have left the present job.
  private let finished = Atomic<UInt64>(0)
  private let running = Atomic<Bool>(false)

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let sleeping = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let stopping = Atomic<Bool>(false)

  /// Whether a job is in progress.
  var busy: Bool { running.load(ordering: .acquiring) }

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(done, nil)
  }

  deinit {
    pthread_cond_destroy(done)
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    done.deallocate()
    wake.deallocate()
    mutex.deallocate()
  }

  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    signal(wake)
  }

  /// Wakes all that wait; taking the mutex makes sure that nobody is between looking and sleeping.
  private func signal(_ condition: UnsafeMutablePointer<pthread_cond_t>) {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  func run(_ count: Int, _ work: @escaping (Int, Int) -> Void) {
    running.store(true, ordering: .relaxed)
    body = work
    parts = count
    next.store(0, ordering: .relaxed)
    finished.store(0, ordering: .relaxed)
    let number = job.load(ordering: .relaxed) >> Self.numberShift &+ 1
    // In one order with `sleeping`: either the sleeper sees the job or this sees the sleeper.
    job.store(number << Self.numberShift | Self.open, ordering: .sequentiallyConsistent)
    if sleeping.load(ordering: .sequentiallyConsistent) > 0 { signal(wake) }
    drain(work, count, 0)
    let closed = job.bitwiseAnd(~Self.open, ordering: .acquiringAndReleasing).newValue
    wait(for: (closed & ((1 << Self.numberShift) - 1)) / Self.oneJoined)
    body = nil
    running.store(false, ordering: .releasing)
  }

  /// Returns when `joined` threads have left the job.
  private func wait(for joined: UInt64) {
    var patience = Self.patience
    while patience > 0 && finished.load(ordering: .acquiring) < joined { patience -= 1 }
    if patience > 0 { return }
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    pthread_mutex_lock(mutex)
    while finished.load(ordering: .sequentiallyConsistent) < joined {
      pthread_cond_wait(done, mutex)
    }
    pthread_mutex_unlock(mutex)
    callerSleeps.store(false, ordering: .relaxed)
  }

  func work(_ worker: Int) {
    var seen: UInt64 = 0
    var patience = Self.patience
    while !stopping.load(ordering: .relaxed) {
      let state = job.load(ordering: .relaxed)
      if state & Self.open != 0 && state >> Self.numberShift != seen {
        let joined = job.compareExchange(
          expected: state, desired: state &+ Self.oneJoined, ordering: .acquiring)
        if joined.exchanged {
          seen = state >> Self.numberShift
          participate(worker)
          finished.wrappingAdd(1, ordering: .sequentiallyConsistent)
          if callerSleeps.load(ordering: .sequentiallyConsistent) { signal(done) }
          patience = Self.patience
        }
        continue
      }
      patience -= 1
      if patience <= 0 {
        sleep(after: seen)
        patience = Self.patience
      }
    }
  }

  /// Sleeps until there is a job after number `seen`, or the pool stops.
  private func sleep(after seen: UInt64) {
    pthread_mutex_lock(mutex)
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while !stopping.load(ordering: .sequentiallyConsistent) {
      let state = job.load(ordering: .sequentiallyConsistent)
      if state & Self.open != 0 && state >> Self.numberShift != seen { break }
      pthread_cond_wait(wake, mutex)
    }
    sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  /// Works on the present job.
  ///
  /// A function of its own, so that its reference to the caller's closure is gone when it returns:
  /// the closure must not outlive the caller's `run`, which waits for all who joined.
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

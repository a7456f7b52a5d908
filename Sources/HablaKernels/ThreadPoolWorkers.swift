import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The threads of a pool and what they share with its caller.
///
/// A job is announced, joined and closed in one atomic word, so that threads which are awake need no
/// lock between the layers of a network. The mutex is for those that sleep.
///
/// Linux often wakes a thread on the processor of whoever wakes it although another one is idle,
/// always so in a virtual machine whose halted processors count as taken, and leaves two threads that
/// take turns of less than half a millisecond together for tens of milliseconds: the job then takes as
/// long as with one thread. New threads it puts where least is done. A thread that is about to join
/// its caller's job on its caller's processor therefore starts another one in its place and ends,
/// which takes some 50 microseconds. Binding threads to processors would do too, but the call is
/// forbidden to many services, on pain of death, and what the host has bound is its own business.
final class ThreadPoolWorkers: @unchecked Sendable {
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

  /// The processor that the caller was on when it opened the job.
  private let callerProcessor = Atomic<Int32>(-1)
  /// Times that a thread may look for another processor before it sleeps again: with nothing but
  /// busy processors to go to it has to stay.
  private static let moves = 2
  private let handOvers = Atomic<Int>(0)

  /// A worker's thread, and the one whose place it took: that one has ended or is about to.
  private struct Place {
    var thread: pthread_t
    var former: pthread_t?
  }

  /// By worker, from worker 1 on; under the mutex once threads run.
  private var places: [Place] = []
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let sleeping = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let stopping = Atomic<Bool>(false)

  /// Whether there are no threads but the caller.
  private(set) var isEmpty = true
  /// How often a thread gave its place to a new one.
  var handOverCount: Int { handOvers.load(ordering: .relaxed) }

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

  /// Starts up to `count` threads; once.
  func start(_ count: Int) {
    pthread_mutex_lock(mutex)
    for worker in 1..<max(count + 1, 1) {
      guard let thread = thread(Start(self, worker, seen: 0, moves: Self.moves)) else { break }
      places.append(Place(thread: thread))
    }
    isEmpty = places.isEmpty
    pthread_mutex_unlock(mutex)
  }

  /// Ends all threads and returns when they have ended.
  func stop() {
    pthread_mutex_lock(mutex)
    stopping.store(true, ordering: .sequentiallyConsistent)
    pthread_cond_broadcast(wake)
    // From here on nobody gives a place away.
    let last = places
    pthread_mutex_unlock(mutex)
    for place in last {
      if let former = place.former { pthread_join(former, nil) }
      pthread_join(place.thread, nil)
    }
  }

  /// What a new thread is given.
  private final class Start {
    let workers: ThreadPoolWorkers
    let worker: Int
    /// Number of the last job that its predecessor has seen.
    let seen: UInt64
    let moves: Int

    init(_ workers: ThreadPoolWorkers, _ worker: Int, seen: UInt64, moves: Int) {
      (self.workers, self.worker, self.seen, self.moves) = (workers, worker, seen, moves)
    }
  }

  /// A new thread that works as `start` says; nil when the system gives none.
  private func thread(_ start: Start) -> pthread_t? {
    let argument = Unmanaged.passRetained(start)
    #if canImport(Darwin)
    var thread: pthread_t?
    let failed = pthread_create(&thread, nil, { Self.main($0) }, argument.toOpaque())
    #else
    var created = pthread_t()
    let failed = pthread_create(
      &created, nil, { $0.flatMap { ThreadPoolWorkers.main($0) } }, argument.toOpaque())
    let thread: pthread_t? = created
    #endif
    if failed != 0 { argument.release() }
    return failed == 0 ? thread : nil
  }

  private static func main(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    start.workers.work(start.worker, seen: start.seen, moves: start.moves)
    return nil
  }

  /// Lets a new thread take the calling one's place; false when that cannot be.
  private func handOver(_ worker: Int, seen: UInt64, moves: Int) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if stopping.load(ordering: .relaxed) { return false }
    guard let next = thread(Start(self, worker, seen: seen, moves: moves)) else { return false }
    let place = places[worker - 1]
    if let former = place.former { pthread_join(former, nil) }
    places[worker - 1] = Place(thread: next, former: place.thread)
    handOvers.wrappingAdd(1, ordering: .relaxed)
    return true
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
    callerProcessor.store(Processor.current ?? -1, ordering: .relaxed)
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

  /// What a thread does; `seen` is the number of the last job that it need not look at.
  private func work(_ worker: Int, seen firstSeen: UInt64, moves firstMoves: Int) {
    var (seen, moves) = (firstSeen, firstMoves)
    var patience = Self.patience
    while !stopping.load(ordering: .relaxed) {
      let state = job.load(ordering: .relaxed)
      if state & Self.open != 0 && state >> Self.numberShift != seen {
        if moves > 0, let here = Processor.current,
          here == callerProcessor.load(ordering: .relaxed)
        {
          moves -= 1
          if handOver(worker, seen: seen, moves: moves) { return }
        }
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
        (patience, moves) = (Self.patience, Self.moves)
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

import HablaKernels
import Synchronization

/// A value that is made when it is first needed, once, whatever the number of threads.
///
/// Opening a voice checks names and shapes; what touches the weights themselves (folding, packing,
/// transforming, looking for NaN) is put off. `WeightPreparation` does all of it at once, on all
/// threads, and reports errors; a value that is used before is made on the spot.
package final class Deferred<Value: Sendable>: Preparable, @unchecked Sendable {
  let cost: Int
  private let isReady: Atomic<Bool>
  private let make: Mutex<(@Sendable () throws -> Value)?>
  /// Written once, under the lock of `make`, before `isReady` becomes true.
  private var stored: Value?

  /// Puts off `make`; `cost` says about how many numbers it goes through.
  init(cost: Int, _ make: @escaping @Sendable () throws -> Value) {
    self.cost = cost
    self.make = Mutex(make)
    isReady = Atomic(false)
  }

  /// Holds a value that is there already.
  package init(_ value: Value) {
    cost = 0
    make = Mutex(nil)
    stored = value
    isReady = Atomic(true)
  }

  func prepare() throws {
    if isReady.load(ordering: .acquiring) { return }
    try make.withLock { make in
      // Nil when another thread was faster. What failed stays, and fails the same way again.
      guard let work = make else { return }
      stored = try work()
      make = nil
      isReady.store(true, ordering: .releasing)
    }
  }

  /// The value, made now if it was not yet.
  ///
  /// Weights of an untrusted file are used only after `WeightPreparation.run` has returned; what is
  /// made of others while that runs calls their `prepare` first, which throws.
  package var value: Value {
    if !isReady.load(ordering: .acquiring) {
      do { try prepare() } catch { preconditionFailure("weights used that are not: \(error)") }
    }
    guard let stored else { preconditionFailure("a deferred value is missing") }
    return stored
  }
}

/// Something that can be made ready.
protocol Preparable: Sendable {
  /// About how many numbers that goes through.
  var cost: Int { get }
  /// Does it, unless it has been done.
  func prepare() throws
}

/// Everything of one network that has been put off.
///
/// Threads: any; who comes while another thread prepares waits for it.
package final class WeightPreparation: Sendable {
  private let isDone = Atomic<Bool>(false)
  private let pending = Mutex<[any Preparable]>([])

  /// Starts an empty list.
  package init() {}

  func add(_ work: any Preparable) { pending.withLock { $0.append(work) } }

  /// Does all that is pending, on the pool's threads; later calls return at once.
  ///
  /// - Throws: `CheckpointError` naming a tensor whose values cannot be used, again at every call.
  package func run(_ pool: ThreadPool) throws {
    if isDone.load(ordering: .acquiring) { return }
    try pending.withLock { list in
      // Large ones first, so that the threads finish together.
      let work = list.sorted { $0.cost > $1.cost }
      let failure = Mutex<(any Error)?>(nil)
      pool.run(work.count) { part in
        do { try work[part].prepare() } catch { failure.withLock { $0 = $0 ?? error } }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      list = []
      isDone.store(true, ordering: .releasing)
    }
  }
}

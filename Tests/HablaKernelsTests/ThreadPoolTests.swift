import HablaKernels
import Synchronization
import Testing

#if os(Linux)
import Glibc
#endif

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8]) func runsEveryPartOnce(threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    for parts in [0, 1, 2, 7, 100] {
      for _ in 0..<50 {
        let sum = Atomic<Int>(0)
        let count = Atomic<Int>(0)
        pool.run(parts) { part, worker in
          precondition(worker >= 0 && worker < threads, "worker out of range")
          sum.wrappingAdd(part, ordering: .relaxed)
          count.wrappingAdd(1, ordering: .relaxed)
        }
        #expect(sum.load(ordering: .relaxed) == parts * (parts - 1) / 2)
        #expect(count.load(ordering: .relaxed) == parts)
      }
    }
  }

  @Test func partsOfOneWorkerDoNotOverlap() {
    let pool = ThreadPool(threadCount: 4)
    let inside = (0..<4).map { _ in Box() }
    pool.run(500) { _, worker in
      precondition(inside[worker].value.exchange(true, ordering: .acquiring) == false)
      inside[worker].value.store(false, ordering: .releasing)
    }
  }

  @Test func runsWithinAPart() {
    let pool = ThreadPool(threadCount: 2)
    let count = Atomic<Int>(0)
    pool.run(4) { (_: Int) in
      pool.run(5) { (_: Int) in _ = count.wrappingAdd(1, ordering: .relaxed) }
    }
    #expect(count.load(ordering: .relaxed) == 20)
  }

  @Test func manyPoolsAtOnce() async {
    let total = Box64()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          let pool = ThreadPool(threadCount: 3)
          for _ in 0..<100 {
            pool.run(9) { (part: Int) in _ = total.value.wrappingAdd(part, ordering: .relaxed) }
          }
        }
      }
    }
    #expect(total.value.load(ordering: .relaxed) == 6 * 100 * 36)
  }

  #if os(Linux)
  /// With one processor for all, threads that have slept find themselves beside the caller: they look
  /// for another place a bounded number of times, and the work is done all the same.
  @Test(arguments: [2, 3, 8]) func threadsOnTheCallersProcessorGiveTheirPlacesAway(threads: Int)
    throws
  {
    let before = Affinity.current
    defer { Affinity.set(before) }
    let processor = Int(try #require(Processor.current))
    var single = [UInt8](repeating: 0, count: before.count)
    single[processor / 8] = 1 << UInt8(processor % 8)
    Affinity.set(single)
    let pool = ThreadPool(threadCount: threads)
    let rounds = 30
    for round in 0..<rounds {
      // Long enough for the threads to go to sleep and, in the job, to get the processor.
      usleep(2000)
      let count = Atomic<Int>(0)
      pool.run(20) { (_: Int) in
        usleep(200)
        count.wrappingAdd(1, ordering: .relaxed)
      }
      #expect(count.load(ordering: .relaxed) == 20, "round \(round)")
    }
    #expect(pool.handOverCount > 0)
    // Two for each time that a thread wakes, which is at most once a job and once at the start.
    #expect(pool.handOverCount <= 2 * (threads - 1) * (rounds + 1))
  }
  #endif

  private final class Box: Sendable { let value = Atomic<Bool>(false) }
  private final class Box64: Sendable { let value = Atomic<Int>(0) }
}

#if os(Linux)
/// The processors that the calling thread may use, a bit each.
///
/// The functions are looked up because glibc declares them for GNU sources alone.
private enum Affinity {
  private typealias Call = @convention(c) (Int32, Int, UnsafeMutableRawPointer) -> Int32

  static var current: [UInt8] {
    var set = [UInt8](repeating: 0, count: 128)
    #expect(call("sched_getaffinity")?(0, set.count, &set) == 0)
    return set
  }

  static func set(_ processors: [UInt8]) {
    var set = processors
    #expect(call("sched_setaffinity")?(0, set.count, &set) == 0)
  }

  private static func call(_ name: String) -> Call? {
    dlsym(nil, name).map { unsafeBitCast($0, to: Call.self) }
  }
}
#endif

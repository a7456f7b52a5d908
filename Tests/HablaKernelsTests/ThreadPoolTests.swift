import HablaKernels
import Synchronization
import Testing

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

  private final class Box: Sendable { let value = Atomic<Bool>(false) }
  private final class Box64: Sendable { let value = Atomic<Int>(0) }
}

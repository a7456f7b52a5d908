/// A small pool of threads that run the numbered parts of one job.
///
/// The caller works too, so a pool of 1 has no threads of its own. Parts are handed out in order
/// to whoever is free; as long as the parts themselves do not depend on the thread count, results
/// are the same for any count. Between the jobs of one computation threads wait actively for some
/// ten microseconds, then they sleep. A thread that the system has woken on the caller's processor
/// moves to another one. Threads: one job at a time; `run` called from within a part
/// runs its parts one after the other. Any number of pools may exist.
package final class ThreadPool: @unchecked Sendable {
  /// Threads that work on a job, the caller included (>= 1).
  package let threadCount: Int
  private let workers: ThreadPoolWorkers

  /// How often a thread gave its place to a new one because it was on the caller's processor.
  package var handOverCount: Int { workers.handOverCount }

  /// Starts `threadCount` - 1 threads (`threadCount` is clamped to 1...64).
  package init(threadCount: Int) {
    self.threadCount = min(max(threadCount, 1), 64)
    workers = ThreadPoolWorkers()
    workers.start(self.threadCount - 1)
  }

  deinit { workers.stop() }

  /// Calls `body(0)`, ..., `body(parts - 1)`, each once, and returns when all have returned.
  ///
  /// `body` must be safe to call from several threads at once for different parts.
  package func run(_ parts: Int, _ body: (Int) -> Void) { run(parts) { part, _ in body(part) } }

  /// The same, with the number of the thread (0 ..< `threadCount`) that runs the part.
  ///
  /// Calls with the same thread number never overlap, unless made from within a part: scratch
  /// memory can be kept by thread.
  package func run(_ parts: Int, _ body: (_ part: Int, _ worker: Int) -> Void) {
    if parts <= 1 || workers.isEmpty || workers.busy {
      for part in 0..<max(parts, 0) { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { workers.run(parts, $0) }
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

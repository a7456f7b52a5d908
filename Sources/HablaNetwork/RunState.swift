import HablaKernels

/// Working memory and threads of one running utterance.
///
/// Configuration, weights and working memory never mix: everything that a forward pass writes
/// lives here and is reused by the next utterance. Threads: one utterance at a time.
package final class RunState {
  /// Blocks for activations.
  package let workspace = Workspace()
  /// Threads that share the work.
  package let pool: ThreadPool
  /// Called with every named intermediate result, [rows, channels]; for tests and inspection.
  package var trace:
    ((_ name: String, _ values: UnsafePointer<Float>, _ rows: Int, _ channels: Int) -> Void)?

  /// Makes working memory that uses `pool`.
  package init(pool: ThreadPool) { self.pool = pool }

  /// Runs `body` and gives back all working memory that it took.
  package func scope<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let mark = workspace.mark
    defer { workspace.reset(to: mark) }
    return try body()
  }

  /// Rows per part when `rows` rows are split over threads.
  ///
  /// Depends on the row count alone, so that results do not depend on the thread count.
  package static func blockRows(_ rows: Int) -> Int { rows <= 96 ? 32 : 64 }

  /// Calls `body(start, count)` for consecutive blocks of rows, on all threads.
  package func overRows(_ rows: Int, _ body: (Int, Int) -> Void) {
    let block = Self.blockRows(rows)
    pool.run((rows + block - 1) / block) { part in
      body(part * block, min(block, rows - part * block))
    }
  }
}

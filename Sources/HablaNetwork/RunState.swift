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

  /// Calls `body(start, count)` for consecutive blocks of rows, on all threads.
  package func overRows(_ rows: Int, _ body: (Int, Int) -> Void) { pool.overRows(rows, body) }
}

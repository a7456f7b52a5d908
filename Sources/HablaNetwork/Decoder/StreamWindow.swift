import HablaKernels

/// What one convolution of a running stream still needs of the rows it has seen.
///
/// Rows arrive in pieces of any size. `open` puts the kept rows in front of the new ones and tells
/// how many output rows can be computed from the window; `close` keeps what later rows need.
/// Before the first row and after the last the window holds zeros, which is the padding that a
/// convolution over the whole sequence has.
final class StreamWindow {
  private let channels: Int
  private let history: Int
  private let lookahead: Int
  private let delay: Int
  private let extra: Int
  private let kept: FloatBuffer
  private var keptRows = 0
  private var start: UnsafeMutablePointer<Float>?
  private var rows = 0
  private var opened = 0
  private var received = 0
  /// Output rows given so far, those of the open window not included.
  private(set) var emitted = 0

  /// Rows that must be free in front of the rows given to `open`.
  var headroom: Int { history + lookahead + delay }
  /// Rows that must be free after them.
  var tailroom: Int { lookahead + extra }

  /// For a layer whose output row t needs `history` input rows before row t and `lookahead` after.
  ///
  /// `delay` holds output rows back by so many more rows than the layer needs;
  /// `extra` is how many output rows the layer gives beyond its input rows at the end.
  init(channels: Int, history: Int, lookahead: Int, delay: Int = 0, extra: Int = 0) {
    self.channels = channels
    self.history = history
    self.lookahead = lookahead
    self.delay = delay
    self.extra = extra
    kept = FloatBuffer(count: (history + lookahead + delay) * channels)
    reset()
  }

  /// Forgets everything: the next row is the first of a sequence.
  func reset() {
    keptRows = history
    emitted = 0
    received = 0
    kept.pointer.update(repeating: 0, count: history * channels)
  }

  /// The window that ends with `count` new rows at `fresh`, and its number of output rows.
  ///
  /// Overwrites up to `headroom` rows before and `tailroom` rows after the new ones.
  func open(
    _ fresh: UnsafeMutablePointer<Float>, _ count: Int, isLast: Bool
  ) -> (window: UnsafeMutablePointer<Float>, outputs: Int) {
    let window = fresh - keptRows * channels
    window.update(from: kept.pointer, count: keptRows * channels)
    rows = keptRows + count
    received += count
    // A sequence without rows gives none, not even an extra one.
    if isLast && received > 0 {
      (fresh + count * channels).update(repeating: 0, count: tailroom * channels)
      rows += tailroom
    }
    opened = max(0, rows - history - lookahead - (isLast ? 0 : delay))
    start = window
    return (window, opened)
  }

  /// Ends the use of the window and keeps its last rows.
  func close() {
    guard let start else { return }
    keptRows = min(rows - opened, headroom)
    kept.pointer.update(
      from: start + (rows - keptRows) * channels, count: keptRows * channels)
    emitted += opened
    self.start = nil
  }
}

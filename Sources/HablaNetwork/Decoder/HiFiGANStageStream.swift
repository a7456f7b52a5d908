import HablaKernels

/// Rows of a running stream with room in front and behind for `StreamWindow`.
package final class RowBuffer {
  private let buffer: FloatBuffer
  /// Where new rows go.
  package let fresh: UnsafeMutablePointer<Float>

  /// Makes room for `rows` new rows, `headroom` before and `tailroom` after them.
  package init(channels: Int, headroom: Int, rows: Int, tailroom: Int) {
    buffer = FloatBuffer(uninitialized: (headroom + rows + tailroom) * channels)
    fresh = buffer.pointer + headroom * channels
  }
}

/// One stage of a running generator: upsampling, then the residual blocks side by side.
///
/// The blocks look ahead by different numbers of rows; the faster ones are held back so that all
/// give the same rows and their sum needs no buffer of its own. What a call writes besides the sum is
/// in memory that the caller lends, the same for all stages: no more of it is in use than one stage
/// needs, and it stays in the caches.
package final class HiFiGANStageStream {
  private let stage: HiFiGAN.Stage
  private let pairs: Bool
  private let slope: Float
  private let input: StreamWindow
  private let windows: [[StreamWindow]]
  /// Floats of a buffer of rows, and of those before its new rows.
  private let bufferSize: Int
  private let bufferStart: Int
  private let scratchCount: Int
  /// Where the result of `process` is.
  package let sum: RowBuffer
  /// Rows that the upsampling layer has given so far.
  private var upsampledRows = 0
  /// Largest number of input rows per call.
  let passRows: Int
  /// Largest number of rows that a call can give.
  let outputRows: Int

  /// `room` is what the layer behind needs around `sum`.
  package init(
    _ stage: HiFiGAN.Stage, kind: ResidualBlockKind, slope: Float, passRows: Int,
    room: (head: Int, tail: Int), threads: Int
  ) {
    self.stage = stage
    self.slope = slope
    self.passRows = passRows
    pairs = kind == .one
    let up = stage.upsampling
    input = StreamWindow(
      channels: up.inputs, history: up.history, lookahead: up.lookahead, extra: up.extraRows)
    let lags = stage.blocks.map { $0.reduce(0) { $0 + $1.padding } }
    let lag = lags.max() ?? 0
    windows = zip(stage.blocks, lags).map { block, own in
      block.enumerated().map { index, layer in
        StreamWindow(
          channels: stage.channels, history: layer.padding, lookahead: layer.padding,
          delay: index == 0 ? lag - own : 0)
      }
    }
    let head = windows.joined().map(\.headroom).max() ?? 0
    let tail = windows.joined().map(\.tailroom).max() ?? 0
    // The last call flushes what every layer still holds back.
    let fresh = (passRows + input.headroom + up.extraRows) * up.rate
    let rows = fresh + lag
    outputRows = rows
    bufferStart = head * stage.channels
    bufferSize = Self.wholeLines((head + rows + tail) * stage.channels)
    sum = RowBuffer(
      channels: stage.channels, headroom: room.head, rows: rows, tailroom: room.tail)
    let forLayers = stage.blocks.joined().map { $0.scratchCount(rows: rows, threads: threads) }
    scratchCount = Self.wholeLines(
      max(forLayers.max() ?? 0, (passRows + input.headroom + input.tailroom) * up.inputs))
  }

  /// At least `count` floats that fill lines of the caches.
  private static func wholeLines(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// Floats of memory that `process` needs.
  package var memoryCount: Int { (pairs ? 4 : 3) * bufferSize + scratchCount }

  /// Where new rows and scratch memory are in the memory of a call.
  private struct Memory {
    let upsampled: UnsafeMutablePointer<Float>
    let outer: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    /// Between the two convolutions of a pair; used by those alone.
    let inner: UnsafeMutablePointer<Float>
    let scratch: UnsafeMutablePointer<Float>
  }

  private func divide(_ memory: UnsafeMutablePointer<Float>) -> Memory {
    let first = memory + scratchCount + bufferStart
    return Memory(
      upsampled: first, outer: (first + bufferSize, first + 2 * bufferSize),
      inner: first + 3 * bufferSize, scratch: memory)
  }

  /// First sample of the source that is still to be read; nil if the stage reads none.
  var neededSample: Int? { stage.source.map { upsampledRows * $0.stride - $0.padding } }

  /// What the layer in front needs around its rows.
  package var room: (head: Int, tail: Int) { (input.headroom, input.tailroom) }

  /// Forgets the utterance.
  package func reset() {
    input.reset()
    upsampledRows = 0
    for window in windows.joined() { window.reset() }
  }

  /// Takes up to `passRows` rows and gives the number of rows written to `sum.fresh`.
  ///
  /// `source` has the signals of all samples that the rows reach; `memory` has `memoryCount` floats,
  /// and nothing in it is kept for the next call.
  package func process(
    _ rows: UnsafeMutablePointer<Float>, _ count: Int, isLast: Bool, source: HarmonicSource? = nil,
    memory: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) -> Int {
    let memory = divide(memory)
    let fresh = upsample(rows, count, isLast: isLast, source, memory, pool: pool)
    var given = 0
    for block in stage.blocks.indices {
      given = residualBlock(block, fresh, isLast: isLast, memory, pool: pool)
    }
    return given
  }

  private func upsample(
    _ rows: UnsafeMutablePointer<Float>, _ count: Int, isLast: Bool, _ oscillator: HarmonicSource?,
    _ memory: Memory, pool: ThreadPool
  ) -> Int {
    let up = stage.upsampling
    let (window, groups) = input.open(rows, count, isLast: isLast)
    defer { input.close() }
    if groups == 0 { return 0 }
    Elementwise.leakyReLU(
      window, slope: slope, memory.scratch, (groups + input.headroom) * up.inputs)
    let source = UnsafePointer(memory.scratch)
    let target = memory.upsampled
    let bias = stage.upsamplingBias?.pointer
    pool.overRows(groups) { first, size in
      let y = target + first * up.rate * up.outputs
      Elementwise.fillRows(rows: size * up.rate, columns: up.outputs, out: y, vector: bias)
      up.accumulate(rows: size, source + first * up.inputs, into: y)
      if let convolution = stage.source, let oscillator {
        convolution.accumulate(
          first: upsampledRows + first * up.rate, rows: size * up.rate, oscillator, into: y)
      }
    }
    upsampledRows += groups * up.rate
    // An odd difference of kernel and rate gives the first row of one more group at the end.
    return groups * up.rate - (isLast ? up.extraRows * (up.rate - 1) : 0)
  }

  private func residualBlock(
    _ block: Int, _ count: Int, isLast: Bool, _ memory: Memory, pool: ThreadPool
  ) -> Int {
    let layers = stage.blocks[block]
    let windows = windows[block]
    var rows = memory.upsampled
    var count = count
    let step = pairs ? 2 : 1
    for index in stride(from: 0, to: layers.count, by: step) {
      let closes = index + step == layers.count
      let target =
        closes
        ? sum.fresh : (index / step) % 2 == 0 ? memory.outer.0 : memory.outer.1
      let (window, outputs) = windows[index].open(rows, count, isLast: isLast)
      var adding = DecoderConvolution.Sum(
        bias: layers[index + step - 1].bias?.pointer, residual: nil,
        accumulates: closes && block > 0)
      if pairs {
        layers[index].forward(
          rows: outputs, window, slope: slope, adding: .init(bias: layers[index].bias?.pointer),
          into: memory.inner, scratch: memory.scratch, pool: pool)
        let (second, final) = windows[index + 1].open(memory.inner, outputs, isLast: isLast)
        // The window of the first layer still holds the block's input for these rows.
        let behind =
          windows[index + 1].emitted - windows[index].emitted + layers[index].padding
        adding.residual = UnsafePointer(window + behind * stage.channels)
        layers[index + 1].forward(
          rows: final, second, slope: slope, adding: adding, into: target,
          scratch: memory.scratch, pool: pool)
        windows[index + 1].close()
        count = final
      } else {
        adding.residual = UnsafePointer(window + layers[index].padding * stage.channels)
        layers[index].forward(
          rows: outputs, window, slope: slope, adding: adding, into: target,
          scratch: memory.scratch, pool: pool)
        count = outputs
      }
      windows[index].close()
      rows = target
    }
    return count
  }
}

/// Convolution that makes `rate` output rows per input row, computed phase by phase.
///
/// Output row m * rate + r needs only the taps j with j = r + padding modulo `rate`, so every
/// phase r is an ordinary short convolution and no product with an inserted zero is computed.
/// Phases that read the same input rows share one product. Threads: immutable.
package struct TransposedConvolution: Sendable {
  /// One product: `phases` consecutive phases from `firstPhase`, reading `taps` rows.
  private struct Group: Sendable {
    let firstPhase: Int
    let phases: Int
    /// First row read, relative to row m - `history`.
    let firstRow: Int
    let taps: Int
    let weightOffset: Int
  }

  /// Channels in.
  package let inputs: Int
  /// Channels out.
  package let outputs: Int
  /// Output rows per input row.
  package let rate: Int
  /// Input rows before row m that the output rows from m * rate on need.
  package let history: Int
  /// Input rows after row m that they need.
  package let lookahead: Int
  /// Output rows beyond `rate` times the input rows: 1 when kernel - rate is odd, else 0.
  package let extraRows: Int
  private let groups: [Group]
  private let weights: FloatBuffer

  /// Arranges `weight`, [inputs, outputs, kernel] as stored, by phase; each value times `scale`.
  ///
  /// `kernel` is not below `rate`; the padding is (kernel - rate) / 2, rounded down.
  package init(
    inputs: Int, outputs: Int, kernel: Int, rate: Int, weight: UnsafePointer<Float>,
    scale: Float = 1
  ) {
    precondition(rate > 0 && kernel >= rate, "kernel below rate")
    let padding = (kernel - rate) / 2
    self.inputs = inputs
    self.outputs = outputs
    self.rate = rate
    extraRows = (kernel - rate) % 2
    // Phase r reads rows m + newest(r) - i for i in 0..<taps(r).
    func newest(_ r: Int) -> Int { (r + padding) / rate }
    func firstTap(_ r: Int) -> Int { (r + padding) % rate }
    func taps(_ r: Int) -> Int { (kernel - 1 - firstTap(r)) / rate + 1 }
    let oldest = (0..<rate).map { newest($0) - taps($0) + 1 }
    let history = max(0, -(oldest.min() ?? 0))
    self.history = history
    lookahead = newest(rate - 1)

    var found: [Group] = []
    var offset = 0
    var phase = 0
    while phase < rate {
      var end = phase + 1
      while end < rate && newest(end) == newest(phase) && taps(end) == taps(phase) { end += 1 }
      found.append(
        Group(
          firstPhase: phase, phases: end - phase, firstRow: oldest[phase] + history,
          taps: taps(phase), weightOffset: offset))
      offset += PanelProduct.count(
        outputs: (end - phase) * outputs, inputs: inputs, taps: taps(phase))
      phase = end
    }
    groups = found
    weights = FloatBuffer(uninitialized: offset)
    // Per group a layer of phases * outputs outputs; [row, in, phase, out] before it is packed.
    for group in found {
      let width = group.phases * outputs
      let rows = FloatBuffer(uninitialized: group.taps * inputs * width)
      var to = rows.pointer
      for row in 0..<group.taps {
        for i in 0..<inputs {
          for r in group.firstPhase..<group.firstPhase + group.phases {
            let tap = firstTap(r) + (group.taps - 1 - row) * rate
            for o in 0..<outputs { to[o] = weight[(i * outputs + o) * kernel + tap] }
            to += outputs
          }
        }
      }
      PanelProduct.pack(
        StoredWeights(
          rows, outputStride: 1, inputStride: width, tapStride: inputs * width,
          scale: scale),
        outputs: width, inputs: inputs, taps: group.taps,
        into: weights.pointer + group.weightOffset)
    }
  }

  /// y[m * rate + r, o] += sum over taps, for m in 0..<rows and r in 0..<rate.
  ///
  /// `x` is a window of `history` + `rows` + `lookahead` rows of `inputs` floats; `y` has
  /// `rows` * `rate` rows of `outputs` floats.
  package func accumulate(
    rows: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) {
    for group in groups {
      PanelProduct.multiply(
        m: rows, n: group.phases * outputs, inputs: inputs, taps: group.taps,
        tapStride: inputs, a: x + group.firstRow * inputs, lda: inputs,
        panels: weights.pointer + group.weightOffset, c: y + group.firstPhase * outputs,
        ldc: rate * outputs, accumulates: true)
    }
  }
}

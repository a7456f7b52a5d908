/// A convolution with a fraction of the multiplications: minimal filtering over time.
///
/// Tiles of a few output rows are computed at 8 to 11 points each (`FilterPoints`), which takes
/// 1.33 multiplications per output and channel pair instead of 3 for three taps, 2.5 instead of 7
/// for seven, 3.67 instead of 11 for eleven. For every point all tiles together are one matrix
/// product. Kernels longer than a tile are cut into pieces of as many taps as a tile has rows;
/// piece s then reads the transformed input of tile u + s, so the pieces share one transform. A
/// dilation d is d interleaved sequences. LeakyReLU goes into the input transform, bias and sums
/// into the output transform. Costs a rounding error of 1e-6 to 3e-6 of the output's standard
/// deviation. Source: Winograd, "Arithmetic complexity of computations" (1980); Lavin, Gray,
/// "Fast algorithms for convolutional neural networks" (2016). Threads: immutable.
package struct FilteredConvolution: Sendable {
  /// Sizes.
  package let shape: ConvolutionShape
  private let points: FilterPoints
  private let pieces: Int
  /// [point, piece], each [in, out] in panels of outputs (`GEMM.multiplyPanels`).
  private let weights: FloatBuffer
  private let inputTable: FloatBuffer
  private let outputTable: FloatBuffer
  private let zeros: FloatBuffer

  /// Whether the kernel has a form for these sizes: channels in fours, 2 to 24 taps.
  package static func supports(_ shape: ConvolutionShape) -> Bool {
    shape.inputs % 4 == 0 && shape.outputs % 4 == 0 && (2...24).contains(shape.kernel)
  }

  /// Transforms `weight`, [tap, in, out]; `supports(shape)` must hold.
  package init(_ shape: ConvolutionShape, weight: UnsafePointer<Float>) {
    precondition(Self.supports(shape), "sizes without a filtered form")
    self.shape = shape
    switch shape.kernel {
    case 2...3: points = .standard(outputs: 9 - shape.kernel, taps: shape.kernel)
    case 4...7: points = .standard(outputs: 11 - shape.kernel, taps: shape.kernel)
    default: points = .standard(outputs: 6, taps: 6)
    }
    pieces = (shape.kernel + points.taps - 1) / points.taps
    let size = shape.inputs * shape.outputs
    weights = FloatBuffer(count: points.count * pieces * size)
    var target = weights.pointer
    for factors in points.weightFactors {
      for piece in 0..<pieces {
        let first = piece * points.taps
        let taps = min(points.taps, shape.kernel - first)
        for i in 0..<size {
          var sum = 0.0
          for tap in 0..<taps { sum += factors[tap] * Double(weight[(first + tap) * size + i]) }
          let place = GEMM.panelIndex(
            n: shape.outputs, k: shape.inputs, row: i / shape.outputs, column: i % shape.outputs)
          target[place] = Float(sum)
        }
        target += size
      }
    }
    func splat(_ values: [Float]) -> FloatBuffer {
      FloatBuffer(values.flatMap { [$0, $0, $0, $0] })
    }
    inputTable = splat(points.inputTable)
    outputTable = splat(points.outputTable)
    zeros = FloatBuffer(count: max(shape.inputs, shape.outputs))
  }

  /// Most tiles that are worked on at once: their transforms stay in the second-level cache.
  private var largestBlock: Int {
    max(16, 131_072 / (points.count * (shape.inputs + shape.outputs)))
  }

  /// Floats of scratch memory per thread.
  package var scratchCount: Int {
    let block = largestBlock
    return points.count
      * ((block + pieces - 1) * shape.inputs + block * shape.outputs + shape.inputs)
  }

  /// y = conv(LeakyReLU(x)) + bias [+ residual] [+ y], for `rows` rows.
  ///
  /// `x` is a window of `rows` + `shape.reach` rows, `residual` and `y` have `rows` rows, all
  /// dense and y apart from x. `slope` is LeakyReLU's, 0...1 (1 for none). `scratch` has
  /// `scratchCount` floats for each of the pool's threads.
  package func forward(
    rows: Int, _ x: UnsafePointer<Float>, slope: Float, bias: UnsafePointer<Float>?,
    residual: UnsafePointer<Float>?, accumulates: Bool, into y: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    if rows <= 0 { return }
    let call = Call(
      rows: rows, x: x, slope: slope, bias: bias ?? UnsafePointer(zeros.pointer),
      residual: residual, accumulates: accumulates, y: y,
      // Every phase of the dilation has its own tiles, and as many more as the last piece reads.
      tilesPerPhase: ((rows + shape.dilation - 1) / shape.dilation + points.outputs - 1)
        / points.outputs + pieces - 1)
    let tiles = call.tilesPerPhase * shape.dilation - (pieces - 1)
    // A number of equal parts that does not depend on the thread count.
    let needed = (tiles + largestBlock - 1) / largestBlock
    let parts = tiles < 32 ? needed : (needed + 3) / 4 * 4
    let block = (tiles + parts - 1) / parts
    let room = scratchCount
    pool.run(parts) { part, worker in
      let first = part * block
      compute(call, first, min(block, tiles - first), scratch + worker * room)
    }
  }

  private struct Call {
    let rows: Int
    let x: UnsafePointer<Float>
    let slope: Float
    let bias: UnsafePointer<Float>
    let residual: UnsafePointer<Float>?
    let accumulates: Bool
    let y: UnsafeMutablePointer<Float>
    let tilesPerPhase: Int
  }

  /// Tiles `first` ..< `first` + `count` of all phases one after the other.
  private func compute(
    _ call: Call, _ first: Int, _ count: Int, _ scratch: UnsafeMutablePointer<Float>
  ) {
    if count <= 0 { return }
    let (inputs, outputs) = (shape.inputs, shape.outputs)
    let inputTiles = count + pieces - 1
    let v = scratch
    let m = v + points.count * inputTiles * inputs
    let edge = m + points.count * count * outputs
    transformInput(call, first, inputTiles, v, edge)
    for point in 0..<points.count {
      for piece in 0..<pieces {
        GEMM.multiplyPanels(
          m: count, n: outputs, k: inputs,
          a: v + (point * inputTiles + piece) * inputs, lda: inputs,
          panels: UnsafePointer(weights.pointer) + (point * pieces + piece) * inputs * outputs,
          c: m + point * count * outputs, ldc: outputs, beta: piece == 0 ? 0 : 1)
      }
    }
    transformOutput(call, first, count, m)
  }

  private func transformInput(
    _ call: Call, _ first: Int, _ count: Int, _ v: UnsafeMutablePointer<Float>,
    _ edge: UnsafeMutablePointer<Float>
  ) {
    let (inputs, dilation) = (shape.inputs, shape.dilation)
    let windowRows = call.rows + shape.reach
    UnsafeRawPointer(inputTable.pointer).withMemoryRebound(
      to: Quad.self, capacity: inputTable.count / 4
    ) { table in
      for index in 0..<count {
        let phase = (first + index) / call.tilesPerPhase
        let tile = (first + index) % call.tilesPerPhase
        let row = phase + tile * points.outputs * dilation
        var source = call.x + row * inputs
        var stride = dilation * inputs
        if row + (points.count - 1) * dilation >= windowRows {
          // Rows behind the window count as zeros.
          for i in 0..<points.count {
            let from = row + i * dilation
            (edge + i * inputs).update(
              from: from < windowRows ? call.x + from * inputs : UnsafePointer(zeros.pointer),
              count: inputs)
          }
          source = UnsafePointer(edge)
          stride = inputs
        }
        FilterTransforms.input(
          points: points.count, source, stride: stride, channels: inputs, slope: call.slope,
          table: table, v + index * inputs, pointStride: count * inputs)
      }
    }
  }

  private func transformOutput(
    _ call: Call, _ first: Int, _ count: Int, _ m: UnsafePointer<Float>
  ) {
    let (outputs, dilation) = (shape.outputs, shape.dilation)
    UnsafeRawPointer(outputTable.pointer).withMemoryRebound(
      to: Quad.self, capacity: outputTable.count / 4
    ) { table in
      for index in 0..<count {
        let phase = (first + index) / call.tilesPerPhase
        let tile = (first + index) % call.tilesPerPhase
        let row = phase + tile * points.outputs * dilation
        if tile > call.tilesPerPhase - pieces || row >= call.rows { continue }
        let rows = min(points.outputs, (call.rows - row + dilation - 1) / dilation)
        FilterTransforms.output(
          points: points.count, outputs: points.outputs, rows: rows, m + index * outputs,
          pointStride: count * outputs, channels: outputs, table: table,
          adding: FilterTransforms.Addends(
            bias: call.bias, residual: call.residual.map { $0 + row * outputs },
            accumulates: call.accumulates),
          call.y + row * outputs, stride: dilation * outputs)
      }
    }
  }
}

import HablaKernelsWide

/// A convolution with a fraction of the multiplications: minimal filtering over time.
///
/// Tiles of a few output rows are computed at 8 or 11 points each (`FilterPoints`), which takes
/// 1.33 multiplications per output and channel pair instead of 3 for three taps, 2.2 instead of 7
/// for seven, 3.67 instead of 11 for eleven. For every point all tiles together are one matrix
/// product. Long kernels are cut into pieces of as many taps as a tile has rows; piece s then reads
/// the transformed input of tile u + s, so the pieces share one transform and are one product with
/// overlapping rows. A dilation d is d interleaved sequences. LeakyReLU goes into the input transform, bias and sums
/// into the output transform. Costs a rounding error of 1e-6 to 3e-6 of the output's standard
/// deviation. Source: Winograd, "Arithmetic complexity of computations" (1980); Lavin, Gray,
/// "Fast algorithms for convolutional neural networks" (2016). Threads: immutable.
package struct FilteredConvolution: Sendable {
  /// Sizes.
  package let shape: ConvolutionShape
  private let points: FilterPoints
  private let pieces: Int
  /// Per panel of outputs [point, piece, in, output] (see `PanelProduct`).
  private let weights: FloatBuffer
  private let inputTable: FloatBuffer
  private let outputTable: FloatBuffer
  private let zeros: FloatBuffer

  /// Whether the kernel has a form for these sizes: channels in whole vectors, 2 to 24 taps.
  package static func supports(_ shape: ConvolutionShape) -> Bool {
    let lanes = transformLanes
    return shape.inputs % lanes == 0 && shape.outputs % lanes == 0
      && (2...24).contains(shape.kernel)
  }

  private static var transformLanes: Int {
    Processor.usesWideKernels
      ? HablaKernelsWide.FilterTransforms.vectorLength : FilterTransforms.vectorLength
  }

  /// Transforms weights of `shape.kernel` taps; `supports(shape)` must hold.
  package init(_ shape: ConvolutionShape, weights stored: StoredWeights) {
    precondition(Self.supports(shape), "sizes without a filtered form")
    self.shape = shape
    switch shape.kernel {
    case 2...3: points = .standard(outputs: 9 - shape.kernel, taps: shape.kernel)
    case 4...7: points = .standard(outputs: 12 - shape.kernel, taps: shape.kernel)
    default: points = .standard(outputs: 6, taps: 6)
    }
    pieces = (shape.kernel + points.taps - 1) / points.taps
    weights = FilterWeights.transform(stored, shape, points, pieces: pieces)
    func splat(_ values: [Float]) -> FloatBuffer {
      FloatBuffer(values.flatMap { [Float](repeating: $0, count: Self.transformLanes) })
    }
    inputTable = splat(points.inputTable)
    outputTable = splat(points.outputTable)
    zeros = FloatBuffer(count: max(shape.inputs, shape.outputs))
  }

  /// Most tiles that are worked on at once.
  ///
  /// Enough to use each weight often, few enough for the transformed input to stay in the
  /// caches.
  private var largestBlock: Int { max(48, 262_144 / (points.count * shape.inputs)) }

  /// Floats between the transformed input of two points: lines of equal place in the cache would
  /// push each other out.
  private func inputStride(_ tiles: Int) -> Int { tiles * shape.inputs + 16 }

  /// Floats of scratch memory per thread.
  package var scratchCount: Int {
    let block = largestBlock
    return points.count
      * (inputStride(block + pieces - 1) + block * PanelProduct.width + shape.inputs)
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
    let block = blockTiles(tiles, threads: pool.threadCount)
    let parts = (tiles + block - 1) / block
    let room = scratchCount
    pool.run(parts) { part, worker in
      let first = part * block
      compute(call, first, min(block, tiles - first), scratch + worker * room)
    }
  }

  /// Tiles of one part: equal shares for the threads.
  private func blockTiles(_ tiles: Int, threads: Int) -> Int {
    let needed = (tiles + largestBlock - 1) / largestBlock
    // OpenBLAS may sum in another order for another number of rows.
    let unit = Processor.usesWideKernels ? threads : tiles < 24 ? 1 : 4
    let parts = (needed + unit - 1) / unit * unit
    return (tiles + parts - 1) / parts
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
    let (inputs, width) = (shape.inputs, PanelProduct.width)
    let inputTiles = count + pieces - 1
    let pointStride = inputStride(inputTiles)
    let v = scratch
    let m = v + points.count * pointStride
    transformInput(call, first, inputTiles, v, m + points.count * count * width)
    let panelSize = pieces * inputs * width
    for start in stride(from: 0, to: shape.outputs, by: width) {
      let channels = min(width, shape.outputs - start)
      for point in 0..<points.count {
        PanelProduct.multiply(
          m: count, n: channels, inputs: inputs, taps: pieces, tapStride: inputs,
          a: v + point * pointStride, lda: inputs,
          panels: weights.pointer + (start / width * points.count + point) * panelSize,
          c: m + point * count * width, ldc: width)
      }
      transformOutput(call, first, count, m, start, channels)
    }
  }

  /// A tile's number within its phase of the dilation, and its first row.
  @inline(__always)
  private func place(_ index: Int, _ call: Call) -> (tile: Int, row: Int) {
    let (phase, tile) = index.quotientAndRemainder(dividingBy: call.tilesPerPhase)
    return (tile, phase + tile * points.outputs * shape.dilation)
  }

  private func transformInput(
    _ call: Call, _ first: Int, _ count: Int, _ v: UnsafeMutablePointer<Float>,
    _ edge: UnsafeMutablePointer<Float>
  ) {
    let (inputs, dilation) = (shape.inputs, shape.dilation)
    let windowRows = call.rows + shape.reach
    let pointStride = inputStride(count)
    let transform =
      Processor.usesWideKernels
      ? HablaKernelsWide.FilterTransforms.input : FilterTransforms.input
    for index in 0..<count {
      let row = place(first + index, call).row
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
      transform(
        points.count, source, stride, inputs, call.slope, inputTable.pointer,
        v + index * inputs, pointStride)
    }
  }

  /// Rows of the outputs `start` ..< `start` + `channels`, of which `m` has the sums.
  private func transformOutput(
    _ call: Call, _ first: Int, _ count: Int, _ m: UnsafePointer<Float>, _ start: Int,
    _ channels: Int
  ) {
    let (outputs, dilation, width) = (shape.outputs, shape.dilation, PanelProduct.width)
    let transform =
      Processor.usesWideKernels
      ? HablaKernelsWide.FilterTransforms.output : FilterTransforms.output
    for index in 0..<count {
      let (tile, row) = place(first + index, call)
      if tile > call.tilesPerPhase - pieces || row >= call.rows { continue }
      let rows = min(points.outputs, (call.rows - row + dilation - 1) / dilation)
      let place = row * outputs + start
      transform(
        points.count, points.outputs, rows, m + index * width, count * width, channels,
        outputTable.pointer, call.bias + start, call.residual.map { $0 + place },
        call.accumulates, call.y + place, dilation * outputs)
    }
  }
}

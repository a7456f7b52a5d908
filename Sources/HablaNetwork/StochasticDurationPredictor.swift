import HablaCheckpoints
import HablaKernels

/// Stochastic duration predictor, in the direction from noise to log durations.
///
/// Three convolutional spline flows, each after a swap of the two channels, then an affine map;
/// the flow stored at index 1 is skipped, as in the reference, while its swap stays. Source: VITS
/// section 2.2.2 and its published code.
package struct StochasticDurationPredictor: Sendable {
  private let channels: Int
  private let before: Convolution
  private let trunk: DilatedDepthSeparable
  private let after: Convolution
  private let condition: Convolution?
  private let flows: [(index: Int, flow: ConvolutionFlow)]
  private let shift: WeightArray
  private let logScale: WeightArray

  /// Reads `sdp` (give a reader scoped to it); `speakerChannels` 0 means no conditioning.
  package init(
    _ reader: WeightReader, channels: Int, speakerChannels: Int, tailBound: Float = 5
  ) throws {
    self.channels = channels
    before = try Convolution(reader, "pre", inputs: channels, outputs: channels)
    trunk = try DilatedDepthSeparable(reader, "convs", channels: channels)
    after = try Convolution(reader, "proj", inputs: channels, outputs: channels)
    condition =
      speakerChannels > 0 && reader.contains("cond.weight")
      ? try Convolution(reader, "cond", inputs: speakerChannels, outputs: channels) : nil
    let count = reader.count(from: 3, step: 2) { "flows.\($0).pre.weight" }
    if count == 0 { throw CheckpointError.missingTensor(name: "sdp.flows.3.pre.weight") }
    flows = try (0..<count).reversed().map { i in
      let index = 3 + 2 * i
      return (
        index,
        try ConvolutionFlow(
          reader.scoped("flows.\(index)"), channels: channels, tailBound: tailBound)
      )
    }
    shift = try reader.array("flows.0.m", shape: [2, 1])
    logScale = try reader.array("flows.0.logs", shape: [2, 1])
  }

  /// logDurations [rows] from hidden [rows, channels] and noise [2, rows], already scaled.
  ///
  /// `noise` is overwritten.
  package func forward(
    _ hidden: UnsafePointer<Float>, rows: Int, speakerVector: UnsafePointer<Float>?,
    noise: UnsafeMutablePointer<Float>, into logDurations: UnsafeMutablePointer<Float>,
    _ run: RunState
  ) {
    run.scope {
      let x = run.workspace.take(rows * channels)
      let h = run.workspace.take(rows * channels)
      before.forward(hidden, rows: rows, into: x, run)
      if let condition, let speakerVector {
        let shift = run.workspace.take(channels)
        condition.forward(speakerVector, rows: 1, into: shift, run)
        Elementwise.addRowVector(rows: rows, columns: channels, x: x, vector: shift)
      }
      trunk.forward(x, rows: rows, condition: nil, run)
      run.trace?("sdp.convs", x, rows, channels)
      after.forward(x, rows: rows, into: h, run)
      run.trace?("sdp.proj", h, rows, channels)
      // The swaps only exchange the roles of the two rows of z.
      var first = noise
      var second = noise + rows
      for (index, flow) in flows {
        swap(&first, &second)
        flow.inverse(conditioning: first, transformed: second, rows: rows, hidden: h, run)
        run.trace?("sdp.flows.\(index).0", first, rows, 1)
        run.trace?("sdp.flows.\(index).1", second, rows, 1)
      }
      swap(&first, &second)
      let scale = exponential(-logScale[0])
      for row in 0..<rows { logDurations[row] = (first[row] - shift[0]) * scale }
    }
  }
}

/// One spline flow whose parameters a small network predicts from the other channel.
package struct ConvolutionFlow: Sendable {
  private let channels: Int
  private let before: Convolution
  private let trunk: DilatedDepthSeparable
  private let projection: Convolution
  private let spline: RationalQuadraticSpline

  /// Reads `pre`, `convs` and `proj` ([3 * bins - 1, channels, 1]).
  package init(_ reader: WeightReader, channels: Int, tailBound: Float) throws {
    self.channels = channels
    before = try Convolution(reader, "pre", inputs: 1, outputs: channels)
    trunk = try DilatedDepthSeparable(reader, "convs", channels: channels)
    let outputs = reader.shape("proj.weight")?.first ?? 29
    guard outputs >= 5, (outputs + 1) % 3 == 0, outputs <= 3 * RationalQuadraticSpline.maximumBins
    else {
      throw CheckpointError.shapeMismatch(
        name: "proj.weight", expected: [29, channels, 1],
        found: reader.shape("proj.weight") ?? [])
    }
    projection = try Convolution(reader, "proj", inputs: channels, outputs: outputs)
    spline = RationalQuadraticSpline(bins: (outputs + 1) / 3, tailBound: tailBound)
  }

  /// Inverts the flow on `transformed` [rows] in place, given `conditioning` [rows].
  package func inverse(
    conditioning: UnsafePointer<Float>, transformed: UnsafeMutablePointer<Float>, rows: Int,
    hidden: UnsafePointer<Float>, _ run: RunState
  ) {
    run.scope {
      let x = run.workspace.take(rows * channels)
      let parameters = run.workspace.take(rows * projection.outputs)
      before.forward(conditioning, rows: rows, into: x, run)
      trunk.forward(x, rows: rows, condition: hidden, run)
      projection.forward(x, rows: rows, into: parameters, run)
      // Widths and heights, not derivatives, are scaled down by sqrt(H).
      let scale = 1 / Float(channels).squareRoot()
      for row in 0..<rows {
        let theta = parameters + row * projection.outputs
        for i in 0..<2 * spline.bins { theta[i] *= scale }
        transformed[row] = spline.inverse(transformed[row], theta)
      }
    }
  }
}

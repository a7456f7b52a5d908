import HablaCheckpoints
import HablaKernels

/// Deterministic duration predictor: two convolutions with layer norm and a projection.
///
/// Source: `DurationPredictor` of the original VITS code.
package struct DurationPredictor: Sendable {
  private let channels: Int
  private let innerChannels: Int
  private let condition: Convolution?
  private let first: Convolution
  private let firstNorm: LayerNorm
  private let second: Convolution
  private let secondNorm: LayerNorm
  private let projection: Convolution

  /// Reads `dp` (give a reader scoped to it); `speakerChannels` 0 means no conditioning.
  package init(
    _ reader: WeightReader, channels: Int, speakerChannels: Int, epsilon: Float = 1e-5
  ) throws {
    guard let shape = reader.shape("conv_1.weight"), shape.count == 3 else {
      throw CheckpointError.missingTensor(name: "dp.conv_1.weight")
    }
    let (inner, kernel) = (shape[0], shape[2])
    self.channels = channels
    innerChannels = inner
    condition =
      speakerChannels > 0 && reader.contains("cond.weight")
      ? try Convolution(reader, "cond", inputs: speakerChannels, outputs: channels) : nil
    first = try Convolution(
      reader, "conv_1", inputs: channels, outputs: inner, kernel: kernel, padLeft: kernel / 2)
    firstNorm = try LayerNorm(reader, "norm_1", channels: inner, epsilon: epsilon)
    second = try Convolution(
      reader, "conv_2", inputs: inner, outputs: inner, kernel: kernel, padLeft: kernel / 2)
    secondNorm = try LayerNorm(reader, "norm_2", channels: inner, epsilon: epsilon)
    projection = try Convolution(reader, "proj", inputs: inner, outputs: 1)
  }

  /// logDurations [rows] from hidden [rows, channels].
  package func forward(
    _ hidden: UnsafePointer<Float>, rows: Int, speakerVector: UnsafePointer<Float>?,
    into logDurations: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    run.scope {
      let x = run.workspace.take(rows * channels)
      x.update(from: hidden, count: rows * channels)
      if let condition, let speakerVector {
        let shift = run.workspace.take(channels)
        condition.forward(speakerVector, rows: 1, into: shift, run)
        Elementwise.addRowVector(rows: rows, columns: channels, x: x, vector: shift)
      }
      let a = run.workspace.take(rows * innerChannels)
      let b = run.workspace.take(rows * innerChannels)
      first.forward(x, rows: rows, into: a, run)
      Elementwise.relu(a, a, rows * innerChannels)
      firstNorm.forward(a, rows: rows, into: a)
      second.forward(a, rows: rows, into: b, run)
      Elementwise.relu(b, b, rows * innerChannels)
      secondNorm.forward(b, rows: rows, into: b)
      projection.forward(b, rows: rows, into: logDurations, run)
    }
  }
}

import HablaCheckpoints
import HablaKernels

/// Gated dilated convolutions with residual and skip outputs.
///
/// Source: WaveNet as used by WaveGlow and VITS (`WN`). Per layer i, with a = in_layer(x) + its part
/// of the speaker conditioning: acts = tanh(first half of a) * sigmoid(second half), r = res_skip(acts);
/// x += first half of r, output += second half; the last layer has the skip half only.
package struct WaveNet: Sendable {
  private let channels: Int
  private let condition: Convolution?
  private let input: [Convolution]
  private let residualSkip: [Convolution]

  /// Reads `in_layers.N`, `res_skip_layers.N` and, with a speaker vector, `cond_layer`.
  package init(
    _ reader: WeightReader, channels: Int, layers: Int, kernel: Int, dilationRate: Int,
    speakerChannels: Int
  ) throws {
    self.channels = channels
    condition =
      speakerChannels > 0 && reader.contains("cond_layer.weight")
      ? try Convolution(
        reader, "cond_layer", inputs: speakerChannels, outputs: 2 * channels * layers) : nil
    var dilation = 1
    var input: [Convolution] = []
    for i in 0..<layers {
      input.append(
        try Convolution(
          reader, "in_layers.\(i)", inputs: channels, outputs: 2 * channels, kernel: kernel,
          dilation: dilation))
      dilation = min(dilation * dilationRate, 1 << 16)
    }
    self.input = input
    residualSkip = try (0..<layers).map { i in
      try Convolution(
        reader, "res_skip_layers.\(i)", inputs: channels,
        outputs: i < layers - 1 ? 2 * channels : channels)
    }
  }

  /// output [rows, channels] from x [rows, channels], which is overwritten.
  package func forward(
    _ x: UnsafeMutablePointer<Float>, rows: Int, speakerVector: UnsafePointer<Float>?,
    into output: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    output.update(repeating: 0, count: rows * channels)
    run.scope {
      let gates = run.workspace.take(rows * 2 * channels)
      let acts = run.workspace.take(rows * channels)
      var shifts: UnsafeMutablePointer<Float>?
      if let condition, let speakerVector {
        let all = run.workspace.take(condition.outputs)
        condition.forward(speakerVector, rows: 1, into: all, run)
        shifts = all
      }
      for i in input.indices {
        input[i].forward(x, rows: rows, into: gates, run)
        run.overRows(rows) { start, count in
          let part = gates + start * 2 * channels
          if let shifts {
            Elementwise.addRowVector(
              rows: count, columns: 2 * channels, x: part, vector: shifts + i * 2 * channels)
          }
          Elementwise.gatedActivation(
            rows: count, channels: channels, x: part, out: acts + start * channels)
        }
        residualSkip[i].forward(acts, rows: rows, into: gates, run)
        accumulate(gates, isLast: i == input.count - 1, rows: rows, x: x, output: output)
      }
    }
  }

  private func accumulate(
    _ r: UnsafePointer<Float>, isLast: Bool, rows: Int, x: UnsafeMutablePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    if isLast { return Elementwise.add(output, r, output, rows * channels) }
    for row in 0..<rows {
      let both = r + row * 2 * channels
      let (kept, skipped) = (x + row * channels, output + row * channels)
      Elementwise.add(kept, both, kept, channels)
      Elementwise.add(skipped, both + channels, skipped, channels)
    }
  }
}

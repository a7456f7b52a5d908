import HablaCheckpoints
import HablaKernels

/// Shape of the normalizing flow.
package enum FlowConfiguration: Sendable, Equatable, Codable {
  /// Couplings around transformer stacks (MeloTTS).
  case transformer(couplings: Int, stack: TransformerConfiguration)
  /// Couplings around gated convolutions (VITS, Piper).
  case residual(couplings: Int, layers: Int, kernelSize: Int, dilationRate: Int)
}

/// Inverse of the normalizing flow: prior sample to latent frames.
///
/// From the last coupling to the first: reverse the channel order; keep the first half z0; subtract
/// from the second half the mean that a network predicts from z0. Source: VITS section 2.1.3;
/// transformer couplings as in VITS2.
package struct Flow: Sendable {
  private enum Body: Sendable {
    case transformer(TransformerEncoder)
    case residual(WaveNet)
  }

  private struct Coupling: Sendable {
    let index: Int
    let before: Convolution
    let body: Body
    let after: Convolution
  }

  private let channels: Int
  private let hiddenChannels: Int
  private let couplings: [Coupling]

  /// Reads `flow.flows` (give a reader scoped to it); couplings stand at even indices.
  ///
  /// `channels` is even; `speakerChannels` 0 means no conditioning.
  package init(
    _ reader: WeightReader, _ configuration: FlowConfiguration, channels: Int, hiddenChannels: Int,
    speakerChannels: Int
  ) throws {
    self.channels = channels
    self.hiddenChannels = hiddenChannels
    let count: Int
    switch configuration {
    case .transformer(let couplings, _), .residual(let couplings, _, _, _): count = couplings
    }
    couplings = try (0..<count).reversed().map { i in
      let scope = reader.scoped("\(2 * i)")
      let body: Body
      switch configuration {
      case .transformer(_, let stack):
        body = .transformer(try TransformerEncoder(scope, "enc", stack))
      case .residual(_, let layers, let kernel, let rate):
        body = .residual(
          try WaveNet(
            scope.scoped("enc"), channels: hiddenChannels, layers: layers, kernel: kernel,
            dilationRate: rate, speakerChannels: speakerChannels))
      }
      return Coupling(
        index: 2 * i,
        before: try Convolution(scope, "pre", inputs: channels / 2, outputs: hiddenChannels),
        body: body,
        after: try Convolution(scope, "post", inputs: hiddenChannels, outputs: channels / 2))
    }
  }

  /// Transforms z [rows, channels] in place.
  package func inverse(
    _ z: UnsafeMutablePointer<Float>, rows: Int, speakerVector: UnsafePointer<Float>?,
    _ run: RunState
  ) {
    let half = channels / 2
    run.scope {
      let h = run.workspace.take(rows * hiddenChannels)
      let out = run.workspace.take(rows * hiddenChannels)
      let mean = run.workspace.take(rows * half)
      for coupling in couplings {
        Elementwise.reverseRows(rows: rows, channels: channels, x: z)
        run.trace?("flow.flows.\(coupling.index + 1)", z, rows, channels)
        coupling.before.forward(z, rows: rows, inputStride: channels, into: h, run)
        switch coupling.body {
        case .transformer(let stack):
          stack.forward(h, rows: rows, speakerVector: speakerVector, run)
          coupling.after.forward(h, rows: rows, into: mean, run)
        case .residual(let waveNet):
          waveNet.forward(h, rows: rows, speakerVector: speakerVector, into: out, run)
          coupling.after.forward(out, rows: rows, into: mean, run)
        }
        for row in 0..<rows {
          let second = z + row * channels + half
          Elementwise.subtract(second, mean + row * half, second, half)
        }
        run.trace?("flow.flows.\(coupling.index)", z, rows, channels)
      }
    }
  }
}

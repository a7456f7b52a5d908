import HablaCheckpoints
import HablaKernels

/// Activation of the feed-forward layers.
package enum Activation: String, Sendable, Codable {
  case relu, gelu
}

/// Widths of a transformer stack.
package struct TransformerConfiguration: Sendable, Equatable, Codable {
  /// Channels of every layer (H).
  package var channels: Int
  /// Channels inside the feed-forward layers (F).
  package var filterChannels: Int
  /// Attention heads; divides `channels`.
  package var heads: Int
  /// Number of layers.
  package var layers: Int
  /// Kernel size of the feed-forward convolutions.
  package var kernelSize: Int
  /// Channels of the speaker vector when the stack is conditioned on it, otherwise 0.
  package var speakerChannels: Int
  /// Layer before which the speaker vector is added.
  package var conditioningLayer = 2
  /// Activation inside the feed-forward layers.
  package var activation = Activation.relu
  /// Epsilon of the layer norms.
  package var epsilon: Float = 1e-5

  /// Makes a configuration; see the properties.
  package init(
    channels: Int, filterChannels: Int, heads: Int, layers: Int, kernelSize: Int,
    speakerChannels: Int
  ) {
    self.channels = channels
    self.filterChannels = filterChannels
    self.heads = heads
    self.layers = layers
    self.kernelSize = kernelSize
    self.speakerChannels = speakerChannels
  }
}

/// Post-norm transformer stack with relative positions; text encoder and flow share it.
package struct TransformerEncoder: Sendable {
  private struct Layer: Sendable {
    let attention: RelativeAttention
    let attentionNorm: LayerNorm
    let feedForward: FeedForward
    let feedForwardNorm: LayerNorm
  }

  private let configuration: TransformerConfiguration
  private let layers: [Layer]
  private let speaker: Convolution?
  private let name: String

  /// Reads `name.attn_layers.N`, `norm_layers_{1,2}.N`, `ffn_layers.N` and `spk_emb_linear`.
  package init(
    _ reader: WeightReader, _ name: String, _ configuration: TransformerConfiguration
  ) throws {
    let scope = reader.scoped(name)
    let (h, f, k) = (
      configuration.channels, configuration.filterChannels, configuration.kernelSize
    )
    self.name = reader.fullName(name)
    self.configuration = configuration
    layers = try (0..<configuration.layers).map { i in
      Layer(
        attention: try RelativeAttention(
          scope, "attn_layers.\(i)", channels: h, heads: configuration.heads),
        attentionNorm: try LayerNorm(
          scope, "norm_layers_1.\(i)", channels: h, epsilon: configuration.epsilon),
        feedForward: try FeedForward(
          scope, "ffn_layers.\(i)", channels: h, innerChannels: f, kernel: k,
          activation: configuration.activation),
        feedForwardNorm: try LayerNorm(
          scope, "norm_layers_2.\(i)", channels: h, epsilon: configuration.epsilon))
    }
    speaker =
      configuration.speakerChannels > 0
      ? try Convolution(
        scope, "spk_emb_linear", inputs: configuration.speakerChannels, outputs: h) : nil
  }

  /// Transforms x [rows, channels] in place.
  ///
  /// `speakerVector` has `speakerChannels` values; nil leaves the conditioning out.
  package func forward(
    _ x: UnsafeMutablePointer<Float>, rows: Int, speakerVector: UnsafePointer<Float>?,
    _ run: RunState
  ) {
    let h = configuration.channels
    run.scope {
      let y = run.workspace.take(rows * h)
      for (i, layer) in layers.enumerated() {
        if i == configuration.conditioningLayer, let speaker, let speakerVector {
          let shift = run.workspace.take(h)
          speaker.forward(speakerVector, rows: 1, into: shift, run)
          Elementwise.addRowVector(rows: rows, columns: h, x: x, vector: shift)
        }
        layer.attention.forward(x, rows: rows, into: y, run)
        run.trace?("\(name).attn_layers.\(i)", y, rows, h)
        layer.attentionNorm.forward(y, residual: x, rows: rows, into: x)
        layer.feedForward.forward(x, rows: rows, into: y, run)
        layer.feedForwardNorm.forward(y, residual: x, rows: rows, into: x)
        run.trace?("\(name).norm_layers_2.\(i)", x, rows, h)
      }
    }
  }
}

/// Two convolutions with an activation in between.
package struct FeedForward: Sendable {
  private let expand: Convolution
  private let contract: Convolution
  private let activation: Activation

  /// Reads `name.conv_1` ([innerChannels, channels, kernel]) and `name.conv_2`.
  package init(
    _ reader: WeightReader, _ name: String, channels: Int, innerChannels: Int, kernel: Int,
    activation: Activation
  ) throws {
    // Even kernels are padded by one row less on the left than on the right.
    let padLeft = (kernel - 1) / 2
    expand = try Convolution(
      reader, name + ".conv_1", inputs: channels, outputs: innerChannels, kernel: kernel,
      padLeft: padLeft)
    contract = try Convolution(
      reader, name + ".conv_2", inputs: innerChannels, outputs: channels, kernel: kernel,
      padLeft: padLeft)
    self.activation = activation
  }

  /// y [rows, channels] from x [rows, channels].
  package func forward(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, _ run: RunState
  ) {
    run.scope {
      let width = expand.outputs
      let hidden = run.workspace.take(rows * width)
      expand.forward(x, rows: rows, into: hidden, run)
      run.overRows(rows) { start, count in
        let part = hidden + start * width
        switch activation {
        case .relu: Elementwise.relu(part, part, count * width)
        case .gelu: VectorMath.gelu(part, part, count * width)
        }
      }
      contract.forward(hidden, rows: rows, into: y, run)
    }
  }
}

/// Layer norm over the channels of each row.
package struct LayerNorm: Sendable {
  private let gamma: WeightArray
  private let beta: WeightArray
  private let channels: Int
  private let epsilon: Float

  /// Reads `name.gamma` and `name.beta`, each [channels].
  package init(
    _ reader: WeightReader, _ name: String, channels: Int, epsilon: Float = 1e-5
  ) throws {
    gamma = try reader.array(name + ".gamma", shape: [channels])
    beta = try reader.array(name + ".beta", shape: [channels])
    self.channels = channels
    self.epsilon = epsilon
  }

  /// y = activation(norm(x + residual)), row by row; y may be x or the residual.
  package func forward(
    _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>? = nil, rows: Int,
    into y: UnsafeMutablePointer<Float>, activation: Normalization.Activation = .none
  ) {
    Normalization.layerNorm(
      rows: rows, channels: channels, x: x, residual: residual, gamma: gamma.pointer,
      beta: beta.pointer, epsilon: epsilon, out: y, activation: activation)
  }
}

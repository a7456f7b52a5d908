import HablaCheckpoints

/// Which residual block a HiFi-GAN generator uses.
package enum ResidualBlockKind: String, Sendable, Equatable, Codable {
  /// Pairs of a dilated and an undilated convolution, one pair per dilation.
  case one = "1"
  /// Single dilated convolutions, for the first two dilations only.
  case two = "2"
}

/// Sizes of a HiFi-GAN generator: latent frames in, samples out.
///
/// Source: Kong, Kim, Bae, "HiFi-GAN" (2020), as used by VITS.
package struct HiFiGANConfiguration: Sendable, Equatable, Codable {
  /// Channels of a latent frame.
  package var inputChannels: Int
  /// Channels after the first convolution; every upsampling layer halves them.
  package var initialChannels: Int
  /// Output rows per input row of each upsampling layer.
  package var upsampleRates: [Int]
  /// Taps of each upsampling layer's transposed convolution, not below its rate.
  package var upsampleKernelSizes: [Int]
  /// Kind of the residual blocks.
  package var residualBlock: ResidualBlockKind
  /// Taps of the residual blocks that run side by side after each upsampling layer; all odd.
  package var residualKernelSizes: [Int]
  /// Dilations of each residual block.
  package var residualDilations: [[Int]]
  /// Width of the speaker vector; 0 for a generator without one.
  package var speakerChannels: Int
  /// Slope of LeakyReLU below zero, except before the last convolution, where it is 0.01.
  package var leakyReLUSlope: Float
  /// The oscillator that every stage hears; nil for HiFi-GAN as published, which has none.
  package var source: HarmonicSourceConfiguration?

  /// Describes a generator; `check` tells whether it can exist.
  package init(
    inputChannels: Int, initialChannels: Int, upsampleRates: [Int], upsampleKernelSizes: [Int],
    residualBlock: ResidualBlockKind, residualKernelSizes: [Int], residualDilations: [[Int]],
    speakerChannels: Int = 0, leakyReLUSlope: Float = 0.1,
    source: HarmonicSourceConfiguration? = nil
  ) {
    self.inputChannels = inputChannels
    self.initialChannels = initialChannels
    self.upsampleRates = upsampleRates
    self.upsampleKernelSizes = upsampleKernelSizes
    self.residualBlock = residualBlock
    self.residualKernelSizes = residualKernelSizes
    self.residualDilations = residualDilations
    self.speakerChannels = speakerChannels
    self.leakyReLUSlope = leakyReLUSlope
    self.source = source
  }

  /// Samples per latent frame: the product of the upsampling rates.
  package var hopLength: Int { upsampleRates.reduce(1, *) }

  /// Samples per row behind upsampling layer `stage`.
  package func stride(stage: Int) -> Int { upsampleRates.dropFirst(stage + 1).reduce(1, *) }

  /// Channels after upsampling layer `stage`.
  package func channels(stage: Int) -> Int { initialChannels >> (stage + 1) }

  /// Samples that `frames` latent frames give.
  ///
  /// That is `frames` * `hopLength`, except that a layer whose kernel size and rate differ by an
  /// odd number adds one row of its own.
  package func sampleCount(frames: Int) -> Int {
    if frames <= 0 { return 0 }
    return zip(upsampleRates, upsampleKernelSizes).reduce(frames) { rows, layer in
      rows * layer.0 + (layer.1 - layer.0) % 2
    }
  }

  /// The dilations that block `index` uses.
  package func dilations(block index: Int) -> [Int] {
    residualBlock == .one
      ? residualDilations[index] : Array(residualDilations[index].prefix(2))
  }

  /// Refuses sizes that no generator can have; every number may come from an untrusted file.
  ///
  /// - Throws: `CheckpointError.unsupported` naming the value, what was expected and found.
  package func check() throws {
    try require("latent channels", inputChannels, 1...8192)
    try require("initial channels", initialChannels, 2...8192)
    try require("speaker channels", speakerChannels, 0...8192)
    try require("number of upsampling layers", upsampleRates.count, 1...12)
    try require(
      "number of upsampling kernel sizes", upsampleKernelSizes.count,
      upsampleRates.count...upsampleRates.count)
    var hop = 1
    for (rate, kernel) in zip(upsampleRates, upsampleKernelSizes) {
      try require("upsampling rate", rate, 1...64)
      try require("upsampling kernel size", kernel, rate...256)
      hop *= rate
      try require("hop length", hop, 1...65536)
    }
    let divisor = 1 << upsampleRates.count
    try require("remainder of initial channels by \(divisor)", initialChannels % divisor, 0...0)
    try require("number of residual kernel sizes", residualKernelSizes.count, 1...16)
    try require(
      "number of residual dilation lists", residualDilations.count,
      residualKernelSizes.count...residualKernelSizes.count)
    for kernel in residualKernelSizes {
      try require("residual kernel size", kernel, 1...63)
      try require("residual kernel size modulo 2", kernel % 2, 1...1)
    }
    for dilations in residualDilations {
      try require("number of residual dilations", dilations.count, 1...16)
      for dilation in dilations { try require("residual dilation", dilation, 1...64) }
    }
    try require("LeakyReLU slope", leakyReLUSlope, 0...1)
    try source?.check(in: self)
  }

  /// Refuses a value outside of `range`; NaN is in none.
  func require<Value: Comparable>(
    _ name: String, _ value: Value, _ range: ClosedRange<Value>
  ) throws {
    if !range.contains(value) {
      throw CheckpointError.unsupported(
        format: "decoder configuration",
        what: "\(name) is \(value), expected \(range.lowerBound)...\(range.upperBound)")
    }
  }
}

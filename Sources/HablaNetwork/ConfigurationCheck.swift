import HablaCheckpoints

extension VITSConfiguration {
  /// Refuses values that no network can have; every number may come from an untrusted file.
  ///
  /// - Throws: `CheckpointError.unsupported` naming the value.
  package func check() throws {
    func require(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      if !range.contains(value) {
        throw CheckpointError.unsupported(
          format: "network configuration", what: "\(name) is \(value), expected \(range)")
      }
    }
    try require("sample rate", sampleRate, 1000...384_000)
    try require("inter channels", interChannels, 2...8192)
    try require("parity of inter channels", interChannels % 2, 0...0)
    try require("speaker channels", speakerChannels, 0...8192)
    try require("speaker count", speakerCount, 0...(1 << 20))
    try encoder.check(require)
    switch flow {
    case .transformer(let couplings, let stack):
      try require("couplings", couplings, 1...256)
      try stack.check(require)
      try require("flow channels", stack.channels, encoder.channels...encoder.channels)
    case .residual(let couplings, let layers, let kernelSize, let dilationRate):
      try require("couplings", couplings, 1...256)
      try require("layers", layers, 1...256)
      try require("kernel size", kernelSize, 1...64)
      try require("dilation rate", dilationRate, 1...64)
    }
    if let source = decoder.source {
      try require("source sample rate", source.sampleRate, sampleRate...sampleRate)
    }
    if !(tailBound > 0 && tailBound.isFinite) {
      throw CheckpointError.unsupported(
        format: "network configuration", what: "tail bound is \(tailBound), expected above 0")
    }
  }
}

extension TransformerConfiguration {
  fileprivate func check(_ require: (String, Int, ClosedRange<Int>) throws -> Void) throws {
    try require("hidden channels", channels, 1...8192)
    try require("filter channels", filterChannels, 1...65536)
    try require("heads", heads, 1...64)
    try require("remainder of channels by heads", channels % heads, 0...0)
    try require("layers", layers, 0...256)
    try require("kernel size", kernelSize, 1...64)
    try require("speaker channels", speakerChannels, 0...8192)
  }
}

import Habla
import TestSupport
import Testing

/// Habla's own file, made from a voice of every family.
@Suite struct ConversionTests {
  static let voices = [
    "melo-tiny", "piper-tiny/single", "piper-tiny/multi", "piper-tiny/shared-initializers",
    "hf-vits-tiny/single", "hf-vits-tiny/multi",
  ]

  private func speech(_ voice: Voice) throws -> [Float] {
    let ids = (0..<24).map { 1 + ($0 * 7) % 30 }
    var options = SynthesisOptions()
    options.seed = 3
    return try Synthesizer(voice: voice).synthesize(tokens: TokenInput(ids: ids), options: options)
      .samples
  }

  @Test(arguments: voices) func everyFamily(_ name: String) throws {
    let source = try Voice(path: Fixtures.path(name))
    let original = try speech(source)
    let folder = TemporaryFolder()
    var sizes: [Int] = []
    for storage in WeightStorage.allCases {
      let path = folder.path + "/\(storage.rawValue).habla.safetensors"
      try source.write(to: path, storage: storage)
      sizes.append(TemporaryFolder.read(path).count)
      let copy = try Voice(path: path)
      #expect(copy.family == source.family && copy.languages == source.languages)
      #expect(copy.speakers == source.speakers && copy.symbols == source.symbols)
      let samples = try speech(copy)
      switch storage {
      case .float32: #expect(samples == original)
      case .float16:
        #expect(samples.count == original.count)
        let difference = relativeDifference(samples, original)
        print("\(name): fp16 differs by \(difference) of the peak")
        #expect(difference < 0.05)
      case .int8:
        // What durations are made of has 16 bits.
        #expect(samples.count == original.count)
        let difference = relativeDifference(samples, original)
        print("\(name): int8 differs by \(difference) of the peak")
        #expect(difference < 0.1)
      }
      // Writing the copy again gives the same file.
      if storage == .float32 {
        let again = folder.path + "/again.habla.safetensors"
        try copy.write(to: again, storage: storage)
        #expect(TemporaryFolder.read(again) == TemporaryFolder.read(path))
      }
    }
    #expect(sizes[1] < sizes[0] && sizes[2] < sizes[1])
  }
}

import Habla
import HablaCheckpoints
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What is lost when weights are stored in fewer bits.
///
/// Durations are rounded up to whole frames, so the smallest change can make a sound a frame longer
/// and shift everything behind it. The copy is therefore measured with the source's durations, and
/// what its own would have been is reported and bounded for itself.
@Suite struct StorageTests {
  private struct Sound {
    let audio: [Float]
    let durations: [Int]
  }

  /// Voices of the fixtures, the built-in one, and any that HABLA_TEST_VOICE names.
  static let voices =
    ["melo-tiny", "piper-tiny/single", "piper-tiny/multi", "hf-vits-tiny/single", "built-in"]
    + (getenv("HABLA_TEST_VOICE").map { [String(cString: $0)] } ?? [])

  private func open(_ name: String) throws -> Voice {
    if name == "built-in" { return try Voice.builtIn() }
    return try Voice(path: name.hasPrefix("/") ? name : Fixtures.path(name))
  }

  private func speak(_ voice: Voice, durations: [Int]? = nil) throws -> Sound {
    let run = RunState(pool: ThreadPool(threadCount: 2))
    try voice.model.prepare(run.pool)
    let ids = (0..<40).map { $0 % 2 == 0 ? 0 : 1 + ($0 * 7) % 25 }
    let speaker = voice.speakers.first?.id
    let scales = SynthesisScales(
      noiseScale: voice.noiseScale, noiseScaleW: voice.noiseScaleW, lengthScale: 1,
      sdpRatio: voice.sdpRatio)
    let latent = try voice.model.latentFrames(
      TokenSequence(ids: ids), speaker: speaker, scales: scales, noise: .seed(5),
      durations: durations, run)
    return Sound(
      audio: try voice.model.audio(latent, speaker: speaker, run), durations: latent.durations)
  }

  private func decibels(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  @Test(arguments: voices) func lossIsBounded(_ name: String) throws {
    let source = try open(name)
    let original = try speak(source)
    let distance = SpectralDistance(sampleRate: source.sampleRate)
    #expect(distance.decibels(original.audio, original.audio) == 0)
    let folder = TemporaryFolder()
    var sizes: [WeightStorage: Int] = [:]
    for storage in WeightStorage.allCases {
      let path = "\(folder.path)/\(storage.rawValue).habla.safetensors"
      try source.write(to: path, storage: storage)
      sizes[storage] = TemporaryFolder.read(path).count
      let copy = try Voice(path: path)
      let forced = try speak(copy, durations: original.durations)
      let free = try speak(copy)
      #expect(forced.durations == original.durations)
      let difference = relativeDifference(forced.audio, original.audio)
      let mel = distance.decibels(forced.audio, original.audio)
      let changed = zip(free.durations, original.durations).filter { $0 != $1 }.count
      let frames = original.durations.reduce(0, +)
      let drift = free.durations.reduce(0, +) - frames
      print(
        "\(name) \(storage.rawValue): \(sizes[storage] ?? 0) bytes, largest difference "
          + "\((difference * 1e6).rounded() / 1e6) of the peak, mel \(decibels(mel)) dB; own "
          + "durations: \(changed) of \(original.durations.count) differ, \(drift) of "
          + "\(frames) frames")
      switch storage {
      case .float32: #expect(forced.audio == original.audio && changed == 0)
      case .float16:
        // An oscillator sums up what rounding does to F0: its periods move, their sound does not.
        let oscillates = source.model.configuration.decoder.source != nil
        #expect(difference < (oscillates ? 0.05 : 0.005))
        #expect(mel < (oscillates ? 0.05 : 0.02) && changed <= 2)
      case .int8: #expect(mel < 0.5 && abs(drift) <= max(4, frames / 20))
      }
    }
    if let whole = sizes[.float32], whole > 10_000_000 {
      #expect(Double(sizes[.int8] ?? 0) < 0.33 * Double(whole))
      #expect(Double(sizes[.float16] ?? 0) < 0.51 * Double(whole))
    }
  }

  /// The measure itself: louder and noisier recordings are farther away.
  @Test func distanceGrows() {
    let distance = SpectralDistance(sampleRate: 22_050)
    let noise = testValues(22_050, seed: 3)
    let tone = (0..<22_050).map { Float(sin(Double($0) * 0.1)) }
    func mixed(_ share: Float) -> [Float] { zip(tone, noise).map { $0 + $1 * share } }
    let steps = [0.001, 0.01, 0.1].map { distance.decibels(mixed($0), tone) }
    #expect(steps[0] < steps[1] && steps[1] < steps[2])
    let louder = distance.decibels(noise.map { $0 * 2 }, noise)
    #expect(abs(louder - 6.02) < 0.05)
    #expect(distance.decibels(Array(tone.dropLast(2000)), tone) == .infinity)
  }

  /// Values that 16 bits cannot hold are named, not stored as infinity.
  @Test func refusesWhatDoesNotFit() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/v.habla.safetensors"
    try Voice(path: Fixtures.path("piper-tiny/single")).write(to: path)
    var bytes = TemporaryFolder.read(path)
    // The last element of the largest tensor that is not a convolution's.
    let place = try #require(FloatPlace(of: "enc_p.emb.weight", in: bytes))
    let large = Float(70_000).bitPattern
    for i in 0..<4 { bytes[place.offset + i] = UInt8(truncatingIfNeeded: large >> (8 * UInt32(i))) }
    let voice = try Voice(bytes: bytes)
    let error = #expect(throws: HablaError.self) {
      try voice.write(to: folder.path + "/half", storage: .float16)
    }
    #expect(error?.message.contains("enc_p.emb.weight") == true)
    #expect(!folder.names.contains("half"))
    // Not a number: the voice opens, since opening reads no weight, and says so when it is used.
    for i in 0..<4 { bytes[place.offset + i] = 0xFF }
    let broken = try Synthesizer(voice: Voice(bytes: bytes))
    for _ in 0..<2 {
      let error = #expect(throws: HablaError.self) { try broken.preload() }
      #expect(error?.message.contains("enc_p.emb.weight") == true)
    }
    #expect(throws: HablaError.self) { try broken.synthesize("a", kind: .phonemes) }
  }
}

/// A NaN in any tensor is an error that names it, whatever is made of the tensor.
@Suite struct UnusableWeightTests {
  @Test(arguments: [WeightStorage.float32, .int8]) func everyTensor(
    _ storage: WeightStorage
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/v.habla.safetensors"
    try Voice(path: Fixtures.path("melo-tiny")).write(to: path, storage: storage)
    let original = TemporaryFolder.read(path)
    // Of the 8-bit file the 16-bit tensors, which are used in place.
    let all = try Checkpoints.open(path: path).tensors
    let tensors = all.filter { $0.type == (storage == .float32 ? .float32 : .float16) }
    #expect(tensors.count > (storage == .float32 ? 200 : 40))
    for (name, size) in tensors.map({ ($0.name, $0.type.size) }) {
      let place = try #require(FloatPlace(of: name, in: original))
      var bytes = original
      for i in 0..<size { bytes[place.offset + i] = 0xFF }
      let error = #expect(throws: HablaError.self, "\(name)") {
        try Synthesizer(voice: Voice(bytes: bytes), threads: 2).preload()
      }
      #expect(error?.message.contains("'\(name)'") == true, "\(name)")
    }
  }
}

/// Where the first float of a tensor lies in a safetensors file.
private struct FloatPlace {
  let offset: Int

  init?(of name: String, in bytes: [UInt8]) {
    let header = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    let text = String(decoding: bytes[8..<8 + header], as: UTF8.self)
    guard let entry = text.range(of: "\"\(name)\":"),
      let offsets = text[entry.upperBound...].range(of: "\"data_offsets\":[")
    else { return nil }
    let digits = text[offsets.upperBound...].prefix { $0.isNumber }
    guard let start = Int(digits) else { return nil }
    offset = 8 + header + start
  }
}

/// Opening a voice maps its file and touches nothing more.
@Suite(.enabled(if: canReadMappings)) struct MappedVoiceTests {
  @Test(arguments: [WeightStorage.float32, .int8]) func openingReadsNoWeights(
    _ storage: WeightStorage
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/v.habla.safetensors"
    try Voice.builtIn().write(to: path, storage: storage)
    let size = TemporaryFolder.read(path).count
    let voice = try Voice(path: path)
    let opened = try #require(MappedMemory(of: path))
    #expect(opened.size >= size)
    // The header and what the system reads around it.
    #expect(opened.resident < size / 5)
    #expect(opened.dirty == 0)
    let synthesizer = try Synthesizer(voice: voice, threads: 2)
    _ = try synthesizer.synthesize("a", kind: .phonemes)
    let used = try #require(MappedMemory(of: path))
    // The weights of the encoder or of the flow are used where they are; nothing is written there.
    #expect(used.resident > opened.resident)
    #expect(used.dirty == 0)
    withExtendedLifetime(voice) {}
  }
}

private let canReadMappings = access("/proc/self/smaps", R_OK) == 0

/// What this process has of a mapped file, in bytes.
private struct MappedMemory {
  var size = 0
  var resident = 0
  var dirty = 0

  init?(of path: String) {
    var isFile = false
    for line in String(decoding: TemporaryFolder.read("/proc/self/smaps"), as: UTF8.self)
      .split(separator: "\n")
    {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard let name = words.first else { continue }
      // "7f00-7f01 r--p ..." begins a mapping, "Rss: 12 kB" describes it.
      if !name.hasSuffix(":") { isFile = line.hasSuffix(path) }
      guard isFile, words.count > 1, let kilobytes = Int(words[1]) else { continue }
      switch name {
      case "Size:": size += kilobytes << 10
      case "Rss:": resident += kilobytes << 10
      case "Private_Dirty:", "Shared_Dirty:": dirty += kilobytes << 10
      default: break
      }
    }
    if size == 0 { return nil }
  }
}

import Foundation
import Habla
import HablaCheckpoints
import HablaText
import TestSupport
import Testing

/// Voices with a BERT model of their width, made up for the test.
@Suite struct ProsodyVoiceTests {
  /// A BERT of three layers, so that one is run, with the fixture's vocabulary.
  private static func writeModel(to path: String, width: Int = 768) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for name in ["vocab.txt", "tokenizer_config.json"] {
      try FileManager.default.copyItem(
        atPath: Fixtures.path("bert-tiny/" + name), toPath: path + "/" + name)
    }
    let configuration = """
      {"hidden_size": \(width), "num_attention_heads": 4, "num_hidden_layers": 3,
       "intermediate_size": 32, "max_position_embeddings": 64}
      """
    try configuration.write(toFile: path + "/config.json", atomically: true, encoding: .utf8)
    var shapes: [String: [Int]] = [
      "embeddings.word_embeddings.weight": [286, width],
      "embeddings.position_embeddings.weight": [64, width],
      "embeddings.token_type_embeddings.weight": [2, width],
    ]
    let layer = "encoder.layer.0."
    for (name, outputs, inputs) in [
      ("attention.self.query", width, width), ("attention.self.key", width, width),
      ("attention.self.value", width, width), ("attention.output.dense", width, width),
      ("intermediate.dense", 32, width), ("output.dense", width, 32),
    ] {
      shapes[layer + name + ".weight"] = [outputs, inputs]
      shapes[layer + name + ".bias"] = [outputs]
    }
    for norm in [
      "embeddings.LayerNorm", layer + "attention.output.LayerNorm", layer + "output.LayerNorm",
    ] {
      shapes[norm + ".weight"] = [width]
      shapes[norm + ".bias"] = [width]
    }
    let tensors = shapes.sorted { $0.key < $1.key }.map {
      TensorInfo(name: $0.key, type: .float32, shape: $0.value, count: $0.value.reduce(1, *))
    }
    var state: UInt32 = 1
    try SafetensorsWriter.write(
      path: path + "/model.safetensors", metadata: [:], tensors: tensors
    ) { tensor, sink in
      let values = (0..<tensor.count).map { _ -> Float in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(state >> 8) / Float(1 << 24) - 0.5
      }
      try values.withUnsafeBytes(sink)
    }
  }

  @Test func folderBesideTheVoiceIsFound() throws {
    try withVoiceFolder { path in
      #expect(try Voice(path: path).prosodyPath == nil)
      try Self.writeModel(to: path + "/bert")
      #expect(try Voice(path: path).prosodyPath == path + "/bert")
      #expect(try Voice(path: path + "/checkpoint.pth").prosodyPath == path + "/bert")
      #expect(try Voice(path: path, prosody: .off).prosodyPath == nil)
      try Self.writeModel(to: path + "/other")
      let other = ProsodySource.folder(path + "/other")
      #expect(try Voice(path: path, prosody: other).prosodyPath == path + "/other")
    }
  }

  @Test(.enabled(if: EspeakPhonemizer.isAvailable)) func featuresChangeTheSpeech() throws {
    try withVoiceFolder { path in
      try Self.writeModel(to: path + "/bert")
      func samples(_ source: ProsodySource, threads: Int = 2, _ text: String) throws -> [Float] {
        let voice = try Voice(path: path, prosody: source)
        let speech = try Synthesizer(voice: voice, threads: threads).synthesize(text)
        #expect(speech.samples.allSatisfy { $0.isFinite })
        return speech.samples
      }
      // Numbers, marks that MeloTTS rewrites, marks without a phone, and more pieces than positions.
      for text in [
        "Hola; ¿qué (tal) estás?", "El 3 de mayo de 1998 hubo 25 años #1.",
        String(repeating: "rápidamente ", count: 30) + "fin.",
      ] {
        let plain = try samples(.off, text)
        let prosodic = try samples(.automatic, text)
        #expect(!plain.isEmpty && !prosodic.isEmpty)
        #expect(prosodic != plain)
        #expect(try samples(.automatic, threads: 1, text) == prosodic)
      }
    }
  }

  @Test func unusableFoldersAreErrors() throws {
    func kind(_ voice: String, _ source: ProsodySource) -> HablaError.Kind? {
      do {
        _ = try Voice(path: voice, prosody: source)
        return nil
      } catch { return (error as? HablaError)?.kind }
    }
    try withVoiceFolder { path in
      // bert-tiny is 64 wide, the voice reads 768.
      #expect(kind(path, .folder(Fixtures.path("bert-tiny"))) == .unsupported)
      #expect(kind(path, .folder(path + "/missing")) == .io)
      try Self.writeModel(to: path + "/bert", width: 64)
      #expect(kind(path, .automatic) == .unsupported)
      #expect(kind(path, .off) == nil)
    }
    // Piper voices read no features: a folder that was asked for is refused.
    let piper = Fixtures.path("piper-tiny/single")
    #expect(kind(piper, .folder(Fixtures.path("bert-tiny"))) == .unsupported)
    #expect(kind(piper, .automatic) == nil)
  }
}

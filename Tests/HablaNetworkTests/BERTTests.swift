import HablaCheckpoints
import HablaKernels
import HablaNetwork
import TestSupport
import Testing

@Suite struct BERTTests {
  static let layouts = [
    "model.safetensors", "pytorch_model.bin", "other-layouts/model.bare-bertmodel.safetensors",
    "other-layouts/model.gamma-beta.safetensors", "other-layouts/pytorch_model.bare-fp16.bin",
    "other-layouts/pytorch_model.legacy-gamma-beta.bin",
  ]

  private func configuration() throws -> BERTConfiguration {
    let bytes = TemporaryFolder.read(Fixtures.path("bert-tiny/config.json"))
    return try BERTConfiguration(JSONValue(parsing: String(decoding: bytes, as: UTF8.self)))
  }

  private func encoder(_ file: String = "model.safetensors") throws -> BERTEncoder {
    try BERTEncoder(configuration()) {
      try Checkpoints.open(path: Fixtures.path("bert-tiny/" + file))
    }
  }

  /// Every hidden state by name, and the features under "feature".
  private func states(_ encoder: BERTEncoder, _ ids: [Int], threads: Int = 2) -> [String: [Float]] {
    let run = RunState(pool: ThreadPool(threadCount: threads))
    var states: [String: [Float]] = [:]
    run.trace = { name, values, rows, channels in
      states[name] = Array(UnsafeBufferPointer(start: values, count: rows * channels))
    }
    let out = FloatBuffer(count: ids.count * encoder.configuration.channels)
    encoder.forward(ids, into: out.pointer, run)
    states["feature"] = out.array
    return states
  }

  @Test(arguments: layouts) func hiddenStates(layout: String) throws {
    let encoder = try encoder(layout)
    // Storage in half precision rounds the weights; `halfPrecisionStorage` is exact about it.
    let tolerance: Float = layout.contains("fp16") ? 5e-3 : 1e-5
    for index in 0..<4 {
      let golden = try GoldenFile("bert-tiny/goldens/features-\(index).safetensors")
      let states = states(encoder, try golden.integers("input_ids"))
      #expect(states.count == encoder.configuration.featureLayers + 2)
      for (name, values) in states {
        let expected = try golden.tensor(name).values
        #expect(values.count == expected.count)
        let difference = zip(values, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference <= tolerance, "\(layout) \(index) \(name): \(difference)")
      }
    }
  }

  /// The fp16 file gives what the float32 weights give after rounding, bit for bit.
  @Test func halfPrecisionStorage() throws {
    let stored = try encoder("other-layouts/pytorch_model.bare-fp16.bin")
    let rounded = try BERTEncoder(configuration()) {
      RoundedCheckpoint(
        base: try Checkpoints.open(path: Fixtures.path("bert-tiny/model.safetensors")))
    }
    let ids = [4, 97, 12, 200, 5]
    #expect(states(stored, ids) == states(rounded, ids))
  }

  @Test func threadsDoNotChangeResults() throws {
    let encoder = try encoder()
    let ids = (0..<100).map { $0 % encoder.tokenCount }
    let expected = states(encoder, ids, threads: 1)
    #expect(states(encoder, ids, threads: 2) == expected)
    #expect(states(encoder, ids, threads: 5) == expected)
  }

  @Test func anyLength() throws {
    let encoder = try encoder()
    for count in [0, 1, 2, 31, 32, 33, 64, 65, 128] {
      let ids = (0..<count).map { ($0 * 7) % encoder.tokenCount }
      let features = states(encoder, ids)["feature"] ?? []
      #expect(features.count == count * 64 && features.allSatisfy(\.isFinite))
    }
  }

  @Test func hostileConfigurations() throws {
    let good = try configuration()
    #expect(good.channels == 64 && good.layers == 4 && good.featureLayers == 2)
    let bad = [
      "[]", "{\"hidden_size\": 0}", "{\"hidden_size\": -768}", "{\"hidden_size\": \"768\"}",
      "{\"hidden_size\": 1e300}", "{\"hidden_size\": 9223372036854775807}",
      "{\"hidden_size\": 770}", "{\"num_attention_heads\": 0}", "{\"num_hidden_layers\": 1}",
      "{\"num_hidden_layers\": 100000}", "{\"intermediate_size\": 0}",
      "{\"max_position_embeddings\": 2}", "{\"layer_norm_eps\": 0}",
      "{\"layer_norm_eps\": \"tiny\"}", "{\"layer_norm_eps\": -1e-12}",
      "{\"model_type\": \"roberta\"}", "{\"hidden_act\": \"swish\"}",
      "{\"position_embedding_type\": \"relative_key\"}",
    ]
    for text in bad {
      #expect(throws: CheckpointError.self, "\(text)") {
        try BERTConfiguration(JSONValue(parsing: text))
      }
    }
  }

  @Test func configurationAndWeightsMustAgree() throws {
    let checkpoint = try Checkpoints.open(path: Fixtures.path("bert-tiny/model.safetensors"))
    let good = try configuration()
    let changes: [(inout BERTConfiguration) -> Void] = [
      { $0.channels = 32 }, { $0.filterChannels = 64 }, { $0.layers = 9 },
      { $0.maximumTokens = 512 },
    ]
    for change in changes {
      var bad = good
      change(&bad)
      #expect(throws: CheckpointError.self) { try BERTEncoder(bad) { checkpoint } }
    }
    let other = try Checkpoints.open(
      path: Fixtures.path("bert-tiny/goldens/features-0.safetensors"))
    #expect(
      throws: CheckpointError.missingTensor(
        name: "bert.encoder.layer.0.attention.self.query.weight")
    ) { try BERTEncoder(good) { other } }
  }
}

/// Another checkpoint's tensors, rounded to half precision.
private struct RoundedCheckpoint: Checkpoint {
  let base: any Checkpoint
  var tensors: [TensorInfo] { base.tensors }
  var metadata: [String: String] { [:] }
  func info(_ name: String) -> TensorInfo? { base.info(name) }
  func integers(_ name: String) throws -> [Int64] { try base.integers(name) }
  func mappedFloats(_ name: String) -> UnsafeBufferPointer<Float>? { nil }
  func copyFloats(_ name: String, to destination: UnsafeMutablePointer<Float>) throws {
    try base.copyFloats(name, to: destination)
    for i in 0..<(base.info(name)?.count ?? 0) {
      destination[i] = HalfPrecision.float(half: HalfPrecision.half(destination[i]))
    }
  }
}

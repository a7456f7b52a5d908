import HablaCheckpoints
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  @Test func readsEveryFixture() throws {
    for path in [
      "containers/expected.safetensors", "bert-tiny/model.safetensors",
      "hf-vits-tiny/single/model.safetensors", "hf-vits-tiny/multi/model.safetensors",
    ] {
      let checkpoint = try Checkpoints.open(path: Fixtures.path(path))
      #expect(!checkpoint.tensors.isEmpty)
      for tensor in checkpoint.tensors {
        #expect(try checkpoint.floats(tensor.name).count == tensor.count)
      }
    }
  }

  @Test func givesMetadataTypesAndShapes() throws {
    let checkpoint = try Checkpoints.open(path: Fixtures.path("containers/expected.safetensors"))
    #expect(checkpoint.metadata == ["format": "pt"])
    #expect(checkpoint.info("slice")?.shape == [3, 3])
    #expect(checkpoint.info("scalar")?.shape == [])
    #expect(checkpoint.info("empty")?.count == 0)
    #expect(checkpoint.info("bf16")?.type == .bfloat16)
    #expect(checkpoint.info("claves.con.ñ.日本")?.count == 2)
    #expect(checkpoint.mappedFloats("f32")?.count == 48)
    #expect(checkpoint.mappedFloats("f16") == nil)
    #expect(throws: CheckpointError.missingTensor(name: "none")) {
      try checkpoint.floats("none")
    }
    #expect(throws: CheckpointError.self) { try checkpoint.integers("f32") }
  }
}

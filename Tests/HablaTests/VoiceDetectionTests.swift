import Habla
import TestSupport
import Testing

/// What lies at a path is told by content.
@Suite struct VoiceDetectionTests {
  private static let piper = [
    "piper-tiny/single/es_ES-tiny-medium.onnx", "piper-tiny/single/es_ES-tiny-medium.onnx.json",
  ]
  private static let huggingFace = ["config.json", "model.safetensors", "vocab.json"]
    .map { "hf-vits-tiny/single/\($0)" }

  private func error(_ path: String) -> HablaError? {
    do {
      _ = try Voice(path: path)
      return nil
    } catch { return error as? HablaError }
  }

  @Test func anyFileOfAVoiceWillDo() throws {
    for (path, family) in [
      ("piper-tiny/single/es_ES-tiny-medium.onnx", "piper"),
      ("piper-tiny/single/es_ES-tiny-medium.onnx.json", "piper"),
      ("piper-tiny/single", "piper"), ("hf-vits-tiny/multi", "hfvits"),
      ("hf-vits-tiny/multi/model.safetensors", "hfvits"),
      ("hf-vits-tiny/multi/config.json", "hfvits"), ("melo-tiny", "melotts"),
      ("melo-tiny/checkpoint.pth", "melotts"),
    ] {
      #expect(try Voice(path: Fixtures.path(path)).family == family, "\(path)")
    }
  }

  @Test func namesDoNotMatterWhereContentTells() throws {
    let folder = TemporaryFolder()
    folder.write("voz", TemporaryFolder.read(Fixtures.path(Self.piper[0])))
    folder.write("voz.json", TemporaryFolder.read(Fixtures.path(Self.piper[1])))
    #expect(try Voice(path: folder.path + "/voz").family == "piper")
  }

  @Test func describesPiperAndHuggingFaceVoices() throws {
    let piper = try Voice(path: Fixtures.path("piper-tiny/multi"))
    #expect(piper.languages == ["en_US"])
    #expect(piper.speakers.map(\.name) == ["p200", "p201", "p202", "p203"])
    #expect(piper.sampleRate == 22050 && piper.hopLength == 256)
    #expect(piper.symbols[0] == "_" && piper.symbols[1] == "^" && piper.symbols[14] == "a")
    let vits = try Voice(path: Fixtures.path("hf-vits-tiny/multi"))
    #expect(vits.languages == ["spa"])
    #expect(vits.speakers.count == 5)
    #expect(vits.sampleRate == 16000)
  }

  @Test func severalVoicesInOneFolderAreNamed() throws {
    let folder = TemporaryFolder()
    folder.copy(Self.piper + ["piper-tiny/multi/en_US-tinymulti-high.onnx"])
    folder.copy(["piper-tiny/multi/en_US-tinymulti-high.onnx.json"])
    let two = try #require(error(folder.path))
    #expect(two.message.contains("es_ES-tiny-medium.onnx"))
    #expect(two.message.contains("en_US-tinymulti-high.onnx"))
    folder.copy(Self.huggingFace)
    let kinds = try #require(error(folder.path))
    #expect(kinds.message.contains("piper") && kinds.message.contains("hfvits"))
    #expect(error(folder.path + "/es_ES-tiny-medium.onnx") == nil)
  }

  @Test func errorsSayWhatWasFound() throws {
    let folder = TemporaryFolder()
    folder.write("notes.txt", Array("hello".utf8))
    #expect(error(folder.path)?.message.contains("notes.txt") == true)
    let page = folder.write("voice.onnx", Array("<!DOCTYPE html><html>".utf8))
    folder.write("voice.onnx.json", TemporaryFolder.read(Fixtures.path(Self.piper[1])))
    #expect(error(page)?.message.contains("web page") == true)
    let alone = folder.write("other.onnx", TemporaryFolder.read(Fixtures.path(Self.piper[0])))
    #expect(error(alone)?.message.contains("other.onnx.json") == true)
    let own = TemporaryFolder()
    own.copy([Self.huggingFace[0], Self.huggingFace[2]])
    #expect(error(own.path)?.message.contains("model.safetensors") == true)
    let noVocabulary = TemporaryFolder()
    noVocabulary.copy([Self.huggingFace[0], Self.huggingFace[1]])
    #expect(error(noVocabulary.path)?.message.contains("vocab.json") == true)
  }

  @Test func otherGraphsAreRefusedWithTheReason() throws {
    let folder = TemporaryFolder()
    // A model with an empty graph and an operator set version.
    let path = folder.write("voice.onnx", [0x08, 0x08, 0x3A, 0x00, 0x42, 0x02, 0x10, 0x0F])
    folder.write("voice.onnx.json", TemporaryFolder.read(Fixtures.path(Self.piper[1])))
    let found = try #require(error(path))
    #expect(found.kind == .unsupported)
    #expect(found.message.contains("not the graph of a Piper voice"))
  }
}

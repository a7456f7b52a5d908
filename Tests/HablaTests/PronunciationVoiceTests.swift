import Foundation
import Habla
import HablaText
import TestSupport
import Testing

/// Pronunciation models beside voices, and named when a voice is opened.
@Suite struct PronunciationVoiceTests {
  private static let model = Fixtures.path("pronunciation-tiny")

  /// Copies the model's files, the lexicon's language changed.
  private func writeModel(to path: String, language: String = "es") throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let lexicon = try String(contentsOfFile: Self.model + "/lexicon.tsv", encoding: .utf8)
    try lexicon.replacingOccurrences(of: " 1 es\n", with: " 1 \(language)\n")
      .write(toFile: path + "/lexicon.tsv", atomically: true, encoding: .utf8)
    try FileManager.default.copyItem(
      atPath: Self.model + "/model.crf", toPath: path + "/model.crf")
  }

  @Test func folderBesideTheVoiceIsFound() throws {
    try withVoiceFolder { path in
      #expect(try Voice(path: path).pronunciationPath == nil)
      let folder = path + "/pronunciation"
      try writeModel(to: folder)
      for voice in [path, path + "/checkpoint.pth"] {
        #expect(try Voice(path: voice).pronunciationPath == folder)
      }
      #expect(try Voice(path: path, pronunciation: .off).pronunciationPath == nil)
      let named = try Voice(path: path, pronunciation: .folder(Self.model))
      #expect(named.pronunciationPath == Self.model)
      let converted = path + "/voice.habla.safetensors"
      try named.write(to: converted)
      #expect(try Voice(path: converted).pronunciationPath == folder)
    }
  }

  @Test func analysisNamesTheGuessedWords() throws {
    let voice = try Voice(path: Fixtures.path("melo-tiny"), pronunciation: .folder(Self.model))
    var options = SynthesisOptions()
    options.lexicon = try Lexicon(text: "nada = /n/")
    let text = "¡Ba! Bo ñ, nada. [[a]] bo"
    let sentences = try voice.analyze(text, options: options).sentences
    let guesses = sentences.flatMap(\.guesses)
    #expect(guesses.map(\.written) == ["Bo", "ñ", "bo"])
    #expect(guesses.map(\.textRange) == [6..<8, 9..<11, 25..<27])
    #expect(guesses.first?.phonemes == ["b", "o"])
    #expect(sentences.first?.phonemes.joined().contains("baˌo") == true)
    let plain = try Voice(path: Fixtures.path("melo-tiny"), pronunciation: .off)
    if EspeakPhonemizer.isAvailable {
      #expect(try plain.analyze(text).sentences.allSatisfy { $0.guesses.isEmpty })
    }
  }

  @Test func theModelIsPartOfTheVoicesIdentity() throws {
    try withVoiceFolder { path in
      let plain = try Voice(path: path).identity()
      try writeModel(to: path + "/pronunciation")
      let first = try Voice(path: path).identity()
      #expect(first != plain)
      #expect(try Voice(path: path, pronunciation: .off).identity() == plain)
      let lexicon = path + "/pronunciation/lexicon.tsv"
      let text = try String(contentsOfFile: lexicon, encoding: .utf8)
      try (text + "ñzz\ta\n").write(toFile: lexicon, atomically: true, encoding: .utf8)
      #expect(try Voice(path: path).identity() != first)
    }
  }

  @Test func unusableModelsAreErrors() throws {
    func error(_ voice: String, _ source: PronunciationSource) -> HablaError? {
      do {
        _ = try Voice(path: voice, pronunciation: source)
        return nil
      } catch { return error as? HablaError }
    }
    try withVoiceFolder { path in
      for missing in ["/nowhere", "", "/dev/null", "a\0b", Fixtures.path("bert-tiny")] {
        #expect(error(path, .folder(missing))?.kind == .io, "\(missing)")
      }
      let folder = path + "/pronunciation"
      try writeModel(to: folder, language: "fr")
      for source in [PronunciationSource.automatic, .folder(folder)] {
        let found = error(path, source)
        #expect(found?.kind == .unsupported)
        #expect(found?.message.contains("'fr'") == true && found?.message.contains(folder) == true)
      }
      #expect(error(path, .off) == nil)
      try "x".write(toFile: folder + "/model.crf", atomically: true, encoding: .utf8)
      let found = error(path, .automatic)
      #expect(found?.kind == .format && found?.message.contains(folder + "/model.crf") == true)
    }
    // Other voices read none: a folder that was asked for is refused.
    for voice in ["piper-tiny/single", "hf-vits-tiny/single"] {
      #expect(error(Fixtures.path(voice), .folder(Self.model))?.kind == .unsupported)
      #expect(error(Fixtures.path(voice), .automatic) == nil)
    }
  }
}

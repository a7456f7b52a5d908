import Foundation
import Habla
import HablaText
import TestSupport
import Testing

/// Pronouncing dictionaries that are named when a MeloTTS voice is opened.
@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct DictionaryTests {
  /// Runs `body` with the tiny MeloTTS voice and a dictionary; the voice's copy also speaks English.
  private func withFiles(
    _ dictionary: String, _ body: (_ voice: String, _ dictionary: String) throws -> Void
  ) throws {
    try withFiles(Array(dictionary.utf8), body)
  }

  private func withFiles(
    _ dictionary: [UInt8], _ body: (_ voice: String, _ dictionary: String) throws -> Void
  ) throws {
    let folder = NSTemporaryDirectory() + "habla-dictionary-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let source = Fixtures.path("melo-tiny")
    try FileManager.default.copyItem(
      atPath: source + "/checkpoint.pth", toPath: folder + "/checkpoint.pth")
    // Speakers' names say which languages a voice speaks.
    let configuration = try String(contentsOfFile: source + "/config.json", encoding: .utf8)
    try configuration.replacingOccurrences(of: "\"ES-b\"", with: "\"EN-b\"")
      .write(toFile: folder + "/config.json", atomically: true, encoding: .utf8)
    let path = folder + "/words.dict"
    try Data(dictionary).write(to: URL(fileURLWithPath: path))
    try body(folder, path)
  }

  private func phonemes(_ voice: Voice, _ text: String, _ language: String = "EN") throws
    -> [String]
  {
    var options = SynthesisOptions()
    options.language = language
    return try voice.analyze(text, options: options).sentences.flatMap(\.phonemes)
  }

  @Test func itsWordsAreSpokenAsItSays() throws {
    let text = ";;; made up\nWATER  B IY1\r\nwater(2)  T IY1\n"
    try withFiles(text) { melo, path in
      let voice = try Voice(path: melo, prosody: .off, dictionary: path)
      #expect(try phonemes(voice, "Water!") == ["b", "iy", "!"])
      #expect(try phonemes(voice, "tea") == ["t", "iy"])
      let plain = try Voice(path: melo, prosody: .off)
      #expect(try phonemes(plain, "Water!") == ["w", "ao", "t", "er", "!"])
      // Spanish is not looked up in it.
      let spanish = try phonemes(plain, "water", "ES")
      #expect(try phonemes(voice, "water", "ES") == spanish)
    }
  }

  @Test func itTravelsWithAConvertedVoice() throws {
    try withFiles("WATER  B IY1\n") { melo, path in
      let converted = melo + "/voice.habla.safetensors"
      try Voice(path: melo, prosody: .off, dictionary: path).write(to: converted)
      let voice = try Voice(path: converted)
      #expect(try phonemes(voice, "water") == ["b", "iy"])
      try withFiles("WATER  T IY1\n") { _, other in
        let changed = try Voice(path: converted, dictionary: other)
        #expect(try phonemes(changed, "water") == ["t", "iy"])
      }
    }
  }

  @Test func latin1IsRead() throws {
    try withFiles(Array("D".utf8) + [0xC9] + Array("J  D EY1\nWATER  B IY1\n".utf8)) { melo, path in
      let voice = try Voice(path: melo, prosody: .off, dictionary: path)
      #expect(try phonemes(voice, "water") == ["b", "iy"])
    }
  }

  @Test(arguments: [
    ("WATER  W AO1\nWORD\n", "line 2"), ("A AH0\n\n;;;\nB QQ1 B", "line 4"),
    ("\u{0}\u{1}", "line 1"), (String(repeating: "x\n", count: 50_000), "49980 lines more"),
  ])
  func wrongLinesAreNumbered(text: String, place: String) throws {
    try withFiles(text) { melo, path in
      let error = #expect(throws: HablaError.self) { try Voice(path: melo, dictionary: path) }
      #expect(error?.kind == .format)
      let message = error?.message ?? ""
      #expect(message.contains(place) && message.contains(path) && message.utf8.count < 4_000)
    }
  }

  @Test func wrongFilesAndVoices() throws {
    for path in ["/nowhere.dict", "", "/"] {
      let error = #expect(throws: HablaError.self) {
        try Voice(path: Fixtures.path("melo-tiny"), dictionary: path)
      }
      #expect(error?.kind == .io, "\(path)")
    }
    try withFiles("WATER  W AO1\n") { _, path in
      // The last one is a MeloTTS voice that speaks no English.
      for voice in ["hf-vits-tiny/single", "piper-tiny/single", "melo-tiny"] {
        let error = #expect(throws: HablaError.self) {
          try Voice(path: Fixtures.path(voice), dictionary: path)
        }
        #expect(error?.kind == .unsupported)
      }
    }
  }
}

import Habla
import HablaText
import TestSupport
import Testing

/// From text to Piper's token ids.
@Suite struct PiperTextTests {
  private static func configuration(_ extra: String = "", type: String = "espeak") -> String {
    """
    {"audio": {"sample_rate": 22050}, "espeak": {"voice": "es"}, "phoneme_type": "\(type)",
     "phoneme_id_map": {"_": [0], "^": [1], "$": [2], " ": [3], "a": [4], "l": [5], "o": [6],
       "ˈ": [7], "ch": [8, 9], ",": [10], "h": [11], "ñ": [12]}\(extra)}
    """
  }

  private func tokenizer(_ text: String) throws -> PiperTokenizer {
    PiperTokenizer(try PiperConfiguration(text, name: "voice.onnx.json"))
  }

  @Test func padsAsPiperDoes() throws {
    let table = try tokenizer(Self.configuration())
    #expect(table.ids(PhonemeSequence(symbols: ["o", "l", "a"])) == [1, 0, 6, 0, 5, 0, 4, 0, 2])
    #expect(table.ids(PhonemeSequence()) == [1, 0, 2])
    // A phoneme of several ids is not padded inside.
    #expect(table.ids(PhonemeSequence(symbols: ["ch", "a"])) == [1, 0, 8, 9, 0, 4, 0, 2])
    // Unknown ones are skipped.
    #expect(table.ids(PhonemeSequence(symbols: ["x", "a"])) == [1, 0, 4, 0, 2])
  }

  @Test func phonemeMapComesFirst() throws {
    let table = try tokenizer(
      Self.configuration(", \"phoneme_map\": {\"x\": [\"h\"], \"ʧ\": [\"ch\", \"a\"]}"))
    let ids = table.ids(PhonemeSequence(symbols: ["x", "ʧ"]))
    #expect(ids == [1, 0, 11, 0, 8, 9, 0, 4, 0, 2])
    #expect(table.contains("x") && !table.contains("y"))
  }

  @Test func textVoicesReadCharacters() throws {
    let table = try tokenizer(Self.configuration(type: "text"))
    let characters = table.characters(MappedText(verbatim: "Hola, Lala"))
    #expect(characters.symbols == ["h", "o", "l", "a", ",", " ", "l", "a", "l", "a"])
    #expect(characters.words.map(\.textRange) == [0..<5, 6..<10])
  }

  @Test func keysThatAreOnlyCanonicallyEqualStayApart() throws {
    let table = try tokenizer(
      Self.configuration().replacing("\"ñ\": [12]", with: "\"\u{F1}\": [12], \"n\u{303}\": [13]"))
    #expect(table.ids(PhonemeSequence(symbols: ["\u{F1}"])) == [1, 0, 12, 0, 2])
    #expect(table.ids(PhonemeSequence(symbols: ["n\u{303}"])) == [1, 0, 13, 0, 2])
  }

  @Test func wrongFilesAreNamed() {
    for (text, part) in [
      ("{}", "'audio'"), ("{\"audio\": {}}", "audio.sample_rate"),
      ("{\"audio\": {\"sample_rate\": \"x\"}}", "audio.sample_rate"),
      ("{\"audio\": {\"sample_rate\": 1}}", "espeak.voice"),
      ("[]", "object"),
      ("{\"audio\": {\"sample_rate\": 1}, \"espeak\": {\"voice\": \"es\"}}", "phoneme_id_map"),
      (Self.configuration(", \"phoneme_map\": {\"a\": 3}"), "phoneme_map.a"),
      (Self.configuration(", \"speaker_id_map\": {\"a\": 1.5}"), "speaker_id_map.a"),
      (Self.configuration(", \"inference\": {\"length_scale\": 0}"), "inference"),
    ] {
      let error = #expect(throws: HablaError.self, "\(text)") { try tokenizer(text) }
      #expect(error?.message.contains(part) == true, "\(String(describing: error))")
    }
  }

  @Test(.enabled(if: EspeakPhonemizer.isAvailable)) func speaksText() throws {
    let voice = try Voice(path: Fixtures.path("piper-tiny/single"))
    let speech = try Synthesizer(voice: voice).synthesize("Hola, mundo.")
    #expect(!speech.samples.isEmpty && speech.samples.allSatisfy { $0.isFinite })
  }
}

import Habla
import HablaText
import TestSupport
import Testing

@Suite struct HFVITSTokenizerTests {
  struct Entry: Decodable {
    let text: String
    let normalized: String
    let ids: [Int]
    let regularIds: [Int]

    enum CodingKeys: String, CodingKey {
      case text, normalized, ids
      case regularIds = "ids_without_special_token_split"
    }
  }

  @Test(arguments: ["single", "multi"]) func matchesTheLibrary(_ folder: String) throws {
    let tokenizer = try tokenizer("hf-vits-tiny/\(folder)")
    let entries = try decodeFixture(
      [Entry].self, "hf-vits-tiny/\(folder)/goldens/tokenizer.json")
    #expect(entries.count == 14)
    for entry in entries {
      // The library drops line breaks and tabs, which joins words; here they are spaces.
      if entry.text.contains(where: { $0 == "\n" || $0 == "\t" }) { continue }
      let characters = tokenizer.characters(MappedText(verbatim: entry.text))
      #expect(characters.symbols.joined() == entry.normalized, "\(entry.text)")
      #expect(tokenizer.ids(characters) == entry.regularIds, "\(entry.text)")
    }
  }

  @Test func keepsWordsApartAndReportsTheRest() throws {
    let tokenizer = try tokenizer("hf-vits-tiny/single")
    let text = "Hola\n\tñandú €5"
    let characters = tokenizer.characters(MappedText(verbatim: text))
    #expect(characters.symbols.joined() == "hola  ñandú")
    #expect(characters.unknown == ["€", "5"])
    let words = characters.words.map { word in
      String(decoding: Array(text.utf8)[word.textRange], as: UTF8.self)
    }
    #expect(words == ["Hola", "ñandú"])
  }

  private func tokenizer(_ folder: String) throws -> HFVITSTokenizer {
    func text(_ name: String) -> String {
      String(decoding: TemporaryFolder.read(Fixtures.path("\(folder)/\(name)")), as: UTF8.self)
    }
    return try HFVITSTokenizer(
      vocabulary: text("vocab.json"), settings: text("tokenizer_config.json"))
  }
}

import HablaText
import Testing

@Suite struct PhonemeInputTests {
  private let known: Set<String> = [
    "a", "b", "o", "l", "ˈ", "\u{303}", ",", ".", "ah", "th", "t", "h",
  ]

  @Test func longestSymbolsWin() {
    let found = PhonemeInput.parse(MappedText(verbatim: "thah t h")) { known.contains($0) }
    #expect(found.symbols == ["th", "ah", "t", "h"])
    #expect(found.words.map(\.symbols) == [0..<2, 2..<3, 3..<4])
    #expect(found.words.map(\.textRange) == [0..<4, 5..<6, 7..<8])
  }

  @Test func digitsAreStress() {
    let found = PhonemeInput.parse(MappedText(verbatim: "th ah0, ah1b")) { known.contains($0) }
    #expect(found.symbols == ["th", "ah", ",", "ah", "b"])
    #expect(found.tones == [0, 1, 0, 2, 0])
    #expect(found.words.map(\.textRange) == [0..<2, 3..<6, 8..<12])
  }

  @Test func combiningMarksAreSymbols() {
    let found = PhonemeInput.parse(MappedText(verbatim: "ˈo\u{303}la.")) { known.contains($0) }
    #expect(found.symbols == ["ˈ", "o", "\u{303}", "l", "a", "."])
    #expect(found.words.map(\.symbols) == [0..<5])
  }

  @Test func unknownSymbolsAreReportedOnce() {
    let found = PhonemeInput.parse(MappedText(verbatim: "aXbX1")) { known.contains($0) }
    #expect(found.symbols == ["a", "b"])
    #expect(found.unknown == ["X", "1"])
  }

  @Test func randomTextNeverTraps() {
    var generator = SplitMix(seed: 5)
    for round in 0..<2_000 {
      let text = MixedText.make(length: round % 40, using: &generator)
      let found = PhonemeInput.parse(MappedText(verbatim: text)) { known.contains($0) }
      #expect(found.symbols.count == found.tones.count)
      for word in found.words { #expect(word.symbols.upperBound <= found.symbols.count) }
    }
  }
}

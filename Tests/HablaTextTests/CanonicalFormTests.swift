import HablaText
import Testing

@Suite struct CanonicalFormTests {
  private func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

  @Test(arguments: [
    ("e\u{301}", "\u{E9}"), ("n\u{303}o", "\u{F1}o"), ("u\u{308}", "\u{FC}"),
    ("o\u{302}\u{323}", "\u{1ED9}"), ("o\u{323}\u{302}", "\u{1ED9}"), ("\u{F4}\u{323}", "\u{1ED9}"),
    ("a\u{328}\u{301}", "\u{105}\u{301}"), ("c\u{327}\u{301}", "\u{1E09}"),
    ("\u{212B}", "\u{C5}"), ("\u{2126}", "\u{3A9}"), ("\u{344}", "\u{308}\u{301}"),
    ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"), ("\u{D558}\u{11AB}", "\u{D55C}"),
    ("\u{915}\u{93C}", "\u{915}\u{93C}"), ("\u{958}", "\u{915}\u{93C}"),
    ("\u{9C7}\u{9BE}", "\u{9CB}"), ("\u{301}a", "\u{301}a"), ("q\u{301}", "q\u{301}"),
    ("a\u{301}\u{301}", "\u{E1}\u{301}"), ("e\u{345}\u{301}", "\u{E9}\u{345}"), ("", ""),
  ])
  func composes(text: String, expected: String) {
    #expect(scalars(CanonicalForm.composed(text)) == scalars(expected))
    #expect(scalars(CanonicalForm.composed(MappedText(verbatim: text)).text) == scalars(expected))
  }

  @Test(arguments: [
    ("\u{E9}", "e\u{301}"), ("\u{1ED9}", "o\u{323}\u{302}"),
    ("\u{D55C}", "\u{1112}\u{1161}\u{11AB}"),
    ("\u{212B}", "A\u{30A}"), ("a\u{301}\u{323}", "a\u{323}\u{301}"), ("año", "an\u{303}o"),
  ])
  func decomposes(text: String, expected: String) {
    #expect(scalars(CanonicalForm.decomposed(text)) == scalars(expected))
  }

  @Test func everyScalarIsEquivalentToItsForms() {
    for value in UInt32(0xA0)..<0x3_0000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = String(Character(scalar))
      let composed = CanonicalForm.composed(text)
      let decomposed = CanonicalForm.decomposed(text)
      // Swift compares strings by canonical equivalence.
      if composed != text || decomposed != text {
        Issue.record("U+\(String(value, radix: 16)) changed")
      }
      if scalars(CanonicalForm.composed(decomposed)) != scalars(composed) {
        Issue.record("U+\(String(value, radix: 16)) does not come back")
      }
    }
  }

  @Test func randomTextIsEquivalentAndStable() {
    var generator = SplitMix(seed: 2)
    for round in 0..<5_000 {
      let text = MixedText.make(length: round % 40, using: &generator)
      let composed = CanonicalForm.composed(text)
      #expect(composed == text)
      #expect(scalars(CanonicalForm.composed(composed)) == scalars(composed))
      #expect(scalars(CanonicalForm.composed(CanonicalForm.decomposed(text))) == scalars(composed))
      #expect(scalars(CanonicalForm.composed(MappedText(verbatim: text)).text) == scalars(composed))
    }
  }

  @Test func rangesLeadBackToTheUncomposedText() {
    let text = CanonicalForm.composed(MappedText(verbatim: "cafe\u{301} sol"))
    #expect(text.text == "café sol")
    #expect(text.originalRange(of: 3..<5) == 3..<6)
    #expect(text.originalRange(of: 6..<9) == 7..<10)
  }
}

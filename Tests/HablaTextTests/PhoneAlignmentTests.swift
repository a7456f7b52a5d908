import HablaText
import TestSupport
import Testing

@Suite struct PhoneAlignmentTests {
  private typealias Span = PhoneAlignment.Span

  /// Pieces of the given UTF-8 lengths, separated where the text is " "; "#" marks continuations.
  private func pieces(_ text: String) -> [WordPiece] {
    var result: [WordPiece] = []
    var position = 0
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      for (i, part) in word.split(separator: "#").enumerated() {
        let end = position + part.utf8.count
        result.append(WordPiece(id: 0, range: position..<end, continuesWord: i > 0))
        position = end
      }
      position += 1
    }
    return result
  }

  private func counts(_ text: String, _ spans: [(TextRange?, Int)]) -> [Int] {
    PhoneAlignment.phonesPerPiece(
      pieces(text), spans: spans.map { Span(range: $0.0, phones: $0.1) })
  }

  @Test func evenly() {
    // "hola mundo ." with "mundo" in three pieces.
    #expect(
      counts("hola mu#n#do .", [(0..<4, 4), (5..<10, 7), (nil, 1)]) == [1, 4, 3, 2, 2, 1, 1])
    #expect(counts("mu#n#do", [(0..<5, 2)]) == [1, 1, 1, 0, 1])
    #expect(counts("a b", [(0..<1, 0), (2..<3, 3)]) == [1, 0, 3, 1])
    #expect(counts("", []) == [1, 1])
  }

  @Test func differentSplits() {
    // One front end word over two pieces' words, and the other way round.
    #expect(counts("ab cd", [(0..<5, 5)]) == [1, 3, 2, 1])
    #expect(counts("abcd", [(0..<2, 2), (2..<4, 3)]) == [1, 5, 1])
    // Rewritten words that share their origin pair up when there are as many of both.
    let shared = [
      WordPiece(id: 0, range: 0..<3, continuesWord: false),
      WordPiece(id: 0, range: 0..<3, continuesWord: false),
    ]
    let spans = [Span(range: 0..<3, phones: 6), Span(range: 0..<3, phones: 2)]
    #expect(PhoneAlignment.phonesPerPiece(shared, spans: spans) == [1, 6, 2, 1])
    // A loose symbol between words of one origin stays with them.
    let between = [spans[0], Span(range: nil, phones: 1), spans[1]]
    #expect(PhoneAlignment.phonesPerPiece(shared, spans: between) == [1, 5, 4, 1])
  }

  @Test func nothingIsLost() {
    // Phones without pieces go to the token before; pieces without phones get none.
    #expect(counts("", [(nil, 2)]) == [3, 1])
    #expect(counts("", [(0..<2, 4)]) == [5, 1])
    #expect(counts("ab", [(0..<2, 3), (nil, 1)]) == [1, 4, 1])
    #expect(counts("( ab )", [(2..<4, 3)]) == [1, 0, 3, 0, 1])
    #expect(counts("ab cd", [(6..<8, 3)]) == [1, 0, 3, 1])
    #expect(counts("ab", [(nil, 1), (nil, 1), (0..<2, 2)]) == [3, 2, 1])
  }

  @Test func anyInputKeepsTheSum() {
    var state: UInt64 = 3
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    func range() -> TextRange {
      let start = next(30)
      return start..<start + next(6)
    }
    for _ in 0..<20_000 {
      let pieces = (0..<next(12)).map { _ in
        WordPiece(id: 0, range: range(), continuesWord: next(3) == 0)
      }
      let spans = (0..<next(12)).map { _ in
        Span(range: next(3) == 0 ? nil : range(), phones: next(9))
      }
      let counts = PhoneAlignment.phonesPerPiece(pieces, spans: spans)
      #expect(counts.count == pieces.count + 2)
      #expect(counts.reduce(0, +) == spans.reduce(0) { $0 + $1.phones } + 2)
      #expect(counts.allSatisfy { $0 >= 0 })
    }
  }

  @Test func spansOfASequence() {
    let sequence = PhonemeSequence(
      symbols: ["¿", "a", "b", ",", "c", "."],
      words: [
        .init(textRange: 2..<5, symbols: 1..<3), .init(textRange: 6..<7, symbols: 4..<5),
      ])
    #expect(
      PhoneAlignment.spans(of: sequence) == [
        Span(range: nil, phones: 1), Span(range: 2..<5, phones: 2), Span(range: nil, phones: 1),
        Span(range: 6..<7, phones: 1), Span(range: nil, phones: 1),
      ])
    // Symbols that the voice lacks are not spoken.
    #expect(
      PhoneAlignment.spans(of: sequence) { !["b", ","].contains($0) } == [
        Span(range: nil, phones: 1), Span(range: 2..<5, phones: 1), Span(range: 6..<7, phones: 1),
        Span(range: nil, phones: 1),
      ])
    #expect(PhoneAlignment.withBlanks([1, 4, 0, 1]) == [3, 8, 0, 2])
    #expect(PhoneAlignment.withBlanks([]) == [])
  }
}

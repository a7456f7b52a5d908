/// How many phones each piece of a text speaks: MeloTTS's "word2ph".
///
/// Pieces are grouped into words; the phones of a word are dealt out to its pieces as evenly as
/// possible, the first pieces getting the surplus. Words of the phoneme sequence and of the
/// pieces find each other by the text they cover, in order, so that both may split the text
/// differently: what overlaps is dealt out together, and no phone is lost.
package enum PhoneAlignment {
  /// Consecutive phones that speak one stretch of text.
  package struct Span: Sendable, Equatable {
    /// The text, in the same coordinates as the pieces' ranges; nil for phones of no word, such
    /// as punctuation.
    package let range: TextRange?
    /// Number of phones (>= 0).
    package let phones: Int

    /// Makes a span.
    package init(range: TextRange?, phones: Int) {
      self.range = range.flatMap { $0.isEmpty ? nil : $0 }
      self.phones = max(phones, 0)
    }
  }

  /// The words of a phoneme sequence, and each symbol between them as a span of its own.
  ///
  /// Symbols that the voice lacks do not count.
  package static func spans(
    of sequence: PhonemeSequence, isKnown: (String) -> Bool = { _ in true }
  ) -> [Span] {
    var spans: [Span] = []
    var position = 0
    func addLoose(upTo end: Int) {
      while position < end {
        if isKnown(sequence.symbols[position]) { spans.append(Span(range: nil, phones: 1)) }
        position += 1
      }
    }
    for word in sequence.words
    where word.symbols.lowerBound >= position
      && word.symbols.upperBound <= sequence.symbols.count
    {
      addLoose(upTo: word.symbols.lowerBound)
      let phones = sequence.symbols[word.symbols].count(where: isKnown)
      spans.append(Span(range: word.textRange, phones: phones))
      position = word.symbols.upperBound
    }
    addLoose(upTo: sequence.symbols.count)
    return spans
  }

  /// Phones per piece, the tokens at both ends included: pieces.count + 2 numbers.
  ///
  /// The ends have one phone each (the "_" around MeloTTS's phones). The sum is that of the
  /// spans' phones plus 2. `originalRange` translates pieces' ranges to the spans' coordinates.
  package static func phonesPerPiece(
    _ pieces: [WordPiece], spans: [Span], originalRange: (TextRange) -> TextRange = { $0 }
  ) -> [Int] {
    var dealer = Dealer(counts: [Int](repeating: 0, count: pieces.count + 2))
    dealer.counts[0] = 1
    dealer.counts[pieces.count + 1] = 1
    let groups = groups(of: pieces, originalRange)
    var group = 0
    var span = 0
    while span < spans.count {
      let looseStart = span
      while span < spans.count, spans[span].range == nil { span += 1 }
      let gapStart = group
      guard span < spans.count, let range = spans[span].range else {
        dealer.deal(spans[looseStart...], to: groups[gapStart...])
        return dealer.counts
      }
      while group < groups.count, groups[group].range.upperBound <= range.lowerBound { group += 1 }
      dealer.deal(spans[looseStart..<span], to: groups[gapStart..<group])
      let (spanStart, groupStart) = (span, group)
      overlap(spans, groups, &span, &group)
      dealer.deal(spans[spanStart..<span], to: groups[groupStart..<group])
    }
    return dealer.counts
  }

  /// Counts for a sequence with a blank around every phone: doubled, one more at the start.
  package static func withBlanks(_ counts: [Int]) -> [Int] {
    var doubled = counts.map { 2 * $0 }
    if !doubled.isEmpty { doubled[0] += 1 }
    return doubled
  }

  /// Pieces of one word: [first, end) with the text they cover.
  fileprivate struct Group {
    var range: TextRange
    var pieces: Range<Int>
  }

  private static func groups(
    of pieces: [WordPiece], _ originalRange: (TextRange) -> TextRange
  ) -> [Group] {
    var groups: [Group] = []
    for (i, piece) in pieces.enumerated() {
      let range = originalRange(piece.range)
      if piece.continuesWord, let last = groups.last {
        let covered = min(last.range.lowerBound, range.lowerBound)
        groups[groups.count - 1] = Group(
          range: covered..<max(last.range.upperBound, range.upperBound),
          pieces: last.pieces.lowerBound..<i + 1)
      } else {
        groups.append(Group(range: range, pieces: i..<i + 1))
      }
    }
    return groups
  }

  /// Advances over the span at `span` and all that is connected with it by overlaps.
  private static func overlap(
    _ spans: [Span], _ groups: [Group], _ span: inout Int, _ group: inout Int
  ) {
    var end = spans[span].range?.upperBound ?? 0
    span += 1
    while true {
      if group < groups.count, groups[group].range.lowerBound < end {
        end = max(end, groups[group].range.upperBound)
        group += 1
        continue
      }
      // Loose phones between overlapping words belong to them.
      guard let next = spans[span...].firstIndex(where: { $0.range != nil }),
        let range = spans[next].range, range.lowerBound < end
      else { return }
      end = max(end, range.upperBound)
      span = next + 1
    }
  }

  private struct Dealer {
    /// Phones per token; index 0 and the last are the ends.
    var counts: [Int]
    /// The last token that was passed.
    private var current = 0

    init(counts: [Int]) { self.counts = counts }

    mutating func deal(_ spans: ArraySlice<Span>, to groups: ArraySlice<Group>) {
      if spans.count == groups.count {
        for (span, group) in zip(spans, groups) { deal(span.phones, to: group.pieces) }
      } else {
        let phones = spans.reduce(0) { $0 + $1.phones }
        let first = groups.first?.pieces.lowerBound ?? 0
        deal(phones, to: first..<(groups.last?.pieces.upperBound ?? first))
      }
    }

    /// Without pieces, the phones go to the token before them.
    private mutating func deal(_ phones: Int, to pieces: Range<Int>) {
      if pieces.isEmpty {
        counts[current] += phones
        return
      }
      for (i, piece) in pieces.enumerated() {
        counts[piece + 1] += phones / pieces.count + (i < phones % pieces.count ? 1 : 0)
      }
      current = pieces.upperBound
    }
  }
}

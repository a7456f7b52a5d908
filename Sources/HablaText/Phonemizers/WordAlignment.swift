/// Finds which words of a clause the space-separated groups of its phonemes belong to.
///
/// espeak-ng speaks some words as one group ("como estás" may come without a space) and one number
/// as many, and does not say so. Each word is therefore also phonemized alone, and the clause's
/// phonemes are aligned with the words' by edit distance. Only where a word's end falls on a
/// group's end do two spans part, so a span may be too wide but not misplaced.
package enum WordAlignment {
  /// Words that are spoken by groups; neither range is empty.
  package struct Span: Sendable, Equatable {
    package let words: Range<Int>
    package let groups: Range<Int>

    /// Makes a span.
    package init(words: Range<Int>, groups: Range<Int>) {
      self.words = words
      self.groups = groups
    }
  }

  private static let wordEnd: UInt32 = 1
  private static let space: UInt32 = 0x20
  /// Beyond this many cells of the distance table all is one span (1 byte each).
  private static let maximumCells = 4_000_000

  /// Spans in order, disjoint, covering all groups.
  ///
  /// - Parameters:
  ///   - words: Phonemes of each word alone, with the spaces inside; may be empty for some.
  ///   - groups: Phonemes of the clause between its spaces, none empty.
  /// - Returns: Empty when there are no words or no groups.
  package static func spans(words: [[Unicode.Scalar]], groups: [[Unicode.Scalar]]) -> [Span] {
    let spoken = words.indices.filter { words[$0].contains { !isStress($0) && $0 != " " } }
    let known = spoken.isEmpty ? Array(words.indices) : spoken
    guard !groups.isEmpty, let first = known.first, let last = known.last else { return [] }
    let rows = sequence(known.map { words[$0] }, separator: wordEnd)
    let columns = sequence(groups, separator: space)
    if known.count == 1 || groups.count == 1 || rows.count * columns.count > maximumCells {
      return [Span(words: first..<last + 1, groups: 0..<groups.count)]
    }

    var spans: [Span] = []
    var start = (word: 0, group: 0)
    for cut in cuts(rows, columns) {
      spans.append(
        Span(words: known[start.word]..<known[cut.word - 1] + 1, groups: start.group..<cut.group))
      start = cut
    }
    spans.append(Span(words: known[start.word]..<last + 1, groups: start.group..<groups.count))
    return spans
  }

  private static func isStress(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "ˈ" || scalar == "ˌ"
  }

  private static func sequence(_ parts: [[Unicode.Scalar]], separator: UInt32) -> [UInt32] {
    var result: [UInt32] = []
    for (index, part) in parts.enumerated() {
      if index > 0 { result.append(separator) }
      result += part.filter { !isStress($0) }.map(\.value)
    }
    return result
  }

  private enum Step: UInt8 { case both, row, column }

  /// Places where a word's end meets a group's end: words and groups before it.
  private static func cuts(
    _ rows: [UInt32], _ columns: [UInt32]
  ) -> [(word: Int, group: Int)] {
    let steps = distances(rows, columns)
    let width = columns.count + 1
    var row = rows.count
    var column = columns.count
    var word = rows.count { $0 == wordEnd } + 1
    var group = columns.count { $0 == space } + 1
    var cuts: [(word: Int, group: Int)] = []
    while row > 0 || column > 0 {
      let step = steps[row * width + column]
      if step != Step.column.rawValue, rows[row - 1] == wordEnd { word -= 1 }
      if step != Step.row.rawValue, columns[column - 1] == space {
        group -= 1
        if step == Step.both.rawValue, rows[row - 1] == wordEnd { cuts.append((word, group)) }
      }
      if step != Step.column.rawValue { row -= 1 }
      if step != Step.row.rawValue { column -= 1 }
    }
    return cuts.reversed()
  }

  /// The cheapest last step at each cell of the edit distance table, row after row.
  private static func distances(_ rows: [UInt32], _ columns: [UInt32]) -> [UInt8] {
    let width = columns.count + 1
    var steps = [UInt8](repeating: Step.column.rawValue, count: (rows.count + 1) * width)
    var previous = [Int](repeating: 0, count: width)
    var current = previous
    for column in 1..<width { previous[column] = previous[column - 1] + 2 }
    for row in 1...rows.count {
      let symbol = rows[row - 1]
      // A space inside a word alone need not be there in the clause.
      let skip = symbol == space ? 1 : 2
      current[0] = previous[0] + skip
      steps[row * width] = Step.row.rawValue
      for column in 1..<width {
        var best = current[column - 1] + 2
        var step = Step.column
        if previous[column] + skip < best {
          best = previous[column] + skip
          step = .row
        }
        let both = previous[column - 1] + substitution(symbol, columns[column - 1])
        if both <= best {
          best = both
          step = .both
        }
        current[column] = best
        steps[row * width + column] = step.rawValue
      }
      swap(&previous, &current)
    }
    return steps
  }

  /// Cost of a phoneme or boundary of the words for one of the clause.
  private static func substitution(_ symbol: UInt32, _ other: UInt32) -> Int {
    if symbol == other || (symbol == wordEnd && other == space) { return 0 }
    let isBoundary = symbol == wordEnd || symbol == space
    // A phoneme never stands for a boundary.
    return isBoundary == (other == space) ? 2 : 1_000_000
  }
}

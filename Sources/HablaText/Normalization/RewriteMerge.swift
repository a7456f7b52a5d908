/// Joins the rewrites of two passes over a text into one list.
struct RewriteMerge {
  private let source: MappedText

  /// - Parameter source: what the first pass read.
  init(_ source: MappedText) {
    self.source = source
  }

  /// What the second pass made, with the rewrites of both; those that touch become one.
  func merge(_ first: [Rewrite], _ second: NormalizedText) -> NormalizedText {
    let sorted = Self.interleave(first, second.rewrites)
    var groups: [[Rewrite]] = []
    var end = Int.min
    for rewrite in sorted {
      if rewrite.original.lowerBound < end, !groups.isEmpty {
        groups[groups.count - 1].append(rewrite)
      } else {
        groups.append([rewrite])
      }
      end = max(end, rewrite.original.upperBound)
    }
    var written = Cursor(source)
    var spoken = Cursor(second.text)
    let rewrites = groups.map { group in
      group.count == 1 ? group[0] : Self.joined(group, &written, &spoken)
    }
    return NormalizedText(text: second.text, rewrites: rewrites)
  }

  private static func interleave(_ first: [Rewrite], _ second: [Rewrite]) -> [Rewrite] {
    var result: [Rewrite] = []
    result.reserveCapacity(first.count + second.count)
    var rest = second[...]
    for rewrite in first {
      while let next = rest.first, next.original.lowerBound < rewrite.original.lowerBound {
        result.append(next)
        rest.removeFirst()
      }
      result.append(rewrite)
    }
    return result + rest
  }

  private static func joined(
    _ group: [Rewrite], _ written: inout Cursor, _ spoken: inout Cursor
  ) -> Rewrite {
    let lower = group.reduce(Int.max) { min($0, $1.original.lowerBound) }
    let upper = group.reduce(Int.min) { max($0, $1.original.upperBound) }
    let words = spoken.text(of: lower..<upper).split(separator: " ").joined(separator: " ")
    return Rewrite(
      kind: group[0].kind, original: lower..<upper, originalText: written.text(of: lower..<upper),
      spoken: words)
  }

  /// Walks over the pieces of a text, in order of their originals.
  private struct Cursor {
    private let text: MappedText
    private var piece = 0
    private var start = 0

    init(_ text: MappedText) {
      self.text = text
    }

    /// The bytes made from `range`; ranges must come in order.
    mutating func text(of range: TextRange) -> String {
      var bytes: [UInt8] = []
      while piece < text.pieces.count {
        let current = text.pieces[piece]
        if current.original.lowerBound >= range.upperBound { break }
        let place = start..<start + current.length
        let common = current.original.clamped(to: range)
        if current.isVerbatim, !common.isEmpty {
          let lower = place.lowerBound + common.lowerBound - current.original.lowerBound
          bytes += text.text.utf8.slice(lower..<lower + common.count)
        } else if !current.isVerbatim, current.original.lowerBound >= range.lowerBound {
          bytes += text.text.utf8.slice(place)
        }
        if current.original.upperBound > range.upperBound { break }
        start = place.upperBound
        piece += 1
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

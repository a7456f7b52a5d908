/// The pieces of a WordPiece model, by text and by id: a `vocab.txt`, one piece a line.
///
/// Pieces compare by their bytes, not as Swift strings do: a decomposed "é" is not a composed one.
/// Threads: immutable.
package struct WordPieceVocabulary: Sendable {
  /// Largest file that is read, in bytes.
  package static let maximumSize = 64 << 20

  /// Number of lines, and so of ids.
  package var count: Int { lines.count }
  /// Length of the longest piece in bytes, "##" not counted.
  package let maximumPieceLength: Int
  private let lines: [ArraySlice<UInt8>]
  private let starting: [ArraySlice<UInt8>: Int]
  private let continuing: [ArraySlice<UInt8>: Int]

  /// Reads the lines of a file; the line number from 0 is the id.
  ///
  /// Lines end at LF, CR LF or CR. A piece that comes twice has its last id.
  /// - Throws: `WordPieceError.vocabularyTooLarge` or `.emptyVocabulary`.
  package init(_ file: some Collection<UInt8>) throws(WordPieceError) {
    guard file.count <= Self.maximumSize else {
      throw .vocabularyTooLarge(bytes: file.count, limit: Self.maximumSize)
    }
    let bytes = Array(file)
    lines = Self.lines(of: bytes)
    var starting: [ArraySlice<UInt8>: Int] = [:]
    var continuing: [ArraySlice<UInt8>: Int] = [:]
    starting.reserveCapacity(lines.count)
    var longest = 0
    let mark = Array("##".utf8)
    for (id, line) in lines.enumerated() {
      if line.starts(with: mark) && line.count > mark.count {
        continuing[line.dropFirst(mark.count)] = id
        longest = max(longest, line.count - mark.count)
      } else {
        starting[line] = id
        longest = max(longest, line.count)
      }
    }
    guard longest > 0 else { throw .emptyVocabulary }
    self.starting = starting
    self.continuing = continuing
    maximumPieceLength = longest
  }

  /// The id of a piece that begins a word, or of a special token; nil when there is none.
  package func id(_ piece: ArraySlice<UInt8>) -> Int? { starting[piece] }

  /// The id of a piece that continues a word, given without its "##"; nil when there is none.
  package func id(continuation piece: ArraySlice<UInt8>) -> Int? { continuing[piece] }

  /// The piece of an id as it stands in the file; empty for an id that does not exist.
  package func text(_ id: Int) -> String {
    lines.indices.contains(id) ? String(decoding: lines[id], as: UTF8.self) : ""
  }

  /// Whether the piece of an id begins with "#", which continues the word before it.
  package func continuesWord(_ id: Int) -> Bool {
    lines.indices.contains(id) && lines[id].first == UInt8(ascii: "#")
  }

  private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let (lf, cr) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    var i = 0
    while i < bytes.count {
      if bytes[i] == lf || bytes[i] == cr {
        lines.append(bytes[start..<i])
        if bytes[i] == cr && i + 1 < bytes.count && bytes[i + 1] == lf { i += 1 }
        start = i + 1
      }
      i += 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
    return lines
  }
}

/// Why a vocabulary cannot be used.
package enum WordPieceError: Error, Sendable, Equatable {
  /// The file is larger than any vocabulary.
  case vocabularyTooLarge(bytes: Int, limit: Int)
  /// The file has no piece.
  case emptyVocabulary
  /// A special token is not in the vocabulary: its text.
  case missingSpecialToken(String)
}

extension WordPieceError: CustomStringConvertible {
  /// One line for people.
  package var description: String {
    switch self {
    case .vocabularyTooLarge(let bytes, let limit):
      "the vocabulary has \(bytes) bytes, expected at most \(limit)"
    case .emptyVocabulary: "the vocabulary has no piece"
    case .missingSpecialToken(let text): "the vocabulary has no line '\(text)'"
    }
  }
}

import HablaText
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The tables of written texts and what is said for them.
@Suite struct NormalizationTableTests {
  @Test func spanish() throws {
    try check("normalization-es.tsv", with: SpanishNormalizer(), atLeast: 400)
  }

  /// What assistants answer: weather, clocks, money, sport, recipes, news.
  @Test func spanishAnswers() throws {
    try check("normalization-es-answers.tsv", with: SpanishNormalizer(), atLeast: 500)
  }

  /// What looks like one class and is another, or none.
  @Test func spanishAdversarial() throws {
    try check("normalization-es-adversarial.tsv", with: SpanishNormalizer(), atLeast: 100)
  }

  @Test func french() throws {
    try check("normalization-fr.tsv", with: FrenchNormalizer(), atLeast: 140)
  }

  @Test func english() throws {
    try check("normalization-en.tsv", with: EnglishNormalizer(), atLeast: 110)
  }

  private func check(_ file: String, with normalizer: any TextNormalizer, atLeast: Int) throws {
    let rows = try NormalizationTable.rows(file)
    #expect(rows.count >= atLeast)
    for row in rows {
      let result = normalizer.normalize(row.text)
      #expect(result.text.text == row.spoken, "\(row.kind): \(row.text)")
      #expect(normalizer.normalize(row.spoken).text.text == row.spoken, "again: \(row.spoken)")
    }
  }
}

/// Tab-separated rows of class, text and spoken words, behind one header line.
enum NormalizationTable {
  struct Row {
    let kind: String
    let text: String
    let spoken: String
  }

  static func rows(_ file: String) throws -> [Row] {
    try lines(Fixtures.path(file)).dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      try #require(fields.count == 3, "\(line)")
      return Row(kind: String(fields[0]), text: String(fields[1]), spoken: String(fields[2]))
    }
  }

  private static func lines(_ path: String) throws -> [Substring] {
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, file)
      if count == 0 { break }
      bytes += block[..<count]
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}

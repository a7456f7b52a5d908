import HablaText
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Against phone sequences of MeloTTS's own front ends.
@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct MeloTTSFrontEndTests {
  struct Row {
    let text: String
    let phones: [String]
    let tones: [Int]
    let counts: [Int]
  }

  struct Score {
    var rows = 0
    var equalRows = 0
    var phones = 0
    var errors = 0
    var differences: [String] = []
    var equalShare: Double { Double(equalRows) / Double(max(rows, 1)) }
    var errorRate: Double { Double(errors) / Double(max(phones, 1)) }
  }

  static func rows(_ language: String) throws -> [Row] {
    let content = try #require(read(Fixtures.path("\(language)-phonemes.tsv")))
    let lines = content.split(separator: "\n")
    let header = try #require(lines.first).split(separator: "\t")
    return lines.dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      let tones = header.count == 5 ? fields[3].split(separator: " ").compactMap { Int($0) } : []
      let counts = (fields.last ?? "").split(separator: " ").compactMap { item in
        item.lastIndex(of: ":").flatMap { Int(item[item.index(after: $0)...]) }
      }
      return Row(
        text: String(fields[0]),
        // By scalars: a space with a combining phone behind it is one Character.
        phones: fields[2].unicodeScalars.split(separator: " ").map { String($0) },
        tones: tones, counts: counts)
    }
  }

  static func read(_ path: String) -> String? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&block, 1, block.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += block[..<count]
    }
  }

  static func score(
    _ name: String, dictionary: PronouncingDictionary? = nil,
    normalizer: any TextNormalizer = PlainNormalizer()
  ) throws -> Score {
    let rows = try rows(name)
    let known = Set(rows.flatMap(\.phones)).union(Arpabet39.symbols)
    let frontEnd = MeloTTSFrontEnd(symbols: known, dictionary: dictionary)
    var score = Score()
    for row in rows {
      let text = normalizer.normalize(row.text).text
      let found = try frontEnd.phonemes(for: text, language: name)
      let distance = editDistance(found.symbols, row.phones)
      score.rows += 1
      score.phones += row.phones.count
      score.errors += distance
      if distance == 0 {
        score.equalRows += 1
        #expect(counts(found) == row.counts.filter { $0 > 0 }, "\(row.text)")
      } else {
        score.differences.append(
          row.text + "\n  found    " + found.symbols.joined() + "\n  expected "
            + row.phones.joined())
      }
    }
    return score
  }

  /// Phones of each word and mark that has any.
  static func counts(_ sequence: PhonemeSequence) -> [Int] {
    var counts: [Int] = []
    var position = 0
    for word in sequence.words {
      counts += [Int](repeating: 1, count: word.symbols.lowerBound - position)
      counts.append(word.symbols.count)
      position = word.symbols.upperBound
    }
    counts += [Int](repeating: 1, count: sequence.symbols.count - position)
    return counts.filter { $0 > 0 }
  }

  static func editDistance(_ a: [String], _ b: [String]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let cost = min(diagonal + (left == right ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        diagonal = row[j + 1]
        row[j + 1] = cost
      }
    }
    return row[b.count]
  }

  @Test func spanishPhones() throws {
    let score = try Self.score("es")
    let differences = Comment(rawValue: score.differences.joined(separator: "\n"))
    #expect(score.equalShare >= 0.97, differences)
    #expect(score.errorRate <= 0.005, differences)
  }

  @Test func frenchPhones() throws {
    let score = try Self.score("fr")
    #expect(score.equalShare >= 0.95, "\(score.differences.joined(separator: "\n"))")
  }

  @Test func englishPhones() throws {
    // MeloTTS's own numbers and abbreviations are part of the English rows.
    let score = try Self.score("en", normalizer: normalizer(for: "EN"))
    #expect(score.errorRate <= 0.04)
    // A CMU Pronouncing Dictionary is not part of the package.
    if let path = getenv("HABLA_TEST_DICTIONARY"), let text = Self.read(String(cString: path)) {
      let looked = try Self.score(
        "en", dictionary: PronouncingDictionary(text: text), normalizer: normalizer(for: "EN"))
      #expect(looked.errorRate <= 0.01)
    }
  }
}

/// What does not depend on the recorded sequences.
@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct MeloTTSOddInputTests {
  private let frontEnd = MeloTTSFrontEnd(
    symbols: Arpabet39.symbols.union(
      "abdefhijklmnoprstuvwxzðŋɐɑɔəɛɡɣɪɲɾʃʊʎʝˈˌ\u{303}βθøœʁy¿¡".unicodeScalars.map { String($0) }))

  @Test func stressIsTheEnglishTone() throws {
    let dictionary = try PronouncingDictionary(
      text: ";;; comment\nWATER  W AO1 T ER0\nwater(2) W AA1 T ER0 # note\r\n\nlove L AH1 V\n")
    #expect(dictionary.count == 2)
    let known = MeloTTSFrontEnd(symbols: Arpabet39.symbols, dictionary: dictionary)
    let found = try known.phonemes(for: MappedText(verbatim: "Water, love"), language: "EN_NEWEST")
    #expect(found.symbols == ["w", "ao", "t", "er", ",", "l", "ah", "V"])
    #expect(found.tones == [0, 2, 0, 1, 0, 0, 2, 0])
    #expect(found.words.map(\.textRange) == [0..<5, 7..<11])
    let spoken = try frontEnd.phonemes(for: MappedText(verbatim: "water"), language: "en")
    #expect(spoken.symbols == ["w", "ao", "t", "er"] && spoken.tones == [0, 2, 0, 1])
  }

  @Test(arguments: ["word", "WORD 1", "WORD XX", "W AO1\nbad", "W AO7"])
  func badDictionaryLinesAreNamed(text: String) {
    let error = #expect(throws: TextError.self) { try PronouncingDictionary(text: text) }
    guard case .badEntries(_, let entries) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(entries.map(\.line) == [text.hasPrefix("W AO1\n") ? 2 : 1])
  }

  @Test func otherLanguagesListTheKnownOnes() {
    let error = #expect(throws: TextError.self) {
      try frontEnd.phonemes(for: MappedText(verbatim: "a"), language: "KR")
    }
    #expect(error == .unknownLanguage("KR", supported: ["ES", "SP", "FR", "EN"]))
  }

  @Test(arguments: ["", " ", "...", "¿?", "\u{0}", "—", "(\")"], ["ES", "FR", "EN"])
  func nothingToSay(text: String, language: String) throws {
    let found = try frontEnd.phonemes(for: MappedText(verbatim: text), language: language)
    #expect(found.symbols.isEmpty && found.words.isEmpty)
  }

  @Test func randomTextNeverTraps() throws {
    var generator = SplitMix(seed: 6)
    for round in 0..<1_500 {
      let text = MixedText.make(length: round % 50, using: &generator)
      let found = try frontEnd.phonemes(
        for: MappedText(verbatim: text), language: ["ES", "FR", "EN"][round % 3])
      #expect(found.tones.count == found.symbols.count)
      var end = 0
      for word in found.words {
        #expect(word.symbols.lowerBound >= end && word.symbols.upperBound <= found.symbols.count)
        #expect(word.textRange.upperBound <= text.utf8.count)
        end = word.symbols.upperBound
      }
    }
  }

  @Test func longWordsAndNumbers() throws {
    for text in [String(repeating: "a", count: 10_000), String(repeating: "7", count: 50)] {
      for language in ["ES", "FR", "EN"] {
        let found = try frontEnd.phonemes(for: MappedText(verbatim: text), language: language)
        #expect(found.words.count == 1 && found.symbols.count > 10)
      }
    }
  }
}

/// All ARPAbet symbols as MeloTTS writes them.
enum Arpabet39 {
  static let symbols: Set<String> = [
    "aa", "ae", "ah", "ao", "aw", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw", "b",
    "ch", "d", "dh", "f", "g", "hh", "jh", "k", "l", "m", "n", "ng", "p", "r", "s", "sh", "t", "th",
    "V", "w", "y", "z", "zh", ".", ",", "!", "?", "…", "'", "-",
  ]
}

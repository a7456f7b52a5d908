/// Digits in groups with points between them, as versions and network addresses are written.
struct DottedNumber: Sendable {
  /// The groups, at least one.
  var groups: [String]
  /// Index of the first token behind them.
  var end: Int

  /// Reads the groups at `index`, a bounded number of them; nil when no digits stand there.
  init?(_ line: TokenLine, at index: Int) {
    guard let first = line.digits(at: index) else { return nil }
    groups = [first]
    end = index + 1
    while groups.count < 12, line[end].isMark("."), let digits = line.digits(at: end + 1) {
      groups.append(digits)
      end += 2
    }
  }

  /// Whether this is no number with thousands separated, nor one with decimals.
  var isVersion: Bool {
    if groups.count < 3 { return false }
    if isAddress { return true }
    return groups[0].utf8.count > 3 || groups[0].utf8.first == 48
      || groups.dropFirst().contains { $0.utf8.count != 3 }
  }

  /// Whether this is an address of four bytes.
  private var isAddress: Bool {
    groups.count == 4
      && groups.allSatisfy { group in
        guard group == "0" || group.utf8.first != 48, let value = Int(group) else { return false }
        return value <= 255
      }
  }
}

/// Long digit strings, read in groups with a pause between them.
enum SpokenDigits {
  /// Digits in groups of three, the last of two to four, each spelled by `spell`.
  ///
  /// Up to five stay together.
  static func grouped(_ digits: String, _ spell: (String) -> String) -> String {
    if digits.utf8.count <= 5 { return spell(digits) }
    var rest = digits[...]
    var groups: [String] = []
    while rest.utf8.count > 4 {
      groups.append(spell(String(rest.prefix(3))))
      rest = rest.dropFirst(3)
    }
    if !rest.isEmpty { groups.append(spell(String(rest))) }
    return groups.joined(separator: ", ")
  }
}

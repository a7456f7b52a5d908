/// Groups of digits that may be a telephone number.
struct PhoneNumber: Sendable {
  /// The groups; the country code first if there is one.
  private(set) var groups: [String] = []
  /// Index of the first token behind them.
  private(set) var end: Int
  /// What stands between the groups: a blank, "-" or "."; empty for one group.
  private(set) var separator = ""
  private(set) var hasCountryCode = false
  /// Whether an area code in parentheses opens it.
  private(set) var hasArea = false

  var digitCount: Int { groups.reduce(0) { $0 + $1.utf8.count } }

  /// Reads +34 612 34 56 78, (55) 1234 5678, 612-345-678 at `index`; at most 15 digits.
  init?(_ line: TokenLine, at index: Int) {
    end = index
    if line[index].isMark("+") {
      guard let code = line.digits(at: index + 1), code.utf8.count <= 15 else { return nil }
      hasCountryCode = true
      groups.append(code)
      end = index + 2
    }
    let area = hasCountryCode ? line.skippingSpace(end) : end
    if line[area].isMark("("), let code = line.digits(at: area + 1), line[area + 2].isMark(")") {
      guard (2...4).contains(code.utf8.count) else { return nil }
      hasArea = true
      groups.append(code)
      end = line.skippingSpace(area + 3)
    }
    if let first = line.digits(at: end), hasArea || !hasCountryCode {
      groups.append(first)
      end += 1
    }
    guard !groups.isEmpty, end > index else { return nil }
    readGroups(line)
    let isLong = hasCountryCode || hasArea ? digitCount >= 7 : true
    guard isLong, digitCount <= 15 else { return nil }
    if hasCountryCode, groups.count == 1 { splitCode() }
  }

  /// Reads what follows: groups of two to four digits with one separator, or " " and then "-".
  private mutating func readGroups(_ line: TokenLine) {
    var total = digitCount
    while groups.count < 7, let digits = line.digits(at: end + 1), digits.utf8.count >= 2 {
      let mark = line[end]
      let text = mark.kind == .space ? " " : mark.text
      guard [" ", "-", "."].contains(text) else { return }
      let isFirst = separator.isEmpty || hasCountryCode || hasArea
      guard isFirst || text == separator else { return }
      let isWhole = hasCountryCode && groups.count == 1
      guard digits.utf8.count <= (isWhole ? 12 : 4) else { return }
      total += digits.utf8.count
      if total > 15 { return }
      separator = text
      groups.append(digits)
      end += 2
    }
  }

  /// +34612345678: the country code is the first two digits, one for North America.
  private mutating func splitCode() {
    guard let all = groups.first else { return }
    let length = all.utf8.first == 49 ? 1 : 2
    groups = [String(all.prefix(length)), String(all.dropFirst(length))]
  }
}

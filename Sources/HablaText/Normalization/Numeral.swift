/// A number as it is written: digits, with thousands separators removed.
struct Numeral: Sendable, Equatable {
  /// The digits before the decimal mark, as ASCII.
  var integer: String
  /// The digits after it; empty when there are none.
  var fraction = ""
  /// The decimal mark as written, "," or "."; empty without a fraction.
  var decimalMark = ""
  /// Whether thousands were separated.
  var isGrouped = false
  /// Index of the first token behind it.
  var end: Int

  /// Whether its value is exactly one.
  var isOne: Bool { fraction.isEmpty && integer == "1" }

  /// Whether it is written with needless zeros in front, as codes are.
  var hasLeadingZero: Bool { integer.count > 1 && integer.utf8.first == 48 }

  /// The integer part if it is small, nil from a million on.
  var smallValue: Int? { integer.utf8.count <= 6 ? Int(integer) : nil }

  /// A number without separators.
  init(integer: String, end: Int) {
    self.integer = integer
    self.end = end
  }

  /// Reads the number at the digits at `index`; nil when no digits stand there.
  ///
  /// Understands 1.234,56 and 1,234.56 and 1 234,56 whatever the language. Where the last
  /// separator could be either (1.234 or 1,234), `decimalMark` of the language decides: the other
  /// mark separates thousands.
  init?(_ line: TokenLine, at index: Int, decimalMark: String) {
    guard let first = line.digits(at: index) else { return nil }
    self.init(integer: first, end: index + 1)
    let blanks = Self.groups(line, at: index, separators: Self.blanks)
    let thousands = blanks.prefix { $0.digits.utf8.count == 3 }
    if Self.areThousands([first] + thousands.map(\.digits)) {
      integer += thousands.map(\.digits).joined()
      isGrouped = true
      end += 2 * thousands.count
      let rest = Self.groups(line, at: end - 1, separators: Self.marks)
      if rest.count == 1 { setFraction(rest[0]) }
      return
    }
    readMarked(first, Self.groups(line, at: index, separators: Self.marks), decimalMark)
  }

  /// Reads the groups behind points and commas, if they make one number.
  private mutating func readMarked(_ first: String, _ groups: [Group], _ decimalMark: String) {
    guard let last = groups.last else { return }
    let digits = [first] + groups.map(\.digits)
    if groups.allSatisfy({ $0.separator == last.separator }) {
      if Self.areThousands(digits), last.separator != decimalMark || groups.count > 1 {
        integer = digits.joined()
        isGrouped = true
        end += 2 * groups.count
      } else if groups.count == 1 {
        setFraction(last)
      }
    } else if groups.dropLast().allSatisfy({ $0.separator == groups[0].separator }),
      Self.areThousands(digits.dropLast())
    {
      integer = digits.dropLast().joined()
      isGrouped = true
      end += 2 * (groups.count - 1)
      setFraction(last)
    }
  }

  private mutating func setFraction(_ group: Group) {
    fraction = group.digits
    decimalMark = group.separator
    end += 2
  }

  /// Digits with the separator before them.
  private typealias Group = (separator: String, digits: String)

  private static let marks = [",", "."]
  private static let blanks = [" ", "\u{A0}", "\u{202F}", "\u{2009}"]

  /// The groups that follow the digits at `index`, a bounded number of them.
  private static func groups(_ line: TokenLine, at index: Int, separators: [String]) -> [Group] {
    var groups: [Group] = []
    var next = index + 1
    while groups.count < 13, separators.contains(line[next].text),
      let digits = line.digits(at: next + 1)
    {
      groups.append((line[next].text, digits))
      next += 2
    }
    return groups
  }

  private static func areThousands(_ groups: [String].SubSequence) -> Bool {
    guard groups.count > 1, let first = groups.first else { return false }
    return first.utf8.count <= 3 && first.utf8.first != 48
      && groups.dropFirst().allSatisfy { $0.utf8.count == 3 }
  }

  private static func areThousands(_ groups: [String]) -> Bool { areThousands(groups[...]) }
}

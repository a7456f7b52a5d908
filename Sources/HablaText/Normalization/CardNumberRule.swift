/// Cards, accounts and the like: three and more groups of four digits, read digit by digit.
struct CardNumberRule: RewriteRule {
  /// Says digits one by one.
  let spell: @Sendable (String) -> String

  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    guard let first = line.digits(at: index), first.utf8.count == 4 else { return nil }
    let separator = line[index + 1].text
    guard separator == " " || separator == "-" else { return nil }
    var groups = [first]
    var end = index + 1
    while groups.count < 8, line[end].text == separator, let digits = line.digits(at: end + 1),
      digits.utf8.count <= 4, groups.last?.utf8.count == 4
    {
      groups.append(digits)
      end += 2
    }
    guard groups.count >= 3, groups.dropLast().allSatisfy({ $0.utf8.count == 4 }) else {
      return nil
    }
    return RewriteMatch(
      kind: .digits, end: end, spoken: groups.map(spell).joined(separator: ", "))
  }
}

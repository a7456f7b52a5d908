/// A slash between a counted noun and a time: 7 días/semana, 60 latidos/min.
struct SpanishPerRule: RewriteRule {
  func match(_ line: TokenLine, at index: Int, after context: SpokenContext) -> RewriteMatch? {
    if line[index].isMark("/"), Self.amounts.contains(line[index - 1].lower),
      let time = SpanishUnits.perTime[line[index + 1].lower]
    {
      return RewriteMatch(kind: .unit, end: index + 2, spoken: time)
    }
    guard line[index].isMark("/"), line[index - 1].text.utf8.count > 2,
      line[index - 3].kind == .digits, line[index + 1].kind == .word,
      let name = SpanishUnits.denominator(line[index + 1])
    else { return nil }
    return RewriteMatch(kind: .unit, end: index + 2, spoken: "por " + name)
  }

  private static let amounts: Set<String> = [
    "neto", "netos", "bruto", "brutos", "euros", "pesos", "dólares", "soles",
  ]
}

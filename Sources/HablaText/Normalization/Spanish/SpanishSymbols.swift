/// What Spanish says for signs.
extension SymbolWords {
  static let spanish = SymbolWords(
    always: [
      "&": "y", "@": "arroba", "+": "más", "=": "igual a", "×": "por", "*": "por", "÷": "entre",
      "≥": "mayor o igual que", "≤": "menor o igual que", "≠": "distinto de",
      "≈": "aproximadamente", "±": "más menos", "√": "raíz de", "∞": "infinito", "°": "grados",
      "§": "sección", "©": "copyright", "%": "por ciento", "‰": "por mil", "№": "número",
      "℃": "grados Celsius", "℉": "grados Fahrenheit",
    ],
    currencies: SpanishCurrency.signNames,
    minus: "menos", range: "a", between: ("entre", "y"), number: "número", sharp: "sharp",
    hash: "almohadilla",
    dividedBy: "entre", over: "sobre",
    beforeNumber: [
      "<": "menor que", ">": "mayor que", "~": "aproximadamente", "^": "elevado a",
    ],
    powers: [
      "²": "al cuadrado", "³": "al cubo", "⁴": "elevado a cuatro", "⁵": "elevado a cinco",
      "⁶": "elevado a seis", "⁷": "elevado a siete", "⁸": "elevado a ocho", "⁹": "elevado a nueve",
    ])
}

/// What Spanish says for the parts of a web address.
extension WebAddressRule {
  static let spanish = WebAddressRule(
    signs: [
      ".": "punto", "@": "arroba", "-": "guion", "_": "guion bajo", "/": "barra", "+": "más",
      "?": "interrogación", "=": "igual", "&": "y", "#": "almohadilla", "%": "por ciento",
      ":": "dos puntos", "~": "virgulilla",
    ],
    digits: { digits in
      digits.utf8.count <= 4
        ? SpanishNumberWords.withZeros(digits) : SpanishNumberWords.spelled(digits)
    },
    letters: SpanishLetters.spelled)
}

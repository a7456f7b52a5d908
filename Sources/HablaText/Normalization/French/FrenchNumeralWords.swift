/// What the words of a French number depend on beside the number.
enum FrenchNumeralWords {
  /// A number in words; `gender` is that of what is counted.
  static func words(
    _ numeral: Numeral, _ gender: FrenchNumberWords.Gender = .masculine
  ) -> String {
    if numeral.fraction.isEmpty { return FrenchNumberWords.cardinal(numeral.integer, gender) }
    return FrenchNumberWords.cardinal(numeral.integer)
      + (numeral.decimalMark == "." ? " point " : " virgule ")
      + FrenchNumberWords.withZeros(numeral.fraction)
  }

  /// Whether what is counted is in the singular: below two.
  static func isSingular(_ numeral: Numeral) -> Bool {
    numeral.integer == "0" || numeral.integer == "1"
  }

  /// "de" or "d'" with the blank behind it, as it stands before a word.
  static func of(_ word: String) -> String {
    guard let first = CanonicalForm.decomposed(word.lowercased()).unicodeScalars.first else {
      return "de "
    }
    if first == "h" { return aspirated.contains(where: word.lowercased().hasPrefix) ? "de " : "d'" }
    return "aeiouyœæ".unicodeScalars.contains(first) ? "d'" : "de "
  }

  /// Whether a number ends in "million" or more, which a noun follows with "de".
  static func needsOf(_ numeral: Numeral) -> Bool {
    numeral.fraction.isEmpty && (7...15).contains(numeral.integer.utf8.count)
      && numeral.integer.hasSuffix("000000") && numeral.integer.utf8.first != 48
  }

  private static let aspirated = [
    "haricot", "héros", "haie", "hal", "hamac", "hamster", "hangar", "hasard", "haut", "hibou",
    "homard", "hors", "housse", "huit", "hurle", "hache", "haine", "hanche", "handicap", "harpe",
    "hausse", "hérisson", "hockey", "hollandais", "hongrois", "honte", "hutte",
  ]
}

/// Which French nouns are feminine, as far as "un" and "une" need it.
enum FrenchNouns {
  /// The gender of a noun, masculine when nothing is known.
  static func gender(_ word: Token) -> FrenchNumberWords.Gender {
    guard word.kind == .word else { return .masculine }
    let noun = word.lower
    if feminine.contains(noun) { return .feminine }
    if noun.hasSuffix("s"), feminine.contains(String(noun.dropLast())) { return .feminine }
    if masculine.contains(noun) || masculine.contains(String(noun.dropLast())) { return .masculine }
    let singular = noun.hasSuffix("s") ? String(noun.dropLast()) : noun
    return feminineEndings.contains(where: singular.hasSuffix) ? .feminine : .masculine
  }

  private static let feminineEndings = [
    "tion", "sion", "aison", "ité", "ette", "euse", "trice", "ière", "ance", "ence", "ture",
    "ienne", "esse", "ille", "elle", "ade", "ude", "ée",
  ]

  /// Masculine in spite of their ending.
  private static let masculine: Set<String> = [
    "musée", "lycée", "trophée", "squelette", "silence", "stade", "grade", "trille", "gorille",
    "vermicelle", "cimetière", "derrière", "camée", "mausolée", "apogée", "litre", "quille",
    "interlude", "prélude",
  ]

  private static let feminine: Set<String> = [
    "fois", "heure", "minute", "seconde", "personne", "page", "femme", "fille", "semaine", "tonne",
    "voiture", "pomme", "ville", "maison", "place", "pièce", "langue", "question",
    "étoile", "tasse", "cuillère", "cuillerée", "carte", "chaise", "table", "porte", "fenêtre",
    "chambre", "tranche", "gousse", "poire", "orange", "banane", "tomate", "carotte", "étape",
    "équipe", "boîte", "île", "rue", "lettre", "chose", "partie", "fin", "nuit", "mère", "sœur",
    "amie", "tante", "cliente", "chanson", "vidéo", "photo", "image", "victime", "voix",
    "mort", "usine", "entreprise", "école", "classe", "note", "ligne", "gare",
    "vache", "poule", "chatte", "chienne", "souris", "fleur", "feuille", "bouteille", "caisse",
    "marche", "dent", "main", "jambe", "goutte", "calorie", "kilocalorie", "mesure", "erreur",
    "couleur", "valeur", "longueur", "nouvelle", "alerte", "tâche", "alarme", "réunion", "région",
    "commune", "province", "guerre", "bataille", "victoire", "défaite", "piste", "couche", "balle",
    "saison", "somme", "dizaine", "douzaine", "centaine", "oeuvre", "œuvre", "barre", "planète",
    "galaxie", "molécule", "cellule", "espèce", "race", "plante", "poignée", "pincée", "recette",
  ]
}

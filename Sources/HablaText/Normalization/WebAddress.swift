/// E-mail and web addresses.
struct WebAddress: Sendable {
  /// Index of the first token.
  let start: Int
  /// Index of the first token behind the address.
  let end: Int

  /// Reads an address at `index`: user@host.org, www.site.com, https://site.es/path, site.com.
  ///
  /// A bare name counts only with a known top-level domain in lower case. `start` lies behind
  /// "https://", which is not said.
  init?(_ line: TokenLine, at index: Int) {
    if Self.schemes.contains(line[index].lower),
      let place = line.matching([":", "/", "/"], at: index + 1)
    {
      guard let end = Self.rest(line, from: place), end > place else { return nil }
      (start, self.end) = (place, end)
      return
    }
    if let end = Self.mail(line, at: index) {
      (start, self.end) = (index, end)
      return
    }
    guard let host = Self.host(line, at: index) else { return nil }
    let isNamed = line[index].lower == "www" || Self.topLevels.contains(line[host - 1].text)
    guard isNamed else { return nil }
    start = index
    end = line[host].isMark("/") ? Self.rest(line, from: host) ?? host : host
  }

  /// An e-mail address: user.name+tag@host.org.
  private static func mail(_ line: TokenLine, at index: Int) -> Int? {
    var place = index
    while place < index + 24, line.isAlphanumeric(at: place) || isJoint(line, place) { place += 1 }
    guard place > index, line[place].isMark("@") else { return nil }
    return host(line, at: place + 1)
  }

  private static func isJoint(_ line: TokenLine, _ place: Int) -> Bool {
    [".", "-", "_", "+"].contains(line[place].text) && line.isAlphanumeric(at: place + 1)
  }

  /// The index behind labels with points between them, at least two.
  private static func host(_ line: TokenLine, at index: Int) -> Int? {
    guard line.isAlphanumeric(at: index) else { return nil }
    var place = index
    var points = 0
    while place < index + 48 {
      if line.isAlphanumeric(at: place) {
        place += 1
      } else if isJoint(line, place), !line[place].isMark("+") {
        if line[place].isMark(".") { points += 1 }
        place += 1
      } else {
        break
      }
    }
    return points > 0 && line[place - 1].kind == .word ? place : nil
  }

  /// The index behind everything up to a blank, without closing punctuation.
  private static func rest(_ line: TokenLine, from index: Int) -> Int? {
    var place = index
    while line[place].kind != .space, line[place].kind != .end, place < index + 400 { place += 1 }
    while place > index, line[place - 1].kind == .mark, line[place - 1].text != "/" { place -= 1 }
    return place
  }

  private static let schemes: Set<String> = ["http", "https", "ftp"]

  /// Endings that make a name with points an address.
  static let topLevels: Set<String> = [
    "com", "org", "net", "es", "mx", "ar", "cl", "co", "pe", "uy", "ve", "ec", "eu", "cat", "gob",
    "gov", "edu", "info", "io", "ai", "app", "dev", "tv", "uk", "fr", "de", "it", "pt", "us", "br",
    "online", "blog", "shop", "biz", "gal", "eus", "me", "xyz", "html", "htm", "pdf", "txt", "jpg",
    "png", "csv", "json", "zip", "mp", "ly", "be", "gl", "to",
  ]
}

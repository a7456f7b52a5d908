import Habla
import HablaText
import Testing

@Suite(.enabled(if: EspeakPhonemizer.isAvailable)) struct TextAnalysisTests {
  @Test func sentencesAreShownAsTheyAreSpoken() throws {
    let voice = try Voice.builtIn()
    let analysis = try voice.analyze("Son 3. ¿Vale?")
    #expect(analysis.sentences.map(\.text) == ["Son tres.", "¿Vale?"])
    #expect(analysis.sentences[1].textRange == 7..<14)
    #expect(analysis.sentences[0].phonemes.last == ".")
    let ids = analysis.sentences[0].phonemes.flatMap { symbol in
      [voice.symbols.firstIndex(of: symbol) ?? -1, 0]
    }
    #expect(analysis.sentences[0].tokens == [0] + ids)
    #expect(analysis.rewrites.map(\.written) == ["3"])
    #expect(analysis.rewrites.map(\.spoken) == ["tres"])
    #expect(analysis.rewrites.map(\.textRange) == [4..<5])
  }

  @Test func lexiconsAndInlinePhonemesAreSpoken() throws {
    let voice = try Voice.builtIn()
    var options = SynthesisOptions()
    options.lexicon = try Lexicon(text: "[es]\nxyz = ola\nqwe = /tˈa/")
    let analysis = try voice.analyze("xyz qwe [[ne]].", options: options)
    #expect(analysis.sentences.map { $0.phonemes.joined() } == ["ˈolatˈane."])
    #expect(analysis.sentences.map(\.text) == ["ola tˈa ne."])
  }

  @Test func badLexiconsNameTheirLines() {
    let error = #expect(throws: HablaError.self) {
      try Lexicon(text: "a = b\nc d\n", name: "words.txt")
    }
    #expect(error?.kind == .format)
    #expect(error?.message.contains("words.txt: line 2") == true)
    let missing = #expect(throws: HablaError.self) { try Lexicon(path: "/nonexistent/words") }
    #expect(missing?.kind == .io)
  }

  @Test func unknownLanguagesListTheKnownOnes() throws {
    var options = SynthesisOptions()
    options.language = "de"
    let error = #expect(throws: HablaError.self) {
      try Voice.builtIn().analyze("a", options: options)
    }
    #expect(error?.description.contains("ES") == true)
  }
}

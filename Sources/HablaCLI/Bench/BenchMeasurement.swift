import ArgumentParser
import Habla

/// What a process can be asked to measure.
enum BenchSituation: String, Codable, CaseIterable, ExpressibleByArgument {
  /// A fresh process speaks a short sentence; times count from the start of the process.
  case cold
  /// A fresh process makes everything ready, then is asked for a short sentence.
  case preloaded
  /// A process that has spoken before.
  case warm
}

/// One text, spoken once; times in seconds.
struct BenchRun: Codable {
  /// Until the first samples.
  var firstAudio: Double
  /// Until the last samples.
  var whole: Double
  /// Length of the speech.
  var audio: Double
}

/// What one process measured of itself.
struct BenchMeasurement: Codable {
  /// The voice's family, rate and size.
  struct VoiceFacts: Codable {
    var family: String
    var sampleRate: Int
    var weights: Int
  }

  var voice: VoiceFacts
  /// Seconds from the start of the process until it could take a text.
  var ready: Double
  /// Texts of about a second.
  var short: [BenchRun] = []
  /// Texts of several seconds.
  var long: [BenchRun] = []
  /// One text again and again, from the second time on.
  var repeated: [BenchRun] = []
  /// Most memory that the process held, in bytes.
  var peakMemory = 0
}

/// Answers of a Spanish voice assistant.
enum BenchTexts {
  static let short = [
    "Son las tres.", "De acuerdo.", "Luz encendida.", "Buenos días.", "Ahora mismo.",
    "Hasta luego.", "Alarma apagada.", "No te he oído.",
  ]
  static let long = [
    "Mañana estará nublado por la mañana, con sol por la tarde y una máxima de veintidós grados.",
    "He añadido leche, pan y fruta a la lista de la compra. ¿Quieres que añada algo más?",
    "Tienes dos reuniones esta tarde: la primera a las cuatro y media, y la segunda a las seis.",
    "El tren de las ocho y diez sale con quince minutos de retraso por obras en la vía.",
  ]
}

/// Times in order of size.
struct BenchTimes {
  private let sorted: [Double]

  init(_ times: [Double]) { sorted = times.sorted() }

  /// The least time that `share` of all times do not exceed; nil when there are none.
  func percentile(_ share: Double) -> Double? {
    if sorted.isEmpty { return nil }
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }
}

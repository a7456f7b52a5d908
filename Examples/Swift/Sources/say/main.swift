import Habla

// say TEXT FILE.wav [VOICE]: speaks a text into a WAV file, chunk by chunk.

let arguments = CommandLine.arguments
guard arguments.count > 2 else {
  print("usage: say TEXT FILE.wav [VOICE]")
  throw HablaError(.argument, "expected a text and a file")
}

let voice = try arguments.count > 3 ? Voice(path: arguments[3]) : Voice.builtIn()
let synthesizer = try Synthesizer(voice: voice)

var options = SynthesisOptions()
options.speed = 1.1
options.seed = 7

let file = try WAVWriter(path: arguments[2], sampleRate: voice.sampleRate)
let stream = try synthesizer.start(arguments[1], options: options)
while let chunk = try stream.next() {
  try file.append(chunk.samples)
  for mark in chunk.marks where mark.kind == .word {
    guard let range = mark.textRange else { continue }
    let word = String(decoding: Array(arguments[1].utf8)[range], as: UTF8.self)
    print("\(Double(mark.sampleRange.lowerBound) / Double(voice.sampleRate)) s  \(word)")
  }
}
try file.finish()
print("\(arguments[2]): \(Double(file.sampleCount) / Double(voice.sampleRate)) s")

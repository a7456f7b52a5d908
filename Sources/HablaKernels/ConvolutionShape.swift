/// Sizes of a convolution over [time, channel] rows with stride 1.
///
/// Output row t is made from input rows t, t + dilation, ..., t + reach of a window that already
/// has the rows (or zeros) before and after the sequence.
package struct ConvolutionShape: Sendable, Equatable {
  /// Channels in.
  package let inputs: Int
  /// Channels out.
  package let outputs: Int
  /// Taps.
  package let kernel: Int
  /// Rows between taps.
  package let dilation: Int

  /// Describes a convolution; all sizes are at least 1.
  package init(inputs: Int, outputs: Int, kernel: Int, dilation: Int = 1) {
    precondition(inputs > 0 && outputs > 0 && kernel > 0 && dilation > 0, "empty convolution")
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.dilation = dilation
  }

  /// Rows that a window has more than the output.
  package var reach: Int { dilation * (kernel - 1) }
}

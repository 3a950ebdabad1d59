extension LineChain {
  /// The weights in use.
  ///
  /// Written by `kith lab train signature DATA`.
  public static let signatures = LineChain(text: signatureText)

  private static let signatureText = """
    bias 0
    """
}

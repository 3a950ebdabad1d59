public import Model
import NIOPosix

extension Dialler {
  /// A dialler on the threads and the resolver of the system.
  public static func system(
    rules: AddressRules, now: @escaping @Sendable () -> Instant, mayDial: @escaping MayDial,
    maySend: @escaping MaySend
  ) -> Dialler {
    let group = MultiThreadedEventLoopGroup.singleton
    return Dialler(
      rules: rules, resolver: SystemResolver(pool: NIOThreadPool.singleton, group: group), group: group, now: now,
      mayDial: mayDial, maySend: maySend)
  }
}

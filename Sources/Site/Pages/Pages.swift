import Mustache

/// The pages, from templates that are read once.
struct Pages {
  /// What a normal server shows: nobody signs in yet.
  let front = Templates.front
  private let demoTemplate: MustacheTemplate

  init() throws { demoTemplate = try MustacheTemplate(string: Templates.demo) }

  func demo(_ page: DemoPage) -> String { demoTemplate.render(page) }
}

import Foundation
import Stage
import Testing

@Suite("The command line: worker and site", .serialized)
struct CLIWorkerTests {
  @Test("an import that was killed goes on at once: the lease of a dead process is nobody's")
  func killed() throws {
    let cli = try CLI()
    try cli.addAccount()
    for number in 0..<1500 {
      var mail = Cast.letters[number % Cast.letters.count].bytes
      mail += Array("\n\(number)\n".utf8)
      _ = try cli.write(mail, "mails/\(number % 7)/\(number).eml")
    }
    let script = """
      "$kith" --json import --kind mails "$folder/files/mails" --warrant >/dev/null 2>&1 &
      sleep 0.7; kill -9 $! 2>/dev/null; wait $! 2>/dev/null
      start=$(date +%s)
      "$kith" --json import --kind mails "$folder/files/mails" --warrant
      code=$?
      [ $(( $(date +%s) - start )) -lt 25 ] || exit 99
      exit $code
      """
    let ran = try cli.shell(script)
    #expect(ran.status == 0, "\(ran.status) \(ran.err)")
    let held = ran.lines.reduce(0) { $0 + (($1["held"] as? NSNumber)?.intValue ?? 0) }
    #expect(held == 1500)
  }

  @Test("beside a running worker, import and sync set the account due and follow it")
  func beside() throws {
    let cli = try CLI()
    try cli.addAccount()
    try Cast.writeMaildir(cli.files + "/Maildir")
    try Cast.writeCards(cli.files + "/cards.vcf")
    let script = """
      "$kith" work 2>"$folder/work.err" & worker=$!
      trap 'kill $worker 2>/dev/null' EXIT
      sleep 1.5
      "$kith" --json import --kind maildir "$folder/files/Maildir" --warrant || exit 1
      "$kith" --json import --kind vcard "$folder/files/cards.vcf" --warrant || exit 2
      "$kith" --json sync || exit 3
      kill -TERM $worker
      wait $worker || exit 4
      """
    let ran = try cli.shell(script)
    #expect(ran.status == 0, "\(ran.status) \(ran.err)")
    #expect(try !cli.run("people").out.isEmpty)
  }

  @Test("the site answers health, keeps its pages to itself, and says the same of all that is not there")
  func site() throws {
    let cli = try CLI()
    try cli.addAccount()
    try cli.run("operator", "set", "--name", "Ada", "--address", "1 Lane", "--email", "office@example.org")
    let port = 20_000 + Int(UInt16.random(in: 0...20_000))
    let script = """
      import http.client, json, sys, time
      port = int(sys.argv[1])
      def ask(path, method="GET", host=None):
          for _ in range(100):
              try:
                  c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                  c.request(method, path, headers={"Host": host} if host else {})
                  r = c.getresponse(); return r.status, dict((k.lower(), v) for k, v in r.getheaders()), r.read().decode()
              except ConnectionError:
                  time.sleep(0.1)
          raise SystemExit("no answer")
      status, headers, body = ask("/health")
      assert status == 200 and json.loads(body)["status"] == "ok", body
      for path in ["/", "/people", "/people/person_1"]:
          status, headers, body = ask(path)
          assert status == 303 and headers["location"].startswith("/sign-in?next="), headers
      status, headers, body = ask("/sign-in")
      assert status == 200 and "example.test" not in body
      assert headers["content-security-policy"].startswith("default-src 'self'"), headers
      assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
      assert "set-cookie" not in headers and "<script" not in body.replace('<script src="/kith.js" defer></script>', "")
      nothing = [ask(p, m)[::2] for p, m in [("/x", "GET"), ("/setup", "GET"), ("/", "POST"), ("/../etc/passwd", "GET")]]
      assert all(n == nothing[0] and n[0] == 404 for n in nothing), nothing
      assert ask("/style.css")[0] == 200
      """
    let shell = """
      "$kith" serve --no-work --listen 127.0.0.1:\(port) 2>"$folder/serve.err" & server=$!
      trap 'kill $server 2>/dev/null' EXIT
      python3 -c "$CHECK" \(port) || exit 1
      "$kith" serve --listen 127.0.0.1:\(port) && exit 2
      [ $? = 1 ] || exit 3
      kill -TERM $server; wait $server || exit 4
      """
    let ran = try CLI.start(
      ["bash", "-c", shell],
      cli.environment.merging(["kith": CLI.binary, "folder": cli.folder, "CHECK": script]) { $1 })
    #expect(ran.status == 0, "\(ran.status) \(ran.err)")
    #expect(ran.err.contains("the port is taken"))
  }

  @Test("the demo ends at a served page where mails have become people and records, and can be run again")
  func demo() throws {
    let cli = try CLI()
    let port = 20_000 + Int(UInt16.random(in: 0...20_000))
    for _ in 0..<2 {
      let told = try cli.run("demo", "--no-serve")
      #expect(told.status == 0, "\(told.err)")
      #expect(told.int("gap") == 0 && told.int("held") >= Cast.letters.count)
      #expect(told.int("people") > 5 && told.int("created") > 5)
    }
    let script = """
      "$kith" demo --listen 127.0.0.1:\(port) >/dev/null 2>&1 & server=$!
      trap 'kill $server 2>/dev/null' EXIT
      for i in $(seq 100); do
        python3 -c 'import urllib.request, sys
      for page in ["overview", ""]: print(urllib.request.urlopen("http://127.0.0.1:" + sys.argv[1] + "/" + page).read().decode())' \(port) 2>/dev/null && exit 0
        sleep 0.2
      done
      exit 1
      """
    let page = try cli.shell(script)
    #expect(page.status == 0)
    #expect(page.out.contains(Cast.bob.name) && page.out.contains("records in the CRM"))
    // The list of the day has its lines, each with why.
    for words in ["Whom to be in touch with", "Their birthday is today.", "Send the plan of the loft", Cast.hal.name] {
      #expect(page.out.contains(words), "\(words)")
    }
    #expect(page.out.components(separatedBy: "<li id=").count > 4 && !page.out.contains("Make your first bucket"))
    #expect(!FileManager.default.fileExists(atPath: cli.data + "/house.sqlite"))
  }
}

/// The templates and the style of the site; no script, no font and no picture from elsewhere.
enum Templates {
  private static func page(_ title: String, _ body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title)</title>
    <link rel="stylesheet" href="/style.css">
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }

  static let front = page(
    "Kith",
    """
    <main class="narrow">
    <h1>Kith</h1>
    <p>This server works. It shows no account here: signing in comes with the site of a later version.</p>
    <p>Until then the command line shows everything: <code>kith people</code>, <code>kith status</code>,
    <code>kith ledger</code>.</p>
    </main>
    """)

  static let nothing = page(
    "Not found", "<main class=\"narrow\">\n<h1>Not found</h1>\n<p>There is nothing here.</p>\n</main>")

  static let trouble = page(
    "Trouble",
    "<main class=\"narrow\">\n<h1>Trouble</h1>\n<p>The page could not be made. Run <code>kith doctor</code>.</p>\n</main>"
  )

  static let demo = page(
    "Kith: the demo",
    """
    <header>
    <h1>Kith</h1>
    <p>The demo: {{owner}} and the people around her agency. All of them are invented.</p>
    </header>
    <main>
    <section aria-labelledby="river">
    <h2 id="river">The river</h2>
    <ol class="river">
    {{#counts}}
    <li><strong>{{number}}</strong> {{words}}</li>
    {{/counts}}
    </ol>
    <p class="note">Read from a Maildir, an address book and a client list; the CRM is the folder
    <code>{{crmFolder}}</code>.</p>
    </section>

    <section aria-labelledby="people">
    <h2 id="people">People</h2>
    {{#hasPeople}}
    <div class="wide">
    <table>
    <thead><tr><th scope="col">Name</th><th scope="col">Role and addresses</th><th scope="col">Strength</th>
    <th scope="col">Last contact</th><th scope="col" class="number">Touches</th></tr></thead>
    <tbody>
    {{#people}}
    <tr class="{{kind}}"><th scope="row">{{name}} <small>{{kind}}</small></th><td>{{about}}</td>
    <td class="still"><meter min="0" max="100" value="{{level}}">{{strength}}</meter> {{strength}}</td><td class="still">{{last}}</td>
    <td class="number">{{interactions}}</td></tr>
    {{/people}}
    </tbody>
    </table>
    </div>
    {{/hasPeople}}
    {{^hasPeople}}
    <p class="empty">Nobody is known yet. People appear here when mail or an address book has been read.</p>
    {{/hasPeople}}
    </section>

    <section aria-labelledby="whole">
    <h2 id="whole">Completeness</h2>
    {{#hasBooks}}
    <div class="wide">
    <table>
    <thead><tr><th scope="col">Folder or book</th><th scope="col" class="number">There</th>
    <th scope="col" class="number">Held</th><th scope="col">Left out, by rule</th>
    <th scope="col" class="number">Missing</th></tr></thead>
    <tbody>
    {{#books}}
    <tr><th scope="row">{{name}}</th><td class="number">{{onServer}}</td><td class="number">{{held}}</td>
    <td>{{leftOut}}</td><td class="number">{{gap}}</td></tr>
    {{/books}}
    </tbody>
    </table>
    </div>
    {{/hasBooks}}
    {{^hasBooks}}
    <p class="empty">Nothing is read yet. Each folder will stand here with what is there, held, left out and missing.</p>
    {{/hasBooks}}
    </section>

    <section aria-labelledby="ledger">
    <h2 id="ledger">Ledger</h2>
    {{#hasLedger}}
    <p>Every permit and every refusal, newest first; {{ledgerSize}} lines so far, chained and signed.</p>
    <ul class="ledger">
    {{#ledger}}
    <li{{^allowed}} class="refused"{{/allowed}}><time>{{at}}</time> {{words}}</li>
    {{/ledger}}
    </ul>
    {{/hasLedger}}
    {{^hasLedger}}
    <p class="empty">Nothing was asked for yet. Every permit and every refusal will stand here.</p>
    {{/hasLedger}}
    </section>
    </main>
    <footer><p>Policy {{policy}} · served on this machine alone · nothing here leaves it.</p></footer>
    """)
}

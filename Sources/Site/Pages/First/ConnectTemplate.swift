extension ConnectPage {
  static let template = """
    {{> head}}
    <p class="soft"><a href="/start">First steps</a></p>
    <h1>{{body.title}}</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{^body.hasServer}}
    <form class="stack" method="get" action="{{body.path}}">
    <label>Your e-mail address <small>The server is found by its domain. Nothing is read yet.</small>
    <input name="address" type="email" required autocomplete="email" value="{{body.address}}"></label>
    <p><button{{#body.hasAddress}} class="quiet"{{/body.hasAddress}}>{{#body.hasAddress}}Look again{{/body.hasAddress}}{{^body.hasAddress}}Find the server{{/body.hasAddress}}</button></p>
    </form>
    {{/body.hasServer}}
    {{#body.hasServer}}
    <section aria-labelledby="where">
    <h2 id="where">Where</h2>
    <p><strong>{{body.place}}</strong>, as <strong>{{body.user}}</strong></p>
    {{#body.note}}<p class="notice">{{body.note}}</p>{{/body.note}}
    {{#body.hasOthers}}<p class="soft">Also found: {{#body.others}}<a href="{{href}}">{{words}}</a> {{/body.others}}</p>{{/body.hasOthers}}
    </section>
    <section aria-labelledby="what">
    <h2 id="what">What you allow</h2>
    <p class="card">{{body.words}}</p>
    <form class="stack" method="post" action="{{body.path}}">
    <input type="hidden" name="form" value="{{frame.form}}">
    <input type="hidden" name="scope" value="{{body.scope}}">
    <input type="hidden" name="words" value="{{body.digest}}">
    {{^body.isToken}}<label>Password there <small>Kept sealed, opened only to log in there.</small>
    <input name="secret" type="password" required autocomplete="off"></label>{{/body.isToken}}
    {{#body.isToken}}<label>Token <small>An access token, or the JSON of a sign-in with refresh_token, token_endpoint and client_id. Kept sealed.</small>
    <textarea name="secret" rows="4" required autocomplete="off" spellcheck="false"></textarea></label>{{/body.isToken}}
    <details{{#body.asksAuthority}} open{{/body.asksAuthority}}><summary>The server has a certificate of its own</summary>
    <label>Certificate <small>In PEM; trusted for this server instead of the system's.</small>
    <textarea name="authority" rows="4" autocomplete="off" spellcheck="false">{{body.authority}}</textarea></label></details>
    <label class="check"><input type="checkbox" name="warrant" value="yes" required{{#body.isWarranted}} checked{{/body.isWarranted}}>
    <span>{{body.warranty}}</span></label>
    <p><button>Connect and read</button></p>
    </form>
    </section>
    {{/body.hasServer}}
    {{#body.hasAddress}}
    <details{{#body.isOpen}} open{{/body.isOpen}}>
    <summary>{{#body.hasServer}}Another server, or other terms{{/body.hasServer}}{{^body.hasServer}}The server{{/body.hasServer}}</summary>
    <form class="stack" method="get" action="{{body.path}}">
    <input type="hidden" name="address" value="{{body.address}}">
    {{#body.isMail}}
    <label>Mail server (IMAP) <input name="host" required value="{{body.host}}" autocomplete="off"></label>
    <label>Port <input name="port" inputmode="numeric" pattern="[0-9]*" value="{{body.port}}"></label>
    <label>Encryption <select name="security">{{#body.securities}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{words}}</option>{{/body.securities}}</select></label>
    <label>Sign-in by <select name="secret">{{#body.secrets}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{words}}</option>{{/body.secrets}}</select></label>
    {{/body.isMail}}
    {{^body.isMail}}
    <label>Address of the server <small>https://…, as your provider's help pages say it</small>
    <input name="url" type="url" required value="{{body.url}}" autocomplete="off"></label>
    {{/body.isMail}}
    <label>Name to log in by <input name="user" value="{{body.user}}" autocomplete="off"></label>
    <details><summary>How much is read: depth, period, folders</summary>
    <div class="stack">
    {{#body.isMail}}
    <label>How much is read <select name="depth">{{#body.depths}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{words}}</option>{{/body.depths}}</select></label>
    {{/body.isMail}}
    {{#body.hasPeriod}}<label>From which day on <small>Empty: of all time.</small> <input name="since" type="date" value="{{body.since}}"></label>{{/body.hasPeriod}}
    {{#body.isMail}}
    <label>Which folders <small>One a line; * stands for anything. Empty: all, but not those for junk and trash.</small>
    <textarea name="folders" rows="3" spellcheck="false">{{body.folders}}</textarea></label>
    <label class="check"><input type="checkbox" name="junk" value="yes"{{#body.readsJunk}} checked{{/body.readsJunk}}> <span>The folder for junk too</span></label>
    <label class="check"><input type="checkbox" name="trash" value="yes"{{#body.readsTrash}} checked{{/body.readsTrash}}> <span>The folder for deleted mail too</span></label>
    {{/body.isMail}}
    </div></details>
    <p><button{{#body.hasServer}} class="quiet"{{/body.hasServer}}>See what would be read</button></p>
    </form>
    </details>
    {{/body.hasAddress}}
    {{> foot}}
    """
}

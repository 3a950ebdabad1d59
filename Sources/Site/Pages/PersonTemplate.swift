extension PersonPageView {
  static let template = """
    {{> head}}
    <p class="soft"><a href="/people">People</a></p>
    <h1>{{body.name}}{{#body.kind}} <span class="tag">{{body.kind}}</span>{{/body.kind}}{{#body.follow.status}} <span class="tag {{body.follow.status}}">{{body.follow.status}}</span>{{/body.follow.status}}</h1>
    <p>{{#body.about}}{{body.about}}<br>{{/body.about}}<span class="soft">Strength {{body.strength}} of 100, {{body.touches}}, {{body.last}}{{#body.follow.why}}. {{body.follow.why}}{{/body.follow.why}}{{#body.follow.snoozed}} Put off until {{body.follow.snoozed}}.{{/body.follow.snoozed}}</span></p>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{^body.isOwn}}<p class="notice">A colleague shares this person with you; that you looked stands in the ledger.</p>{{/body.isOwn}}
    {{#body.isOwn}}{{> person-acts}}{{/body.isOwn}}
    <div class="two">
    <div>
    <section aria-labelledby="facts">
    <h2 id="facts">What is known, and from where</h2>
    {{#body.hasFacts}}
    <div class="card"><dl class="facts">
    {{#body.facts}}
    <dt>{{field}}{{#label}} <small>{{label}}</small>{{/label}}</dt>
    <dd>{{value}}{{#isSealed}}<span class="soft">sealed: its key is gone, or you may not see it</span>{{/isSealed}}<br><small>{{from}}</small>
    {{#body.isOwn}}{{^isSealed}}{{#isMany}}<form class="inline" method="post" action="/people/{{body.id}}/facts"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="field" value="{{code}}"><input type="hidden" name="label" value="{{labelValue}}"><input type="hidden" name="value" value="{{value}}"><button class="quiet small" name="verb" value="remove" aria-label="Take away {{field}} {{value}}">Take away</button></form>{{/isMany}}
    {{^isMany}}{{#isTyped}}<form class="inline" method="post" action="/people/{{body.id}}/facts"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="field" value="{{code}}"><button class="quiet small" name="verb" value="forget" aria-label="Let sources say the {{field}} again">Let sources speak</button></form>{{/isTyped}}{{/isMany}}{{/isSealed}}{{/body.isOwn}}</dd>
    {{/body.facts}}
    </dl></div>
    {{/body.hasFacts}}
    {{^body.hasFacts}}<p class="empty">No fact is held of this person.</p>{{/body.hasFacts}}
    {{#body.hasProposals}}
    <div class="card"><h3>A source says otherwise</h3>
    <ul>
    {{#body.proposals}}
    <li>{{field}}: {{value}} <small>({{from}})</small> <form class="inline" method="post" action="/people/{{body.id}}/facts"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="field" value="{{code}}"><input type="hidden" name="value" value="{{value}}"><button class="quiet small" name="verb" value="put" aria-label="Take {{field}} {{value}}">Take it</button></form></li>
    {{/body.proposals}}
    </ul></div>
    {{/body.hasProposals}}
    {{#body.isOwn}}
    <details class="card"><summary>Correct or add</summary>
    <form class="row" method="post" action="/people/{{body.id}}/facts">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>What <select name="field">{{#body.fields}}{{> option}}{{/body.fields}}</select></label>
    <label>Is <input name="value" maxlength="1000" required></label>
    <button name="verb" value="put">Keep it so</button>
    </form><p class="soft">What you type outranks every source, and stays.</p></details>
    {{/body.isOwn}}
    </section>
    <section aria-labelledby="passed">
    <h2 id="passed">What passed</h2>
    {{> timeline-part}}
    </section>
    </div>
    <div>
    {{> person-notes}}
    <section aria-labelledby="strength">
    <h2 id="strength">Why the tie is {{body.strength}}</h2>
    {{> chart}}
    {{#body.hasParts}}
    <p class="soft">In points of 100, which add up to the strength.</p>
    <ul class="list">
    {{#body.parts}}
    <li><span class="grow"><strong>{{name}}</strong>: {{words}}</span><span class="still">{{value}}</span>
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="4" rx="2"/><rect width="{{width}}" height="4" rx="2"/></svg></li>
    {{/body.parts}}
    </ul>
    {{/body.hasParts}}
    {{^body.hasParts}}<p class="empty">There was no contact yet, or you see the directory alone.</p>{{/body.hasParts}}
    </section>
    {{> person-journal}}
    </div>
    </div>
    {{> foot}}
    """

  /// What is said of the person by one press.
  static let acts = """
    <form class="row" method="post" action="/people/act" aria-label="What to do">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/people/{{body.id}}">
    <span class="joined"><label class="hush" for="kind">How you were in touch</label><select id="kind" name="kind"><option value="call">Call</option><option value="mail">Mail</option><option value="meeting">Meeting</option><option value="text">Text</option></select>
    <button name="do" value="log">Log</button></span>
    {{#body.mailto}}<a class="button quiet" href="{{body.mailto}}">Write</a>{{/body.mailto}}
    {{#body.phone}}<a class="button quiet" href="tel:{{body.phone}}">Call</a>{{/body.phone}}
    <button class="quiet" name="do" value="snooze">Later (a week)</button>
    {{#body.follow.isMuted}}<button class="quiet" name="do" value="unmute">Remind me again</button>{{/body.follow.isMuted}}
    {{^body.follow.isMuted}}<button class="quiet" name="do" value="mute">Never remind me</button>{{/body.follow.isMuted}}
    {{#body.follow.isArchived}}<button class="quiet" name="do" value="unarchive">Bring back</button>{{/body.follow.isArchived}}
    </form>
    <details class="card"><summary>More: somebody twice, archive, delete</summary>
    <form class="row" method="post" action="/people/act" aria-label="More to do">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/people/{{body.id}}">
    <a class="button quiet" href="/merges?person={{body.id}}">Somebody twice?</a>
    {{^body.follow.isArchived}}<button class="quiet" name="do" value="archive">Archive</button>{{/body.follow.isArchived}}
    <button class="quiet bad" name="do" value="delete">Delete</button>
    <a class="button quiet bad" href="/people/{{body.id}}/erase">Erase for good …</a>
    </form>
    <p class="soft">Archived people stand in no list until you ask for them. Deleted people are gone from every list and come back by no sync; both can be taken back. Erasing cannot.</p></details>
    <div class="row">
    {{#body.buckets}}
    <form class="inline" method="post" action="/people/act"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/people/{{body.id}}"><input type="hidden" name="bucket" value="{{value}}"><span class="tag">{{words}}</span> <button class="quiet small" name="do" value="take" aria-label="Take out of {{words}}">Out</button></form>
    {{/body.buckets}}
    {{#body.tags}}
    <form class="inline" method="post" action="/people/act"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/people/{{body.id}}"><input type="hidden" name="tag" value="{{value}}"><span class="tag">#{{value}}</span> <button class="quiet small" name="do" value="untag" aria-label="Take the tag {{value}} off">Off</button></form>
    {{/body.tags}}
    </div>
    <details class="card"><summary>Buckets, tags, how often</summary>
    {{#body.hasOtherBuckets}}
    <form class="row" method="post" action="/people/act"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/people/{{body.id}}">
    <label>Bucket <select name="bucket">{{#body.otherBuckets}}{{> option}}{{/body.otherBuckets}}</select></label><button class="quiet" name="do" value="put">Put in</button></form>
    {{/body.hasOtherBuckets}}
    <form class="row" method="post" action="/people/act"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/people/{{body.id}}">
    <label>Tag <input name="tag" maxlength="60" required></label><button class="quiet" name="do" value="tag">Tag</button></form>
    <form class="row" method="post" action="/people/act"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/people/{{body.id}}">
    <label>Their own interval, in days <input type="number" name="days" min="1" max="3650" value="{{body.follow.own}}"></label><button class="quiet" name="do" value="interval">Set</button></form>
    {{#body.follow.suggested}}<p class="soft">{{body.follow.suggested}}</p>{{/body.follow.suggested}}
    </details>

    """

  static let writing = """
    <section aria-labelledby="notes">
    <h2 id="notes">Notes</h2>
    {{#body.hasNotes}}
    <ul class="list">
    {{#body.notes}}
    <li><span class="grow"><span class="lines">{{words}}</span><br><small>{{at}}{{#isTouch}}, a touch that was logged{{/isTouch}}</small></span>
    {{#canRemove}}<form class="inline" method="post" action="/notes/{{id}}/remove"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="next" value="/people/{{body.id}}"><button class="quiet small" aria-label="Take away the note of {{at}}">Take away</button></form>{{/canRemove}}</li>
    {{/body.notes}}
    </ul>
    {{/body.hasNotes}}
    {{#body.isOwn}}
    <form class="stack" method="post" action="/people/{{body.id}}/notes">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Write down <textarea name="words" rows="3" required></textarea></label>
    <p><button class="quiet">Keep the note</button></p>
    </form>
    {{/body.isOwn}}
    {{^body.isOwn}}{{^body.hasNotes}}<p class="empty">No note that you see.</p>{{/body.hasNotes}}{{/body.isOwn}}
    </section>

    """

  static let changes = """
    {{#body.hasJournal}}
    <section aria-labelledby="journal">
    <h2 id="journal">What was changed</h2>
    <ul class="list">
    {{#body.journal}}
    <li><time>{{at}}</time> <span class="grow">{{words}}{{#undone}} <small>taken back {{undone}}</small>{{/undone}}</span>
    {{#canUndo}}<form class="inline" method="post" action="/undo"><input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="undo" value="{{id}}"><input type="hidden" name="next" value="/people/{{body.id}}"><button class="quiet small" aria-label="Take back what was changed {{at}}">Take back</button></form>{{/canUndo}}
    {{#isSent}}<a class="button quiet small" href="/crm/journal/{{id}}">Take back …</a>{{/isSent}}</li>
    {{/body.journal}}
    </ul>
    </section>
    {{/body.hasJournal}}

    """
}

extension Templates {
  /// The design system: type, colour and space as custom properties, light or dark as the reader's system is.
  static let style = """
    :root {
      color-scheme: light dark;
      --paper: light-dark(#fbfaf7, #15171a);
      --card: light-dark(#ffffff, #1d2024);
      --ink: light-dark(#22262b, #e9e7e2);
      --soft: light-dark(#565d66, #aab0b7);
      --line: light-dark(#e2ded6, #343a41);
      --tint: light-dark(#1b6655, #6fcbb2);
      --on-tint: light-dark(#ffffff, #10201c);
      --wash: light-dark(#e9f2ee, #1c2b28);
      --good: light-dark(#1b6655, #6fcbb2);
      --fair: light-dark(#7d5700, #e2b85c);
      --bad: light-dark(#a1361f, #f29a85);
      --bad-wash: light-dark(#fbece8, #35211d);
      --s1: .25rem; --s2: .5rem; --s3: .75rem; --s4: 1rem; --s5: 1.5rem; --s6: 2.5rem;
      --round: .6rem;
      --measure: 66rem;
      --text: system-ui, -apple-system, "Segoe UI", "Inter", "Noto Sans", sans-serif;
    }
    * { box-sizing: border-box; }
    html { scroll-padding-top: var(--s5); }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 var(--text); }
    @media (min-width: 60rem) {
      body:not(.bare) { display: grid; grid-template-columns: 13.5rem 1fr; grid-template-rows: 1fr auto; min-height: 100vh; }
      body:not(.bare) > .side { grid-row: 1 / 3; }
      body:not(.bare) > main, body:not(.bare) > footer { grid-column: 2; }
    }
    .skip { position: absolute; left: -100vw; background: var(--card); padding: var(--s3) var(--s4); z-index: 3; }
    .skip:focus { left: var(--s3); top: var(--s3); }
    main { padding: var(--s5) var(--s5) var(--s6); max-width: var(--measure); width: 100%; }
    main:focus { outline: none; }
    .bare main { max-width: 34rem; margin: 0 auto; padding-top: 10vh; }
    footer { padding: var(--s4) var(--s5); color: var(--soft); font-size: .875rem; max-width: var(--measure); }
    .bare footer { max-width: 34rem; margin: 0 auto; }
    footer p { margin: 0 0 var(--s1); }

    h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 var(--s4); letter-spacing: -.015em; }
    h2 { font-size: 1.125rem; margin: var(--s6) 0 var(--s3); }
    h3 { font-size: 1rem; margin: var(--s4) 0 var(--s2); }
    h1, h2, h3, p, li, td { overflow-wrap: anywhere; }
    p { margin: 0 0 var(--s3); }
    .soft, small, figcaption { color: var(--soft); }
    code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
    a { color: var(--tint); text-underline-offset: .15em; }
    :focus-visible, input[type=date]:focus-within { outline: 3px solid var(--tint); outline-offset: 2px; border-radius: .2rem; }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .still { white-space: nowrap; font-variant-numeric: tabular-nums; }

    .side { background: var(--card); border-bottom: 1px solid var(--line); padding: var(--s3) var(--s5); }
    .brand { font-weight: 700; font-size: 1.35rem; color: var(--tint); text-decoration: none; letter-spacing: -.02em; }
    .side ul { list-style: none; margin: 0; padding: 0; }
    .side nav a { display: flex; align-items: center; gap: var(--s2); padding: .45rem var(--s3); border-radius: var(--round);
      color: var(--ink); text-decoration: none; min-height: 2.75rem; }
    .side nav a:hover { background: var(--wash); }
    .side nav a[aria-current] { background: var(--wash); color: var(--tint); font-weight: 600; }
    .icon { width: 1.25rem; height: 1.25rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8;
      stroke-linecap: round; stroke-linejoin: round; }
    .me { display: flex; align-items: center; gap: var(--s2); margin: 0; font-size: .9rem; color: var(--soft); }
    @media (min-width: 60rem) {
      .side { border-bottom: 0; border-right: 1px solid var(--line); padding: var(--s5) var(--s3); display: flex;
        flex-direction: column; gap: var(--s5); position: sticky; top: 0; height: 100vh; }
      .side .brand { padding: 0 var(--s3); }
      .side .me { margin-top: auto; padding: 0 var(--s3); justify-content: space-between; flex-wrap: wrap; }
    }
    @media (max-width: 59.99rem) {
      .side { display: flex; justify-content: space-between; align-items: center; padding: var(--s3) var(--s4); }
      footer { padding: var(--s4); }
      .side nav { position: fixed; inset: auto 0 0 0; background: var(--card); border-top: 1px solid var(--line); z-index: 2; }
      .side nav ul { display: grid; grid-template-columns: repeat(5, 1fr); }
      .side nav a { flex-direction: column; gap: 0; font-size: .72rem; padding: var(--s2) 0; border-radius: 0; }
      body:not(.bare) footer { padding-bottom: 6rem; }
      main { padding: var(--s4) var(--s4) var(--s6); }
      .me span { display: none; }
    }

    .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); padding: var(--s4); margin: 0 0 var(--s4); }
    .card > :first-child { margin-top: 0; }
    .card > :last-child { margin-bottom: 0; }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: var(--s3); list-style: none; margin: 0 0 var(--s4); padding: 0; }
    .cards li { background: var(--card); border: 1px solid var(--line); border-radius: var(--round); padding: var(--s3) var(--s4); color: var(--soft); }
    .cards strong { display: block; font-size: 1.75rem; line-height: 1.15; color: var(--ink); font-variant-numeric: tabular-nums; }
    .two { display: grid; gap: var(--s5); }
    @media (min-width: 60rem) { .two { grid-template-columns: 3fr 2fr; align-items: start; } }
    .wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: var(--round); margin: 0 0 var(--s4); }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .6rem var(--s4); border-bottom: 1px solid var(--line); vertical-align: top; }
    tbody tr:last-child > * { border-bottom: 0; }
    thead th { font-size: .82rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
    tbody th { font-weight: 600; }
    tbody tr:hover { background: var(--wash); }
    .phone { display: none; font-weight: 400; }
    td.spare { overflow-wrap: break-word; }
    @media (max-width: 40rem) {
      th, td { padding: .5rem var(--s3); }
      .spare { display: none; }
      .phone { display: inline; }
    }
    meter { width: 5rem; height: .6rem; vertical-align: middle; margin-right: var(--s2); appearance: none; background: var(--line); border: 0; border-radius: 1rem; overflow: hidden; }
    meter::-webkit-meter-inner-element { display: block; }
    meter::-webkit-meter-bar { background: var(--line); border: 0; border-radius: 1rem; height: 100%; }
    meter::-webkit-meter-optimum-value { background: var(--tint); border-radius: 1rem; }
    meter::-moz-meter-bar { background: var(--tint); }
    .bar { display: block; width: 100%; height: .55rem; }
    .bar rect:first-child { fill: var(--line); }
    .bar rect + rect { fill: var(--tint); }
    .chart { width: 100%; height: auto; }
    .chart .line { fill: none; stroke: var(--tint); stroke-width: 2; }
    .chart .axis { stroke: var(--line); }
    .chart text { fill: var(--soft); font-size: 16px; }
    @media (max-width: 40rem) { .chart text { font-size: 24px; } }
    .list { list-style: none; margin: 0 0 var(--s4); padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: var(--round); }
    .list > li { padding: var(--s3) var(--s4); border-bottom: 1px solid var(--line); display: flex; gap: var(--s3); align-items: baseline; flex-wrap: wrap; }
    .list > li:last-child { border-bottom: 0; }
    .list .grow { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere; }
    .list time { color: var(--soft); font-variant-numeric: tabular-nums; white-space: nowrap; }
    .refused { color: var(--bad); }
    .tag { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; font-size: .82rem; color: var(--soft); }
    .tag.strong { color: var(--good); border-color: currentColor; }
    .tag.fading { color: var(--fair); border-color: currentColor; }
    .tag.weak { color: var(--bad); border-color: currentColor; }
    .changes dl { margin: var(--s1) 0 0; }
    .changes dl > div { display: grid; grid-template-columns: 8.5rem 1fr; gap: 0 var(--s3); }
    .changes dt { color: var(--soft); }
    .changes dd { margin: 0; overflow-wrap: anywhere; }
    .changes del { color: var(--soft); }
    .changes ins { text-decoration: none; }
    .approve { position: sticky; top: 0; z-index: 1; display: flex; gap: var(--s3); align-items: center; flex-wrap: wrap; margin: 0 0 var(--s4);
      background: var(--card); border: 1px solid var(--tint); border-radius: var(--round); padding: var(--s3) var(--s4); }
    .approve .grow { flex: 1 1 12rem; }
    html:has(.approve) { scroll-padding-top: 9rem; }
    @media (max-width: 40rem) { .changes dl > div { grid-template-columns: 1fr; } }
    dl.facts { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: var(--s2) var(--s4); margin: 0; }
    dl.facts dt { color: var(--soft); }
    dl.facts dd { margin: 0; overflow-wrap: anywhere; }
    .two > div > section:first-child > h2 { margin-top: var(--s4); }
    p:has(> .button), p:has(> button) { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: center; }
    .empty { margin: 0 0 var(--s4); background: var(--card); border: 1px dashed var(--line); border-radius: var(--round); padding: var(--s5); color: var(--soft); }
    .empty > :last-child { margin-bottom: 0; }
    .notice { border-radius: var(--round); padding: var(--s3) var(--s4); background: var(--wash); border: 1px solid var(--line); }
    .notice.bad { background: var(--bad-wash); color: var(--bad); }

    .stack { display: grid; gap: var(--s4); max-width: 30rem; }
    .stack > details, .stack > p { margin: 0; }
    form.row, .row, .toolbar { display: flex; gap: var(--s2); flex-wrap: wrap; align-items: end; margin: 0 0 var(--s4); }
    label, .field { display: grid; gap: var(--s1); font-weight: 600; font-size: .92rem; }
    label.check { grid-template-columns: auto 1fr; align-items: start; font-weight: 400; gap: var(--s2); font-size: 1rem; }
    label small { font-weight: 400; }
    input, select, textarea, button, .button { font: inherit; color: inherit; min-height: 2.75rem; border-radius: .45rem; }
    input, select, textarea { background: var(--card); border: 1px solid color-mix(in srgb, var(--soft) 70%, transparent); padding: .4rem .7rem; width: 100%; font-weight: 400; }
    ::file-selector-button { font: inherit; font-weight: 600; color: var(--tint); background: transparent; border: 1px solid var(--line); border-radius: .45rem; padding: .4rem 1rem; margin-right: var(--s3); cursor: pointer; }
    input[type=checkbox], input[type=radio] { width: 1.25rem; height: 1.25rem; min-height: 0; margin-top: .15rem; accent-color: var(--tint); }
    .row input, .row select { width: auto; }
    .row .field:has([type=search]) { flex: 1 1 14rem; }
    .row input[type=search] { width: 100%; }
    button, .button { display: inline-flex; align-items: center; gap: var(--s2); background: var(--tint); color: var(--on-tint); border: 1px solid transparent; padding: .4rem 1rem;
      font-weight: 600; text-decoration: none; cursor: pointer; }
    button:hover, .button:hover { filter: brightness(1.08); }
    .quiet { background: transparent; color: var(--tint); border-color: var(--line); }
    .quiet.bad { color: var(--bad); }
    .danger { background: var(--bad); color: var(--paper); }
    .inline { display: inline; }
    .drop { border: 2px dashed var(--line); border-radius: var(--round); padding: var(--s5); background: var(--card); }
    .drop input { border: 0; padding: var(--s5) 0; }
    .steps { padding-left: 1.5rem; margin: 0 0 var(--s4); }
    .steps li { padding: var(--s1) 0; color: var(--soft); }
    .steps li[aria-current] { color: var(--ink); font-weight: 600; }
    details { margin: 0 0 var(--s4); }
    summary { cursor: pointer; color: var(--tint); padding: .6rem 0; font-weight: 600; }
    fieldset { border: 1px solid var(--line); border-radius: var(--round); padding: var(--s3) var(--s4); margin: 0; display: grid; gap: var(--s2); }
    legend { font-weight: 600; font-size: .92rem; padding: 0 var(--s1); }
    .pager { margin: var(--s4) 0; }
    .told { display: flex; gap: var(--s3); align-items: center; justify-content: space-between; flex-wrap: wrap; margin: 0 0 var(--s4); }
    .hush { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .name { font-weight: 600; }
    .progress { display: flex; align-items: center; gap: var(--s3); }
    progress { width: 8rem; height: .6rem; appearance: none; border: 0; border-radius: 1rem; overflow: hidden; background: var(--line); color: var(--tint); }
    progress::-webkit-progress-bar { background: var(--line); }
    progress::-webkit-progress-value { background: var(--tint); }
    progress::-moz-progress-bar { background: var(--tint); }
    .acts { display: flex; gap: var(--s2); flex-wrap: wrap; align-items: center; margin: 0; }
    .joined { display: inline-flex; }
    .joined select { width: auto; border-radius: .45rem 0 0 .45rem; border-right: 0; }
    .joined button { border-radius: 0 .45rem .45rem 0; }
    .joined input { border-radius: .45rem 0 0 .45rem; border-right: 0; width: 8rem; }
    .tick { width: 2.5rem; }
    .bulk { border: 1px solid var(--line); border-radius: var(--round); background: var(--card); padding: var(--s3) var(--s4); margin: 0 0 var(--s4); min-width: 0; }
    .bulk .row { margin: 0; }
    form:has(input[name=person]:checked) > .bulk { position: sticky; bottom: var(--s2); z-index: 1; }
    @media (max-width: 59.99rem) {
      form:has(input[name=person]:checked) > .bulk { bottom: 4.5rem; }
      .bulk .row { flex-wrap: nowrap; overflow-x: auto; }
      .bulk .row > * { flex: none; }
    }
    .bulk legend { font-weight: 600; font-size: .92rem; color: var(--soft); padding: 0 var(--s2); }
    .small { min-height: 2rem; padding: .1rem .6rem; font-size: .85rem; }
    .lines { white-space: pre-line; overflow-wrap: anywhere; }
    .chart .area { fill: var(--wash); }
    figure { margin: 0 0 var(--s4); }
    .today > li:focus-within { background: var(--wash); }
    .tag.birthday, .tag.promise { color: var(--fair); border-color: currentColor; }
    .tag.answer { color: var(--bad); border-color: currentColor; }
    kbd { font: .85em ui-monospace, "DejaVu Sans Mono", monospace; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: .3rem; padding: 0 .35rem; background: var(--paper); color: var(--ink); }
    .keys, button kbd { display: none; }
    @media (hover: hover) and (min-width: 60rem) {
      .keys { display: block; }
      button kbd { display: inline; }
    }
    .game h2 { margin-top: 0; font-size: 1.4rem; }
    .choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: var(--s2); margin: 0 0 var(--s4); }
    .choices form, .choices button { width: 100%; margin: 0; }
    .choices button { flex-wrap: wrap; gap: 0 var(--s2); }
    .choices .tag { color: inherit; border-color: currentColor; }
    .choices small { font-weight: 400; color: inherit; white-space: nowrap; }
    details > summary { cursor: pointer; font-weight: 600; min-height: 2.75rem; display: flex; align-items: center; gap: var(--s2); list-style: none; }
    details > summary::-webkit-details-marker { display: none; }
    details > summary::before { content: ""; flex: none; width: .45rem; height: .45rem; border: solid currentColor; border-width: 0 2px 2px 0; rotate: -45deg; margin: 0 .2rem; }
    details[open] > summary::before { rotate: 45deg; }
    details.card { padding-block: 0; }
    details.card[open] { padding-bottom: var(--s4); }
    .scan { display: block; width: min(15rem, 100%); margin: 0 0 var(--s4); background: #fff; border-radius: var(--round); shape-rendering: crispEdges; }
    @media (max-width: 40rem) {
      dl.facts { grid-template-columns: 1fr; gap: 0; }
      dl.facts dd { margin: 0 0 var(--s3); }
    }
    iframe.mail { width: 100%; height: 28rem; border: 1px solid var(--line); border-radius: var(--round); background: #fff; }
    @media (prefers-reduced-motion: no-preference) { a, button { transition: background-color .12s, filter .12s; } }
    @media print { .side, footer, form { display: none; } }
    """

  /// The signs of the navigation, drawn here.
  static let icons = """
    <svg xmlns="http://www.w3.org/2000/svg">
    <symbol id="today" viewBox="0 0 24 24"><circle cx="12" cy="12" r="4"/><path d="M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2"/></symbol>
    <symbol id="people" viewBox="0 0 24 24"><circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 5a3.500 3.500 0 0 1 0 6.500M18 14.500c2 .8 3.200 2.600 3.500 5.500"/></symbol>
    <symbol id="crm" viewBox="0 0 24 24"><path d="M4 8a8 8 0 0 1 14-3l2 2M20 3v4h-4M20 16a8 8 0 0 1-14 3l-2-2M4 21v-4h4"/></symbol>
    <symbol id="data" viewBox="0 0 24 24"><path d="M12 2.500 4 6v6c0 5 3.500 8 8 9.500 4.500-1.500 8-4.500 8-9.500V6z"/><path d="m8.500 12 2.500 2.500 4.500-5"/></symbol>
    <symbol id="account" viewBox="0 0 24 24"><circle cx="12" cy="8" r="4"/><path d="M4 21c.6-4.500 3.500-7 8-7s7.400 2.500 8 7"/></symbol>
    </svg>
    """

  static let icon = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1b6655"/>
    <path d="M10 7v18M22 7l-9 9 9 9" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>
    """
}

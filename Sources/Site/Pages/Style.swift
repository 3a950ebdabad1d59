extension Templates {
  /// One small style sheet, light or dark as the reader's system is.
  static let style = """
    :root {
      color-scheme: light dark;
      --paper: light-dark(#fbfaf7, #16181b);
      --card: light-dark(#ffffff, #1e2125);
      --ink: light-dark(#22262b, #e7e5df);
      --soft: light-dark(#5b626b, #a3a9b0);
      --line: light-dark(#e4e0d8, #32373d);
      --tint: light-dark(#1f6f5c, #6cc7ae);
      --warn: light-dark(#a1361f, #f0937c);
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Inter", "Noto Sans", sans-serif;
    }
    header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
    main.narrow { max-width: 38rem; padding-top: 18vh; }
    header { padding-top: 2.5rem; }
    h1 { font-size: 2.2rem; line-height: 1.1; margin: 0 0 .25rem; letter-spacing: -.02em; color: var(--tint); }
    h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
    header p, .note, footer p, small { color: var(--soft); }
    p { margin: 0 0 .75rem; }
    code { font: .9em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
    .river {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem;
      list-style: none; margin: 0 0 .75rem; padding: 0;
    }
    .river li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; color: var(--soft); }
    .river strong { display: block; font-size: 1.9rem; line-height: 1.15; color: var(--ink); font-variant-numeric: tabular-nums; }
    .wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .55rem 1rem; border-bottom: 1px solid var(--line); vertical-align: top; }
    tbody tr:last-child > * { border-bottom: 0; }
    thead th { font-size: .82rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
    tbody th { font-weight: 600; }
    td { font-variant-numeric: tabular-nums; }
    .number { text-align: right; white-space: nowrap; }
    tr small { font-weight: 400; margin-left: .35rem; }
    tr.person small { display: none; }
    tr.machine > * { color: var(--soft); }
    tr.machine th { font-weight: 400; }
    .still { white-space: nowrap; }
    meter { width: 5.5rem; height: .8rem; vertical-align: middle; margin-right: .4rem; }
    .ledger { list-style: none; margin: 0; padding: .6rem 1rem; background: var(--card); border: 1px solid var(--line);
      border-radius: .6rem; max-height: 26rem; overflow-y: auto; }
    .ledger li { padding: .2rem 0; }
    .ledger time { color: var(--soft); font-variant-numeric: tabular-nums; margin-right: .75rem; }
    .ledger .refused { color: var(--warn); }
    .empty { background: var(--card); border: 1px dashed var(--line); border-radius: .6rem; padding: 1rem; color: var(--soft); }
    footer { padding-top: 2rem; padding-bottom: 3rem; font-size: .9rem; }
    @media (max-width: 40rem) { th, td { padding: .5rem .7rem; } }
    """
}

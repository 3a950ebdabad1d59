extension Templates {
  /// Keys on the lines of a list and on the card of the game, and small comforts; every page works without it.
  ///
  /// A key acts only while something of its line has the focus (WCAG 2.1.4).
  static let script = """
    "use strict";
    const typing = "input:not([type=checkbox]), textarea, select";
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      const at = document.activeElement;
      const line = at && !at.matches(typing) && at.closest("[data-keys]");
      if (!line) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        const lines = [...document.querySelectorAll("[data-keys]")];
        const next = lines[lines.indexOf(line) + (event.key === "ArrowDown" ? 1 : -1)];
        const target = next && next.querySelector("a, button, input");
        if (target) { target.focus(); event.preventDefault(); }
        return;
      }
      // The space bar presses the button that has the focus.
      if (event.key === " " && at !== line) return;
      const has = (one) => one.dataset.key === event.key.toLowerCase();
      const wanted = [...line.querySelectorAll("[data-key]")].find(has) || [...document.querySelectorAll(".told [data-key]")].find(has);
      if (wanted) { event.preventDefault(); wanted.click(); }
    });
    document.addEventListener("change", (event) => {
      const all = event.target.closest("[data-all]");
      if (all) for (const box of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
    });
    const told = new URL(location);
    const wasTold = told.searchParams.has("said");
    if (wasTold) {
      for (const name of ["said", "n", "undo", "until"]) told.searchParams.delete(name);
      history.replaceState(null, "", told);
    }
    const first = document.querySelector("[data-focus]") || (wasTold && document.querySelector("[data-keys] a, [data-keys] button"));
    if (first) first.focus();
    const reload = document.querySelector("[data-reload]");
    if (reload) setTimeout(() => {
      if (!document.activeElement || !document.activeElement.matches(typing)) location.reload();
    }, Number(reload.dataset.reload) * 1000);
    """
}

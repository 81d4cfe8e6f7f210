// Keyboard shortcuts: "/" and Ctrl-K search, "?" lists the rest, which the page declares as [data-shortcut]
// with a link or as the element to click; Ctrl-Enter sends the form of the field it is pressed in.
(() => {
  const PAUSE = 1000;
  const SWITCH = "single-keys";
  let first = "";
  let timer = 0;

  const typing = (element) => element.closest("input, textarea, select, [contenteditable=true], [role=textbox], [role=grid]") !== null;

  const search = () => {
    const field = document.getElementById("site-search");
    field?.focus();
    field?.select();
    return Boolean(field);
  };

  // What was typed and not sent yet must not be lost by a key that leads away; a form that saves itself guards its own leaving.
  const typedInto = new Set();
  const ownForm = (element) => element.closest?.("form[method=post]:not([data-autosave])");
  document.addEventListener("input", (event) => ownForm(event.target) && typedInto.add(ownForm(event.target)));
  document.addEventListener("submit", (event) => typedInto.delete(event.target));
  const unsent = () => [...typedInto].some((form) => form.isConnected);

  const run = (keys) => {
    const entry = document.querySelector(`[data-shortcut="${CSS.escape(keys)}"]`);
    if (!entry || (entry.dataset.shortcutLink && unsent())) return false;
    if (entry.dataset.shortcutLink) window.location.assign(entry.dataset.shortcutLink);
    else entry.click();
    return true;
  };

  // Single keys can be switched off (WCAG 2.1.4); the choice stays in this browser.
  const singleKeys = () => window.localStorage.getItem(SWITCH) !== "off";

  const begins = (key) => document.querySelector(`[data-shortcut^="${CSS.escape(key)} "]`) !== null;

  const single = (key) => {
    if (key === "/") return search();
    if (key === "?") {
      const list = document.getElementById("shortcuts");
      if (list && !list.open) list.showModal();
      return Boolean(list);
    }
    return run(key);
  };

  document.querySelectorAll("[data-single-keys]").forEach((box) => {
    box.checked = singleKeys();
    box.addEventListener("change", () => window.localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
  });

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      if (!document.querySelector("dialog[open]") && search()) event.preventDefault();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const form = event.target.closest("form[method=post]");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || event.isComposing) return;
    if (!singleKeys() || typing(event.target) || document.querySelector("dialog[open]")) return;

    const keys = first ? `${first} ${event.key}` : event.key;
    const second = Boolean(first);
    first = "";
    window.clearTimeout(timer);
    if (second ? run(keys) : single(event.key)) {
      event.preventDefault();
    } else if (!second && begins(event.key)) {
      first = event.key;
      timer = window.setTimeout(() => (first = ""), PAUSE);
    }
  });
})();

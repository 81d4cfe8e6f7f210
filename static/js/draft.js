// What is typed into a form survives the end of the session, and a server that is away. While somebody types, the text
// fields are kept in this tab (sessionStorage, under person and page; no passwords, codes or files). A page without a
// person marks all of it as interrupted; the page of the form puts interrupted text back, and what was sent with success
// or left behind is forgotten. A fault on the way back (503, 500) leaves open whether what was sent was saved.
(() => {
  const PREFIX = "draft:";
  const DELAY = 300;
  const SKIPPED = new Set(["password", "file", "hidden", "submit", "button", "reset", "image"]);
  const person = document.getElementById("session")?.dataset.person;
  const isFault = document.querySelector("[data-fault]") !== null;

  const read = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  };
  const write = (key, draft) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(draft));
    } catch {
      // Storage is full or switched off: the form works, only without this net.
    }
  };
  const drafts = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));

  const kept = (field) =>
    field.name && !SKIPPED.has(field.type) && field.autocomplete !== "one-time-code" && field.closest("[data-no-draft]") === null;
  const forms = () => [...document.querySelectorAll("form")].filter((form) => form.method === "post" && !form.hasAttribute("data-no-draft"));
  // Where it is sent to, not where it stands: a form that was refused is shown at the address it was sent to.
  const target = (form) => new URL(form.getAttribute("action") || "", window.location.href).pathname;
  const keyOf = (form) => {
    const name = form.id || String(forms().filter((other) => target(other) === target(form)).indexOf(form));
    return `${PREFIX}${person}:${target(form)}:${name}`;
  };

  const valuesOf = (form) =>
    [...form.elements].filter(kept).map((field) => {
      const ticked = field.type === "checkbox" || field.type === "radio";
      const value = field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
      return { name: field.name, value, ...(ticked && { checked: field.checked }) };
    });

  const put = (field, saved) => {
    if (field.type === "checkbox" || field.type === "radio") field.checked = saved.checked;
    else if (field.multiple) [...field.options].forEach((option) => (option.selected = saved.value.includes(option.value)));
    else field.value = saved.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const restore = (form, draft) => {
    const left = [...draft.values];
    const names = left.map((saved) => saved.name).filter((name) => !form.elements[name]);
    if (names.length) form.dispatchEvent(new CustomEvent("draft:rows", { detail: { names } })); // whoever adds rows, adds them again
    [...form.elements].filter(kept).forEach((field) => {
      const ticked = field.type === "checkbox" || field.type === "radio";
      const at = left.findIndex((saved) => saved.name === field.name && (!ticked || saved.value === field.value));
      if (at >= 0) put(field, left.splice(at, 1)[0]);
    });
    const dialog = form.closest("dialog");
    if (dialog && !dialog.open) dialog.showModal();
    const notice = document.getElementById("draft-restored")?.content.firstElementChild.cloneNode(true);
    if (!notice) return;
    const words = notice.querySelector("[data-words-sent]");
    if (draft.sent) words.textContent = words.dataset.wordsSent;
    notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
      sessionStorage.removeItem(keyOf(form));
      window.location.reload();
    });
    form.prepend(notice);
  };

  // What was saved is answered with a redirect, and then only the page after it failed. One to the sign-in (next) saved nothing.
  const isAfterSaving = () =>
    isFault && performance.getEntriesByType("navigation")[0]?.redirectCount > 0 && !new URLSearchParams(window.location.search).has("next");

  const interrupt = () => {
    const saved = isAfterSaving();
    drafts().forEach((key) => {
      const draft = read(key);
      if (saved && draft?.sent && !draft.interrupted) sessionStorage.removeItem(key);
      else write(key, { ...draft, interrupted: true, sent: isFault && draft?.sent });
    });
    document.querySelectorAll("[data-draft-kept]").forEach((line) => (line.hidden = drafts().length === 0));
  };

  const settle = () => {
    const mine = new Map(forms().map((form) => [keyOf(form), form]));
    drafts().forEach((key) => {
      const draft = read(key);
      const own = key.startsWith(`${PREFIX}${person}:`);
      if (!draft?.values || !own || !draft.interrupted) {
        sessionStorage.removeItem(key);
      } else if (mine.has(key)) {
        restore(mine.get(key), draft);
        write(key, { values: draft.values });
      }
    });
  };

  const watch = () => {
    const timers = new Map();
    const note = (event) => {
      const form = event.target.form;
      if (!form || form.method !== "post" || form.hasAttribute("data-no-draft") || !kept(event.target)) return;
      window.clearTimeout(timers.get(form));
      timers.set(form, window.setTimeout(() => write(keyOf(form), { values: valuesOf(form) }), DELAY));
    };
    document.addEventListener("input", note);
    document.addEventListener("change", note);
    const now = (form, sent = false) => {
      window.clearTimeout(timers.get(form));
      if (form.method === "post" && !form.hasAttribute("data-no-draft")) write(keyOf(form), { values: valuesOf(form), sent });
    };
    const typedInto = () => forms().filter((form) => timers.has(form));
    window.addEventListener("submit", (event) => event.defaultPrevented || now(event.target, true)); // last: what others hold back is not sent
    document.addEventListener("session:ends", () => typedInto().forEach((form) => now(form)));
    document.addEventListener("htmx:responseError", (event) => {
      if (event.detail.xhr.status !== 503) return;
      typedInto().forEach((form) => now(form));
      interrupt();
    });
    document.addEventListener("htmx:afterRequest", (event) => {
      const { elt, xhr, successful, requestConfig } = event.detail;
      const form = requestConfig.verb === "get" ? null : elt.closest("form"); // what only looks something up has saved nothing
      if (form && successful && !xhr.getResponseHeader("HX-Redirect")) sessionStorage.removeItem(keyOf(form));
    });
  };

  if (!person) {
    interrupt();
  } else {
    document.addEventListener("DOMContentLoaded", settle); // htmx listens by then, so what depends on a field follows it
    watch();
  }
})();

// What is typed into a form survives the end of the session, and a server that is away. While somebody types, the text
// fields are kept in this tab (sessionStorage, under person and page; no passwords, codes or files). A page without a
// person marks all of it as interrupted; the page of the form puts interrupted text back, and what was sent with success
// or left behind is forgotten.
(() => {
  const PREFIX = "draft:";
  const DELAY = 300;
  const SKIPPED = new Set(["password", "file", "hidden", "submit", "button", "reset", "image"]);
  const person = document.getElementById("session")?.dataset.person;

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
    notice.querySelector("[data-draft-discard]").addEventListener("click", () => {
      sessionStorage.removeItem(keyOf(form));
      window.location.reload();
    });
    form.prepend(notice);
  };

  const interrupt = () => drafts().forEach((key) => write(key, { ...read(key), interrupted: true }));

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
    const now = (form) => {
      window.clearTimeout(timers.get(form));
      if (form.method === "post" && !form.hasAttribute("data-no-draft")) write(keyOf(form), { values: valuesOf(form) });
    };
    document.addEventListener("submit", (event) => now(event.target), true);
    document.addEventListener("session:ends", () => forms().filter((form) => timers.has(form)).forEach(now));
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

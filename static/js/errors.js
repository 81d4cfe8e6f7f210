// After a refused form the focus goes to the list of errors; a link in it goes to the field.
(() => {
  const focus = (root) => root.querySelector(".error-summary")?.focus();

  document.addEventListener("click", (event) => {
    const link = event.target.closest(":is(.error-summary, [data-save-state]) a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.matches("input, select, textarea, button") ? field : (field.querySelector("input, select, textarea") ?? field)).focus();
  });

  if (!document.querySelector("dialog[data-open]")) focus(document);
  document.addEventListener("htmx:afterSettle", (event) => focus(event.detail.elt));
})();

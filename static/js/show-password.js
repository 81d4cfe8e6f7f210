// A button in each password field shows what was typed, so that a long one can be checked before it is sent.
(() => {
  const { show, hide } = document.currentScript.dataset;
  const add = (field) => {
    field.dataset.noDraft = ""; // shown, it is a text field, and those are kept
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm show-password";
    button.textContent = show;
    button.setAttribute("aria-pressed", "false");
    if (field.id) button.setAttribute("aria-controls", field.id);
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? hide : show;
    });
    field.form?.addEventListener("submit", () => {
      field.type = "password"; // the browser's own keeper of passwords looks at the type
    });
    field.insertAdjacentElement("afterend", button);
  };
  const start = () => document.querySelectorAll("input[type=password]").forEach(add);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

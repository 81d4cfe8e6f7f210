// The pages of a request: a molfile is read into the structure field; the focus does not stay in a field that goes away.
(() => {
  document.addEventListener("change", async (event) => {
    const name = event.target.dataset?.readInto;
    if (!name || !event.target.files?.length) return;
    const field = document.getElementById(name);
    field.value = await event.target.files[0].text();
    event.target.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });

  // A name that turns out to be known hides the country or the e-mail of a new one, perhaps under the fingers: the next field takes the focus.
  let held = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "rfp-parties") held = document.activeElement;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "rfp-parties" || !held?.form || held.checkVisibility()) return;
    const fields = [...held.form.elements];
    fields.slice(fields.indexOf(held) + 1).find((field) => field.checkVisibility())?.focus();
  });
})();

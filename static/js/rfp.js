// The page of a request: a molfile is read into the structure field.
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
})();

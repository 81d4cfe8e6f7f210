// The pages of a request: a molfile is read into the structure field; the fields of somebody new are there until the name is known;
// folded fields are counted as they are filled, and unfold for a link that leads to one of them.
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

  // The lists beside the two names say at once who is known; the server, which knows all, says so a moment later. A next field that
  // is not needed is gone before the next Tab, and one that is needed stands there.
  document.addEventListener("input", (event) => {
    const parties = document.getElementById("rfp-parties");
    const typed = event.target;
    if (!parties || !["client", "contact"].includes(typed.name)) return;
    const name = typed.value.trim().replace(/\s+/g, " ").toLowerCase();
    const known = [...typed.list.options].some((one) => one.value.toLowerCase() === name || (typed.name === "client" && one.text.toLowerCase() === name));
    parties.dataset[typed.name] = known ? "known" : "new";
  });

  const filled = (group) => {
    const names = new Map();
    group.querySelectorAll("input[name], select[name], textarea[name]").forEach((field) => {
      const has = field.type === "checkbox" ? field.checked : field.value.trim() !== "";
      names.set(field.name, names.get(field.name) || has);
    });
    return { all: names.size, filled: [...names.values()].filter(Boolean).length };
  };
  document.addEventListener("change", (event) => {
    const group = event.target.closest?.("[data-rfp-more]");
    if (!group) return;
    const counted = filled(group);
    group.querySelector("[data-rfp-filled]").textContent = group.dataset.rfpMore.replace(/\{(\w+)\}/g, (_all, name) => counted[name]);
  });

  // A browser unfolds for a fragment of the address, but not before the field can take the focus.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#id_']");
    const folded = link && document.getElementById(link.hash.slice(1))?.closest("details:not([open])");
    if (folded) folded.open = true;
  });
})();

// On the page of the search the arrows move between the field at the top and what was found; Enter opens, as on every link.
(() => {
  const links = () => [...document.querySelectorAll("#found a")];

  document.addEventListener("keydown", (event) => {
    if ((event.key !== "ArrowDown" && event.key !== "ArrowUp") || event.altKey || event.ctrlKey || event.metaKey) return;
    const field = document.getElementById("site-search");
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (!all.length || (at < 0 && document.activeElement !== field)) return;
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    event.preventDefault();
    (next < 0 ? field : all[Math.min(next, all.length - 1)])?.focus();
  });
})();
